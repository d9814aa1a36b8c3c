locals {
  # What each strategy asks of replication, and what it is meant for: the times are those of AWS's Well-Architected lab on
  # two-way replication, for a whole workload.
  strategies = {
    backup-restore = {
      direction      = "one_way"
      storage_class  = "GLACIER_IR"
      delete_markers = false
      rtc            = false
      rpo            = "hours"
      rto            = "24 hours or less"
      standby        = "nothing runs; the data is kept, also from deletes at the primary"
    }

    # Two ways from here on: what is written at the standby while it is in charge must come home by itself.
    pilot-light = {
      direction      = "two_way"
      storage_class  = null
      delete_markers = true
      rtc            = false
      rpo            = "minutes"
      rto            = "hours"
      standby        = "the data, and the least that cannot be made quickly"
    }

    warm-standby = {
      direction      = "two_way"
      storage_class  = null
      delete_markers = true
      rtc            = true
      rpo            = "seconds, mostly; 15 minutes by the SLA of RTC"
      rto            = "minutes"
      standby        = "everything, scaled down"
    }

    active-active = {
      direction      = "two_way"
      storage_class  = null
      delete_markers = true
      rtc            = true
      rpo            = "none or seconds, mostly; 15 minutes by the SLA of RTC"
      rto            = "seconds"
      standby        = "everything, in use"
    }
  }

  strategy = local.strategies[var.strategy]
  rtc      = var.rtc != null ? var.rtc : local.strategy.rtc
}

# The resource itself, and not a module for each strategy: the same rules would then belong to one resource before the change
# and to another after it, and in one apply the end of the first could undo the beginning of the second.
resource "crr_pair" "this" {
  for_each = var.buckets

  source = {
    site          = var.primary_site
    bucket        = each.value.primary.bucket
    create        = each.value.primary.create
    force_destroy = each.value.primary.force_destroy
    kms_key_arn   = each.value.primary.kms_key_arn
    role          = each.value.primary.role
  }

  destination = {
    site          = var.standby_site
    bucket        = each.value.standby.bucket
    create        = each.value.standby.create
    force_destroy = each.value.standby.force_destroy
    kms_key_arn   = each.value.standby.kms_key_arn
    role          = each.value.standby.role
    storage_class = try(coalesce(var.storage_class, local.strategy.storage_class), null)
  }

  direction            = local.strategy.direction
  rules                = each.value.rules
  delete_markers       = var.delete_markers != null ? var.delete_markers : local.strategy.delete_markers
  rtc                  = local.rtc
  metrics              = true # how far the standby is behind shows nowhere else
  mirror_settings      = var.mirror_settings
  role                 = var.role
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}
