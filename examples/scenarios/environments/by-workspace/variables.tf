variable "sites" {
  description = "The provider's sites, east and west."
  type        = any
  default = {
    east = { region = "us-east-1" }
    west = { region = "us-west-2" }
  }

  validation {
    condition     = length(setsubtract(["east", "west"], keys(var.sites))) == 0
    error_message = "An environment needs two sites, named east and west."
  }
}

variable "bucket" {
  description = "The stem of the buckets' names: globally unique on AWS."
  type        = string
}
