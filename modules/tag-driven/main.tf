# One role for all buckets of the site, since IAM's quotas would not let each have its own.
resource "crr_site" "source" {
  count = var.role_arn == null ? 1 : 0

  name = var.source_site

  replication_role = {
    read    = var.role_buckets
    write   = var.role_buckets
    decrypt = var.kms_keys == null ? null : [var.kms_keys.source]
    encrypt = var.kms_keys == null ? null : [var.kms_keys.target]
    tags    = var.tags
  }
}

resource "crr_echo_mode" "this" {
  source = var.role_arn == null ? crr_site.source[0].name : var.source_site
  target = var.target_site
  paused = var.paused

  select = {
    tags    = { (var.tag.key) = var.tag.value }
    exclude = var.exclude
  }

  target_bucket      = var.target_bucket
  source_role        = var.role_arn
  source_kms_key_arn = try(var.kms_keys.source, null)
  target_kms_key_arn = try(var.kms_keys.target, null)

  delete_markers  = var.delete_markers
  storage_class   = var.storage_class
  rtc             = var.rtc
  metrics         = var.metrics
  mirror_settings = var.mirror_settings
  on_destroy      = var.on_destroy
  tags            = var.tags

  # Rule, queue and dead-letter queue; and the function, where there is a program for it.
  trigger = {
    look_every = var.look_every
    function   = var.function
  }
}
