provider "crr" {
  sites = var.sites
}

# One role for all buckets of the site, the ones that are tagged tomorrow included.
resource "crr_site" "this" {
  for_each = toset(["east", "west"])
  name     = each.key

  replication_role = {
    read    = ["*"]
    write   = ["*-dr"]
    decrypt = var.keys[*].east
    encrypt = var.keys[*].west
  }
}

# Every bucket of the east that carries the tag: a copy NAME-dr in the west, with all of the bucket's settings.
resource "crr_echo_mode" "tagged" {
  source        = crr_site.this["east"].name
  target        = crr_site.this["west"].name
  target_bucket = "{bucket}-dr"
  select        = { tags = { dr = "true" } }

  delete_markers  = true
  mirror_settings = ["tags", "lifecycle", "encryption", "ownership", "cors", "public_access_block", "policy"]

  # An EventBridge rule and a queue; every quarter of an hour a look at the whole site finds what no event told of.
  trigger = var.events ? { look_every = "15m" } : null

  source_kms_key_arn = one(var.keys[*].east)
  target_kms_key_arn = one(var.keys[*].west)
}
