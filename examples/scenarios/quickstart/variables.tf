variable "sites" {
  description = "The provider's sites. On AWS two regions are enough: { east = { region = \"us-east-1\" }, west = { region = \"us-west-2\" } }."
  type        = any
  default = {
    east = { region = "us-east-1" }
    west = { region = "us-west-2" }
  }

  validation {
    condition     = length(setsubtract(["east", "west"], keys(var.sites))) == 0
    error_message = "The quickstart needs two sites, named east and west."
  }
}

variable "bucket" {
  description = "The stem of the buckets' names: globally unique on AWS. The buckets are NAME-east and NAME-west."
  type        = string
}
