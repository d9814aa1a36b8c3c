# One pair a target, keyed by the target's name. All of them write to the source's one replication configuration, each its
# own rules; the provider lets one at a time.
resource "crr_pair" "this" {
  for_each = var.targets

  source = {
    site        = var.source_bucket.site
    bucket      = var.source_bucket.bucket
    create      = var.source_bucket.create
    kms_key_arn = var.source_bucket.kms_key_arn
    role        = var.source_bucket.role
    # All targets share it, so the end of one must not take it away.
    force_destroy = false
  }

  destination = {
    site          = each.value.site
    bucket        = each.value.bucket
    create        = each.value.create
    force_destroy = each.value.force_destroy
    kms_key_arn   = each.value.kms_key_arn
    storage_class = each.value.storage_class
  }

  direction            = "one_way"
  rules                = each.value.rules
  delete_markers       = coalesce(each.value.delete_markers, var.delete_markers)
  rtc                  = coalesce(each.value.rtc, var.rtc)
  metrics              = var.metrics
  role                 = var.role
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}
