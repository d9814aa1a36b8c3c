provider "crr" {
  sites = var.sites
}

locals {
  names = toset(keys(var.sites))
}

resource "crr_site" "this" {
  for_each = local.names
  name     = each.key
}

# Every site writes to its own bucket, and every bucket has everything. S3 passes no replica on, so each ordered pair of sites
# needs a rule of its own.
module "documents" {
  source = "../../../modules/full-mesh"

  members = {
    for name in local.names : name => {
      site   = crr_site.this[name].name
      bucket = "${var.bucket}-${name}"
      create = true
    }
  }
}
