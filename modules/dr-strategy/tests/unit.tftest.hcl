# What reaches the resource, and what is refused. No provider is asked: its answers are made up.

mock_provider "crr" {}

variables {
  strategy     = "warm-standby"
  primary_site = "east"
  standby_site = "west"
  buckets = {
    orders = { primary = { bucket = "example-orders" }, standby = { bucket = "example-orders-dr" } }
  }
}

run "backup_restore" {
  command = plan
  variables {
    strategy = "backup-restore"
  }

  assert {
    condition     = crr_pair.this["orders"].direction == "one_way" && !crr_pair.this["orders"].delete_markers && !crr_pair.this["orders"].rtc && crr_pair.this["orders"].destination.storage_class == "GLACIER_IR"
    error_message = "copies are dear, or go with their originals"
  }
  assert {
    condition     = output.meant_for.rpo == "hours" && output.meant_for.rto == "24 hours or less" && output.meant_for.objects == "most objects within 15 minutes, no promise"
    error_message = "it is said to be meant for something else"
  }
}

run "pilot_light" {
  command = plan
  variables {
    strategy = "pilot-light"
  }

  assert {
    condition     = crr_pair.this["orders"].direction == "two_way" && crr_pair.this["orders"].delete_markers && !crr_pair.this["orders"].rtc && crr_pair.this["orders"].destination.storage_class == null
    error_message = "the standby could not take over, or not hand back"
  }
  assert {
    condition     = output.meant_for.rpo == "minutes" && output.meant_for.rto == "hours"
    error_message = "it is said to be meant for something else"
  }
}

run "warm_standby" {
  command = plan

  assert {
    condition     = crr_pair.this["orders"].direction == "two_way" && crr_pair.this["orders"].delete_markers && crr_pair.this["orders"].rtc && crr_pair.this["orders"].metrics && crr_pair.this["orders"].destination.storage_class == null
    error_message = "the standby is too far behind"
  }
  assert {
    condition     = crr_pair.this["orders"].source.site == "east" && crr_pair.this["orders"].source.bucket == "example-orders" && crr_pair.this["orders"].destination.site == "west" && crr_pair.this["orders"].destination.bucket == "example-orders-dr" && crr_pair.this["orders"].rules == null && crr_pair.this["orders"].role == "own"
    error_message = "a side is another, or something was set that nobody asked for"
  }
  assert {
    condition     = output.meant_for.rto == "minutes" && output.meant_for.objects == "99.9 % of objects within 15 minutes, by the SLA of RTC"
    error_message = "it is said to be meant for something else"
  }
}

run "active_active" {
  command = plan
  variables {
    strategy = "active-active"
  }

  assert {
    condition     = crr_pair.this["orders"].direction == "two_way" && crr_pair.this["orders"].delete_markers && crr_pair.this["orders"].rtc
    error_message = "the sides would not stay alike"
  }
  assert {
    condition     = output.meant_for.rto == "seconds"
    error_message = "it is said to be meant for something else"
  }
}

run "options_go_before_the_strategy" {
  command = plan

  variables {
    strategy             = "backup-restore"
    storage_class        = "DEEP_ARCHIVE"
    rtc                  = true
    delete_markers       = true
    mirror_settings      = ["tags", "policy"]
    role                 = "site"
    permissions_boundary = "arn:aws:iam::111111111111:policy/limits"
    tags                 = { team = "storage" }
    buckets = {
      ledger = {
        primary = { bucket = "example-ledger", create = true, force_destroy = true, kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/a", role = "arn:aws:iam::111111111111:role/east" }
        standby = { bucket = "example-ledger-dr", create = true, force_destroy = true, kms_key_arn = "arn:aws:kms:us-west-2:111111111111:key/b", role = "arn:aws:iam::111111111111:role/west" }
        rules   = { invoices = { prefix = "invoices/", priority = 7, delete_markers = true }, marked = { tags = { dr = "true" }, enabled = false, delete_markers = false } }
      }
    }
  }

  assert {
    condition     = crr_pair.this["ledger"].destination.storage_class == "DEEP_ARCHIVE" && crr_pair.this["ledger"].rtc && crr_pair.this["ledger"].delete_markers && crr_pair.this["ledger"].mirror_settings == toset(["policy", "tags"])
    error_message = "the strategy won over what was asked for"
  }
  assert {
    condition     = crr_pair.this["ledger"].role == "site" && crr_pair.this["ledger"].permissions_boundary == "arn:aws:iam::111111111111:policy/limits" && crr_pair.this["ledger"].tags == tomap({ team = "storage" })
    error_message = "role, permissions_boundary or tags are lost"
  }
  assert {
    condition     = crr_pair.this["ledger"].source.create && crr_pair.this["ledger"].source.force_destroy && crr_pair.this["ledger"].source.kms_key_arn == "arn:aws:kms:us-east-1:111111111111:key/a" && crr_pair.this["ledger"].source.role == "arn:aws:iam::111111111111:role/east"
    error_message = "an option of the primary is lost"
  }
  assert {
    condition     = crr_pair.this["ledger"].destination.create && crr_pair.this["ledger"].destination.force_destroy && crr_pair.this["ledger"].destination.kms_key_arn == "arn:aws:kms:us-west-2:111111111111:key/b" && crr_pair.this["ledger"].destination.role == "arn:aws:iam::111111111111:role/west"
    error_message = "an option of the standby is lost"
  }
  assert {
    condition     = crr_pair.this["ledger"].rules["invoices"].prefix == "invoices/" && crr_pair.this["ledger"].rules["invoices"].priority == 7 && crr_pair.this["ledger"].rules["invoices"].delete_markers && crr_pair.this["ledger"].rules["marked"].tags == tomap({ dr = "true" }) && !crr_pair.this["ledger"].rules["marked"].enabled
    error_message = "an option of a rule is lost"
  }
}

run "a_switch_can_be_off" {
  command = plan
  variables {
    rtc            = false
    delete_markers = false
  }

  assert {
    condition     = !crr_pair.this["orders"].rtc && !crr_pair.this["orders"].delete_markers
    error_message = "false counts as left out"
  }
}

run "refuses_a_strategy_that_it_does_not_know" {
  command = plan
  variables {
    strategy = "hot-standby"
  }
  expect_failures = [var.strategy]
}

run "refuses_a_primary_site_that_is_no_name" {
  command = plan
  variables {
    primary_site = "the east"
  }
  expect_failures = [var.primary_site]
}

run "refuses_a_standby_site_that_is_no_name" {
  command = plan
  variables {
    standby_site = ""
  }
  expect_failures = [var.standby_site]
}

run "refuses_no_bucket" {
  command = plan
  variables {
    buckets = {}
  }
  expect_failures = [var.buckets]
}

run "refuses_a_bucket_that_is_its_own_standby" {
  command = plan
  variables {
    standby_site = "east"
    buckets      = { orders = { primary = { bucket = "example-orders" }, standby = { bucket = "example-orders" } } }
  }
  expect_failures = [var.buckets]
}

run "refuses_one_bucket_twice" {
  command = plan
  variables {
    buckets = {
      one = { primary = { bucket = "example-one" }, standby = { bucket = "example-dr" } }
      two = { primary = { bucket = "example-two" }, standby = { bucket = "example-dr" } }
    }
  }
  expect_failures = [var.buckets]
}

run "refuses_a_key_on_one_side" {
  command = plan
  variables {
    buckets = { orders = { primary = { bucket = "example-orders" }, standby = { bucket = "example-orders-dr", kms_key_arn = "arn:aws:kms:us-west-2:111111111111:key/b" } } }
  }
  expect_failures = [var.buckets]
}

run "refuses_to_destroy_what_it_did_not_make" {
  command = plan
  variables {
    buckets = { orders = { primary = { bucket = "example-orders" }, standby = { bucket = "example-orders-dr", force_destroy = true } } }
  }
  expect_failures = [var.buckets]
}

run "refuses_a_storage_class_that_S3_does_not_have" {
  command = plan
  variables {
    storage_class = "COLD"
  }
  expect_failures = [var.storage_class]
}

run "refuses_a_class_that_a_standby_has_no_time_for" {
  command = plan
  variables {
    storage_class = "DEEP_ARCHIVE"
  }
  expect_failures = [var.storage_class]
}

run "refuses_a_setting_that_is_none" {
  command = plan
  variables {
    mirror_settings = ["colour"]
  }
  expect_failures = [var.mirror_settings]
}

run "refuses_a_role_that_is_none" {
  command = plan
  variables {
    role = "admin"
  }
  expect_failures = [var.role]
}

run "refuses_an_entry_that_is_null" {
  command = plan
  variables {
    buckets = { one = null }
  }
  expect_failures = [var.buckets]
}

run "refuses_an_entry_without_its_primary" {
  command = plan
  variables {
    buckets = { one = { primary = null, standby = { bucket = "example-two" } } }
  }
  expect_failures = [var.buckets]
}
