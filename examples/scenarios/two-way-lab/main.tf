provider "crr" {
  sites = var.sites
}

resource "crr_site" "this" {
  for_each = toset(["east", "west"])
  name     = each.key
}

# Both buckets are made, versioned and encrypted, closed to the public, and replicate to each other; S3 logs who reads and
# writes in each of them to a bucket beside it: one apply.
module "documents" {
  source = "../../../modules/active-active"

  first_site  = crr_site.this["east"].name
  second_site = crr_site.this["west"].name

  buckets = {
    documents = {
      first = {
        bucket        = "${var.bucket}-east"
        create        = true
        force_destroy = var.empty_on_destroy
        access_log    = { bucket = "${var.bucket}-east-log", create = true, force_destroy = var.empty_on_destroy }
      }

      second = {
        bucket        = "${var.bucket}-west"
        create        = true
        force_destroy = var.empty_on_destroy
        access_log    = { bucket = "${var.bucket}-west-log", create = true, force_destroy = var.empty_on_destroy }
      }
    }
  }
}
