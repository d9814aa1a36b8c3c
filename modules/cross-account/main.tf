# One resource an entry, keyed by the entry's name: neither another bucket nor another order moves a pair.
resource "crr_pair" "this" {
  for_each = var.buckets

  source = {
    site          = var.source_site.name
    bucket        = each.value.source.bucket
    create        = each.value.source.create
    force_destroy = each.value.source.force_destroy
    kms_key_arn   = each.value.source.kms_key_arn
    role          = each.value.source.role
  }

  destination = {
    site          = var.vault_site.name
    bucket        = each.value.vault.bucket
    create        = each.value.vault.create
    kms_key_arn   = each.value.vault.kms_key_arn
    storage_class = try(coalesce(each.value.storage_class, var.storage_class), null)
    object_lock   = var.retention
    # What a vault keeps is not for a `destroy` to take.
    force_destroy = false
  }

  direction = "one_way"
  rules     = each.value.rules
  # A delete at the source, by mistake or by malice, is what a vault is for.
  delete_markers = false
  # The vault's account owns the copies, whatever the bucket's own settings say.
  owner_override       = true
  rtc                  = var.rtc
  metrics              = var.metrics
  role                 = var.role
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}
