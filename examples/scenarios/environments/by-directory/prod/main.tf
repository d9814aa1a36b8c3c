provider "crr" {
  sites = var.sites
}

module "orders" {
  source = "../../module"

  environment = "prod"
  bucket      = var.bucket
}
