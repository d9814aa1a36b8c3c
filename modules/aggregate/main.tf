# One pair a source, keyed by the source's name. S3 keeps an object's key as it is, so what keeps the sources apart is that
# each sends only what lies below a prefix of its own.
resource "crr_pair" "this" {
  for_each = var.sources

  source = {
    site          = each.value.site
    bucket        = each.value.bucket
    create        = each.value.create
    force_destroy = each.value.force_destroy
    kms_key_arn   = each.value.kms_key_arn
    role          = each.value.role
  }

  destination = {
    site        = var.target_bucket.site
    bucket      = var.target_bucket.bucket
    create      = var.target_bucket.create
    kms_key_arn = var.target_bucket.kms_key_arn
    # All sources share it, so the end of one must not take it away.
    force_destroy = false
    storage_class = try(coalesce(each.value.storage_class, var.target_bucket.storage_class), null)
  }

  rules = {
    prefix = { prefix = coalesce(each.value.prefix, "${each.key}/") }
  }

  direction            = "one_way"
  delete_markers       = coalesce(each.value.delete_markers, var.delete_markers)
  rtc                  = coalesce(each.value.rtc, var.rtc)
  metrics              = var.metrics
  role                 = var.role
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}
