provider "crr" {
  sites = var.sites
}

module "orders" {
  source = "../../module"

  environment = "stage"
  bucket      = var.bucket
}
