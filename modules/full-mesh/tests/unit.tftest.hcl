# What reaches the resource, and what is refused. No provider is asked: its answers are made up.

mock_provider "crr" {}

variables {
  members = {
    east  = { site = "east", bucket = "example-east" }
    west  = { site = "west", bucket = "example-west" }
    vault = { site = "vault", bucket = "example-vault" }
  }
}

run "every_two_sites_make_one_pair" {
  command = plan

  assert {
    condition     = toset(keys(crr_pair.this)) == toset(["east--vault", "east--west", "vault--west"])
    error_message = "not every two sites, or one of them twice"
  }
  assert {
    condition     = crr_pair.this["east--vault"].source.bucket == "example-east" && crr_pair.this["east--vault"].destination.bucket == "example-vault" && crr_pair.this["vault--west"].source.site == "vault" && crr_pair.this["vault--west"].destination.site == "west"
    error_message = "a pair has other sides than its name says"
  }
  assert {
    condition     = alltrue([for pair in crr_pair.this : pair.direction == "two_way" && pair.delete_markers && pair.replica_modifications && !pair.rtc && pair.metrics && pair.rules == null && pair.role == "own"])
    error_message = "the options have other defaults"
  }
  assert {
    condition     = alltrue([for pair in crr_pair.this : !pair.source.force_destroy && !pair.destination.force_destroy && !pair.source.create && !pair.destination.create])
    error_message = "a bucket that several pairs share could go with one of them"
  }
  assert {
    condition     = output.buckets["vault"] == { site = "vault", bucket = "example-vault" }
    error_message = "the outputs name another bucket"
  }
}

run "another_site_moves_no_pair" {
  command = plan
  variables {
    members = {
      central = { site = "central", bucket = "example-central" }
      east    = { site = "east", bucket = "example-east" }
      west    = { site = "west", bucket = "example-west" }
      vault   = { site = "vault", bucket = "example-vault" }
    }
  }

  assert {
    condition     = length(crr_pair.this) == 6 && length(setsubtract(["east--vault", "east--west", "vault--west"], keys(crr_pair.this))) == 0
    error_message = "the pairs that stood before have other keys"
  }
}

run "options_reach_every_pair" {
  command = plan

  variables {
    members = {
      east = { site = "east", bucket = "example-east", create = true, kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/a", role = "arn:aws:iam::111111111111:role/east", storage_class = "STANDARD_IA" }
      west = { site = "west", bucket = "example-west", create = true, kms_key_arn = "arn:aws:kms:us-west-2:111111111111:key/b", role = "arn:aws:iam::111111111111:role/west", storage_class = "GLACIER_IR" }
    }
    rules                 = { invoices = { prefix = "invoices/", delete_markers = true }, marked = { tags = { dr = "true" }, enabled = false } }
    delete_markers        = false
    replica_modifications = false
    rtc                   = true
    role                  = "site"
    permissions_boundary  = "arn:aws:iam::111111111111:policy/limits"
    tags                  = { team = "storage" }
  }

  assert {
    condition     = crr_pair.this["east--west"].source.create && crr_pair.this["east--west"].source.kms_key_arn == "arn:aws:kms:us-east-1:111111111111:key/a" && crr_pair.this["east--west"].source.role == "arn:aws:iam::111111111111:role/east" && crr_pair.this["east--west"].source.storage_class == "STANDARD_IA"
    error_message = "an option of the first side is lost"
  }
  assert {
    condition     = crr_pair.this["east--west"].destination.create && crr_pair.this["east--west"].destination.kms_key_arn == "arn:aws:kms:us-west-2:111111111111:key/b" && crr_pair.this["east--west"].destination.role == "arn:aws:iam::111111111111:role/west" && crr_pair.this["east--west"].destination.storage_class == "GLACIER_IR"
    error_message = "an option of the second side is lost"
  }
  assert {
    condition     = crr_pair.this["east--west"].rules["invoices"].prefix == "invoices/" && crr_pair.this["east--west"].rules["invoices"].delete_markers && crr_pair.this["east--west"].rules["marked"].tags == tomap({ dr = "true" }) && !crr_pair.this["east--west"].rules["marked"].enabled
    error_message = "an option of a rule is lost"
  }
  assert {
    condition     = !crr_pair.this["east--west"].delete_markers && !crr_pair.this["east--west"].replica_modifications && crr_pair.this["east--west"].rtc && crr_pair.this["east--west"].role == "site" && crr_pair.this["east--west"].permissions_boundary == "arn:aws:iam::111111111111:policy/limits" && crr_pair.this["east--west"].tags == tomap({ team = "storage" })
    error_message = "an option of the module is lost"
  }
}

run "metrics_can_be_off" {
  command = plan
  variables {
    metrics = false
  }

  assert {
    condition     = alltrue([for pair in crr_pair.this : !pair.metrics])
    error_message = "metrics are still on"
  }
}

run "refuses_one_site_alone" {
  command = plan
  variables {
    members = { east = { site = "east", bucket = "example-east" } }
  }
  expect_failures = [var.members]
}

run "refuses_a_name_that_blurs_the_keys" {
  command = plan
  variables {
    members = { "east--1" = { site = "east", bucket = "example-east" }, west = { site = "west", bucket = "example-west" } }
  }
  expect_failures = [var.members]
}

run "refuses_a_site_that_is_no_name" {
  command = plan
  variables {
    members = { east = { site = "the east", bucket = "example-east" }, west = { site = "west", bucket = "example-west" } }
  }
  expect_failures = [var.members]
}

run "refuses_one_bucket_twice" {
  command = plan
  variables {
    members = { one = { site = "east", bucket = "example" }, two = { site = "east", bucket = "example" } }
  }
  expect_failures = [var.members]
}

run "refuses_a_key_on_some_sites" {
  command = plan
  variables {
    members = { east = { site = "east", bucket = "example-east", kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/a" }, west = { site = "west", bucket = "example-west" } }
  }
  expect_failures = [var.members]
}

run "refuses_rtc_without_metrics" {
  command = plan
  variables {
    rtc     = true
    metrics = false
  }
  expect_failures = [var.metrics]
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
    members = { one = null, two = { site = "west", bucket = "example-two" } }
  }
  expect_failures = [var.members]
}

run "refuses_an_entry_without_its_bucket" {
  command = plan
  variables {
    members = { one = { site = "east", bucket = null }, two = { site = "west", bucket = "example-two" } }
  }
  expect_failures = [var.members]
}
