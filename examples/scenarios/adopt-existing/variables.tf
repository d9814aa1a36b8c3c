variable "sites" {
  description = "The provider's sites, east and west: where the two buckets are."
  type        = any
  default = {
    east = { region = "us-east-1" }
    west = { region = "us-west-2" }
  }

  validation {
    condition     = length(setsubtract(["east", "west"], keys(var.sites))) == 0
    error_message = "The scenario needs two sites, named east and west."
  }
}

variable "buckets" {
  description = "Two buckets between which somebody has set up replication."
  type = object({
    east = string
    west = string
  })
}
