provider "crr" {
  sites = var.sites
}

resource "crr_site" "this" {
  for_each = toset(["east", "west", "vault"])
  name     = each.key
}

# One bucket, three targets, each with rules of its own. All of them are in the one replication configuration that S3 gives a
# bucket; the pairs know their own rules and let the others be.
module "orders" {
  source = "../../../modules/fan-out"

  source_bucket = { site = crr_site.this["east"].name, bucket = var.bucket, create = true }

  targets = {
    # Everything, to be read from nearby.
    near = {
      site          = crr_site.this["west"].name
      bucket        = "${var.bucket}-near"
      create        = true
      force_destroy = var.empty_on_destroy
      rules         = { everything = { priority = 10 } }
    }

    # The ledger, out of reach.
    vault = {
      site          = crr_site.this["vault"].name
      bucket        = "${var.bucket}-vault"
      create        = true
      force_destroy = var.empty_on_destroy
      rules         = { ledger = { prefix = "ledger/", priority = 20 } }
    }

    # What is marked for it, cold.
    archive = {
      site          = crr_site.this["west"].name
      bucket        = "${var.bucket}-archive"
      create        = true
      force_destroy = var.empty_on_destroy
      storage_class = "GLACIER_IR"
      rules         = { marked = { tags = { keep = "years" }, priority = 30 } }
    }
  }
}
