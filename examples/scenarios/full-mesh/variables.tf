variable "sites" {
  description = "The provider's sites: each of them writes. Any number from two on."
  type        = any
  default = {
    east  = { region = "us-east-1" }
    west  = { region = "us-west-2" }
    vault = { region = "eu-central-1" }
  }

  validation {
    condition     = length(keys(var.sites)) >= 2
    error_message = "A mesh needs two sites at least."
  }
}

variable "bucket" {
  description = "The stem of the buckets' names: globally unique on AWS."
  type        = string
}
