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

variable "bucket" {
  description = "The stem of the buckets' names: globally unique on AWS."
  type        = string
}

variable "keys" {
  description = "The ARN of a KMS key in the region of each site. Its policy lets the account's IAM policies decide, as a key's default policy does."
  type = object({
    east = string
    west = string
  })
}

variable "empty_on_destroy" {
  description = "Whether terraform destroy empties and deletes the two buckets."
  type        = bool
  default     = false
}
