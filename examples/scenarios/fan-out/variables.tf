variable "sites" {
  description = "The provider's sites. vault may be another account, or another region of the same one."
  type        = any
  default = {
    east  = { region = "us-east-1" }
    west  = { region = "us-west-2" }
    vault = { region = "eu-central-1" }
  }

  validation {
    condition     = length(setsubtract(["east", "west", "vault"], keys(var.sites))) == 0
    error_message = "The scenario needs three sites, named east, west and vault."
  }
}

variable "bucket" {
  description = "The stem of the buckets' names: globally unique on AWS."
  type        = string
}

variable "empty_on_destroy" {
  description = "Whether terraform destroy empties and deletes the target buckets. The source stays in any case."
  type        = bool
  default     = false
}
