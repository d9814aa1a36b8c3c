provider "crr" {
  sites = var.sites
}

module "orders" {
  source = "../../module"

  environment = "dev"
  bucket      = var.bucket
}
