# One resource an entry, keyed by the entry's name: neither another bucket nor another order moves a pair.
resource "crr_pair" "this" {
  for_each = var.buckets

  source = {
    site          = var.source_site
    bucket        = each.value.source.bucket
    create        = each.value.source.create
    force_destroy = each.value.source.force_destroy
    kms_key_arn   = each.value.source.kms_key_arn
    role          = each.value.source.role
  }

  destination = {
    site          = var.destination_site
    bucket        = each.value.destination.bucket
    create        = each.value.destination.create
    force_destroy = each.value.destination.force_destroy
    kms_key_arn   = each.value.destination.kms_key_arn
    storage_class = try(coalesce(each.value.storage_class, var.storage_class), null)
  }

  direction            = "one_way"
  rules                = each.value.rules
  delete_markers       = coalesce(each.value.delete_markers, var.delete_markers)
  rtc                  = coalesce(each.value.rtc, var.rtc)
  metrics              = var.metrics
  mirror_settings      = each.value.mirror_settings != null ? each.value.mirror_settings : var.mirror_settings
  role                 = var.role
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}
