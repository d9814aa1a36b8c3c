locals {
  # What differs between environments stands here, once, and nowhere else.
  all = {
    dev   = { two_way = false, rtc = false, disposable = true }
    stage = { two_way = true, rtc = false, disposable = true }
    prod  = { two_way = true, rtc = true, disposable = false }
  }
  this = local.all[var.environment]
}

resource "crr_site" "this" {
  for_each = toset(["east", "west"])
  name     = each.key
}

resource "crr_pair" "orders" {
  source = {
    site          = crr_site.this["east"].name
    bucket        = "${var.bucket}-${var.environment}-east"
    create        = true
    force_destroy = local.this.disposable
  }

  destination = {
    site          = crr_site.this["west"].name
    bucket        = "${var.bucket}-${var.environment}-west"
    create        = true
    force_destroy = local.this.disposable
  }

  direction      = local.this.two_way ? "two_way" : "one_way"
  delete_markers = local.this.two_way
  rtc            = local.this.rtc
  tags           = { environment = var.environment }
}
