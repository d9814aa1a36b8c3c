# One resource an entry, keyed by the entry's name: neither another bucket nor another order moves a pair.
resource "crr_pair" "this" {
  for_each = var.buckets

  source = {
    site          = var.first_site
    bucket        = each.value.first.bucket
    create        = each.value.first.create
    force_destroy = each.value.first.force_destroy
    kms_key_arn   = each.value.first.kms_key_arn
    role          = each.value.first.role
    storage_class = each.value.first.storage_class
    access_log    = each.value.first.access_log
  }

  destination = {
    site          = var.second_site
    bucket        = each.value.second.bucket
    create        = each.value.second.create
    force_destroy = each.value.second.force_destroy
    kms_key_arn   = each.value.second.kms_key_arn
    role          = each.value.second.role
    storage_class = each.value.second.storage_class
    access_log    = each.value.second.access_log
  }

  direction             = "two_way"
  rules                 = each.value.rules
  delete_markers        = coalesce(each.value.delete_markers, var.delete_markers)
  replica_modifications = var.replica_modifications
  rtc                   = coalesce(each.value.rtc, var.rtc)
  metrics               = var.metrics
  role                  = var.role
  permissions_boundary  = var.permissions_boundary
  tags                  = var.tags
}
