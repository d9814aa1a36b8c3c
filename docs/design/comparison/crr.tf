# Two buckets in two regions, written to on either side, each encrypted under a KMS key of its region: with this project's module.
terraform {
  required_providers {
    crr = {
      source = "crr-dr/crr"
    }
  }
}

provider "crr" {
  sites = {
    east = { region = "us-east-1" }
    west = { region = "us-west-2" }
  }
}

module "orders" {
  source = "../../../modules/active-active"

  first_site  = "east"
  second_site = "west"

  buckets = {
    orders = {
      first  = { bucket = "example-orders-east", create = true, kms_key_arn = var.east_key }
      second = { bucket = "example-orders-west", create = true, kms_key_arn = var.west_key }
    }
  }
}

variable "east_key" {
  type = string
}

variable "west_key" {
  type = string
}
