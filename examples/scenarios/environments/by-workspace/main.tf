provider "crr" {
  sites = var.sites
}

# One configuration, one state a workspace. The workspace that Terraform begins with, `default`, is no environment.
module "orders" {
  source = "../module"

  environment = terraform.workspace
  bucket      = var.bucket
}
