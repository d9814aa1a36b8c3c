provider "crr" {
  sites = var.sites
}

resource "crr_site" "this" {
  for_each = toset(["east", "west"])
  name     = each.key
}

# A key belongs to its region, so S3 decrypts with the one and encrypts with the other. Each key is the default of its bucket,
# and the role may use both, only through S3 and only for these objects.
module "payroll" {
  source = "../../../modules/active-active"

  first_site  = crr_site.this["east"].name
  second_site = crr_site.this["west"].name

  buckets = {
    payroll = {
      first = {
        bucket        = "${var.bucket}-east"
        create        = true
        force_destroy = var.empty_on_destroy
        kms_key_arn   = var.keys.east
      }
      second = {
        bucket        = "${var.bucket}-west"
        create        = true
        force_destroy = var.empty_on_destroy
        kms_key_arn   = var.keys.west
      }
    }
  }
}
