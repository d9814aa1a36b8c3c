variable "sites" {
  description = "The provider's sites, east and west."
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

variable "keys" {
  description = "The ARN of a KMS key in each region, where buckets are under SSE-KMS; null: they are under S3's own keys."
  type = object({
    east = string
    west = string
  })
  default = null
}
