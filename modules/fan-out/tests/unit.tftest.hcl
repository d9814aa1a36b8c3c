# What reaches the resource, and what is refused. No provider is asked: its answers are made up.

mock_provider "crr" {}

variables {
  source_bucket = { site = "east", bucket = "example-orders" }
  targets = {
    near  = { site = "west", bucket = "example-orders-near" }
    vault = { site = "vault", bucket = "example-orders-vault" }
  }
}

run "defaults_reach_the_pairs" {
  command = plan

  assert {
    condition     = length(crr_pair.this) == 2 && alltrue([for pair in crr_pair.this : pair.source.site == "east" && pair.source.bucket == "example-orders" && !pair.source.create && pair.direction == "one_way"])
    error_message = "not one pair a target, or another source"
  }
  assert {
    condition     = crr_pair.this["near"].destination.site == "west" && crr_pair.this["near"].destination.bucket == "example-orders-near" && crr_pair.this["vault"].destination.site == "vault" && crr_pair.this["vault"].destination.bucket == "example-orders-vault"
    error_message = "a target is another"
  }
  assert {
    condition     = alltrue([for pair in crr_pair.this : !pair.delete_markers && !pair.rtc && pair.metrics && pair.rules == null && pair.role == "own"])
    error_message = "something was set that nobody asked for"
  }
  assert {
    condition     = output.destinations == { near = { site = "west", bucket = "example-orders-near" }, vault = { site = "vault", bucket = "example-orders-vault" } }
    error_message = "the outputs name other targets"
  }
}

run "options_of_the_module_reach_every_pair" {
  command = plan

  variables {
    delete_markers       = true
    rtc                  = true
    role                 = "site"
    permissions_boundary = "arn:aws:iam::111111111111:policy/limits"
    tags                 = { team = "storage" }
  }

  assert {
    condition     = alltrue([for pair in crr_pair.this : pair.delete_markers && pair.rtc && pair.role == "site"])
    error_message = "a switch or the role is lost"
  }
  assert {
    condition     = alltrue([for pair in crr_pair.this : pair.permissions_boundary == "arn:aws:iam::111111111111:policy/limits" && pair.tags == tomap({ team = "storage" })])
    error_message = "permissions_boundary or tags are lost"
  }
}

run "options_of_source_and_target_reach_the_pair" {
  command = plan

  variables {
    rtc           = true
    source_bucket = { site = "east", bucket = "example-orders", create = true, kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/a", role = "arn:aws:iam::111111111111:role/east" }
    targets = {
      near = {
        site           = "west"
        bucket         = "example-orders-near"
        create         = true
        force_destroy  = true
        kms_key_arn    = "arn:aws:kms:us-west-2:111111111111:key/b"
        storage_class  = "STANDARD_IA"
        delete_markers = true
        rtc            = false
        rules          = { invoices = { prefix = "invoices/", priority = 7, delete_markers = false, storage_class = "GLACIER_IR" }, marked = { tags = { dr = "true" }, enabled = false, delete_markers = false } }
      }
    }
  }

  assert {
    condition     = crr_pair.this["near"].source.create && crr_pair.this["near"].source.kms_key_arn == "arn:aws:kms:us-east-1:111111111111:key/a" && crr_pair.this["near"].source.role == "arn:aws:iam::111111111111:role/east"
    error_message = "an option of the source is lost"
  }
  assert {
    condition     = !crr_pair.this["near"].source.force_destroy
    error_message = "a source that all targets share would go with one of them"
  }
  assert {
    condition     = crr_pair.this["near"].destination.create && crr_pair.this["near"].destination.force_destroy && crr_pair.this["near"].destination.kms_key_arn == "arn:aws:kms:us-west-2:111111111111:key/b" && crr_pair.this["near"].destination.storage_class == "STANDARD_IA"
    error_message = "an option of the target is lost"
  }
  assert {
    condition     = crr_pair.this["near"].delete_markers && !crr_pair.this["near"].rtc
    error_message = "the module's option won over the target's"
  }
  assert {
    condition     = crr_pair.this["near"].rules["invoices"].prefix == "invoices/" && crr_pair.this["near"].rules["invoices"].priority == 7 && !crr_pair.this["near"].rules["invoices"].delete_markers && crr_pair.this["near"].rules["invoices"].storage_class == "GLACIER_IR" && crr_pair.this["near"].rules["marked"].tags == tomap({ dr = "true" }) && !crr_pair.this["near"].rules["marked"].enabled
    error_message = "an option of a rule is lost"
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

run "refuses_a_source_site_that_is_no_name" {
  command = plan
  variables {
    source_bucket = { site = "the east", bucket = "example-orders" }
  }
  expect_failures = [var.source_bucket]
}

run "refuses_no_target" {
  command = plan
  variables {
    targets = {}
  }
  expect_failures = [var.targets]
}

run "refuses_a_target_site_that_is_no_name" {
  command = plan
  variables {
    targets = { near = { site = "", bucket = "example-orders-near" } }
  }
  expect_failures = [var.targets]
}

run "refuses_the_source_as_a_target" {
  command = plan
  variables {
    targets = { itself = { site = "east", bucket = "example-orders" } }
  }
  expect_failures = [var.targets]
}

run "refuses_one_target_twice" {
  command = plan
  variables {
    targets = {
      one = { site = "west", bucket = "example-orders-near" }
      two = { site = "west", bucket = "example-orders-near" }
    }
  }
  expect_failures = [var.targets]
}

run "refuses_one_priority_for_two_targets" {
  command = plan
  variables {
    targets = {
      near  = { site = "west", bucket = "example-orders-near", rules = { a = { prefix = "a/", priority = 1 } } }
      vault = { site = "vault", bucket = "example-orders-vault", rules = { b = { prefix = "b/", priority = 1 } } }
    }
  }
  expect_failures = [var.targets]
}

run "refuses_a_key_without_one_on_the_source" {
  command = plan
  variables {
    targets = { near = { site = "west", bucket = "example-orders-near", kms_key_arn = "arn:aws:kms:us-west-2:111111111111:key/b" } }
  }
  expect_failures = [var.targets]
}

run "refuses_to_destroy_what_it_did_not_make" {
  command = plan
  variables {
    targets = { near = { site = "west", bucket = "example-orders-near", force_destroy = true } }
  }
  expect_failures = [var.targets]
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
    targets = { one = null }
  }
  expect_failures = [var.targets]
}

run "refuses_an_entry_without_its_bucket" {
  command = plan
  variables {
    targets = { one = { site = "west", bucket = null } }
  }
  expect_failures = [var.targets]
}
