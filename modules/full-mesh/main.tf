locals {
  names = sort(keys(var.members))

  # Every two sites once, the first name before the second. A two-way pair has a rule on each of its buckets, so each ordered
  # pair has its rule exactly once; and another site adds pairs and moves none.
  pairs = merge([for index, first in local.names : {
    for second in slice(local.names, index + 1, length(local.names)) : "${first}--${second}" => {
      first  = var.members[first]
      second = var.members[second]
    }
  }]...)
}

resource "crr_pair" "this" {
  for_each = local.pairs

  source = {
    site          = each.value.first.site
    bucket        = each.value.first.bucket
    create        = each.value.first.create
    kms_key_arn   = each.value.first.kms_key_arn
    role          = each.value.first.role
    storage_class = each.value.first.storage_class
    # Every bucket is in several pairs, so the end of one must not take it away.
    force_destroy = false
  }

  destination = {
    site          = each.value.second.site
    bucket        = each.value.second.bucket
    create        = each.value.second.create
    kms_key_arn   = each.value.second.kms_key_arn
    role          = each.value.second.role
    storage_class = each.value.second.storage_class
    force_destroy = false
  }

  direction             = "two_way"
  rules                 = var.rules
  delete_markers        = var.delete_markers
  replica_modifications = var.replica_modifications
  rtc                   = var.rtc
  metrics               = var.metrics
  role                  = var.role
  permissions_boundary  = var.permissions_boundary
  tags                  = var.tags
}
