locals {
  echoes = {
    first  = { source = var.first_site, target = var.second_site, other = "second" }
    second = { source = var.second_site, target = var.first_site, other = "first" }
  }
}

# One role a site for all of its buckets, since IAM's quotas would not let each have its own.
resource "crr_site" "this" {
  for_each = var.roles == null ? local.echoes : {}

  name = each.value.source

  replication_role = {
    read           = var.role_buckets
    write          = var.role_buckets
    decrypt        = var.kms_keys == null ? null : [var.kms_keys[each.key]]
    encrypt        = var.kms_keys == null ? null : [var.kms_keys[each.value.other]]
    object_lock    = var.object_lock
    owner_override = var.cross_account
    tags           = var.tags
  }
}

# Each echo is two-way: what is written to a target while it is in use goes home to its bucket by the rule that stands there.
# The echo that points back takes none of those targets; it is for buckets that are made at the other site.
resource "crr_echo_mode" "this" {
  for_each = local.echoes

  source = var.roles == null ? crr_site.this[each.key].name : each.value.source
  target = var.roles == null ? crr_site.this[each.value.other].name : each.value.target
  paused = var.lost_site != null || coalesce(var.active_site, each.value.source) != each.value.source

  select        = var.select
  target_bucket = var.target_bucket
  direction     = "two_way"

  source_role        = var.roles == null ? null : var.roles[each.key]
  target_role        = var.roles == null ? null : var.roles[each.value.other]
  source_kms_key_arn = var.kms_keys == null ? null : var.kms_keys[each.key]
  target_kms_key_arn = var.kms_keys == null ? null : var.kms_keys[each.value.other]

  delete_markers  = var.delete_markers
  storage_class   = var.storage_class
  rtc             = var.rtc
  metrics         = var.metrics
  mirror_settings = var.mirror_settings
  on_destroy      = var.on_destroy
  tags            = var.tags
}
