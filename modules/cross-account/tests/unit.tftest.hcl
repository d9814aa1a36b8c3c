# What reaches the resource, and what is refused. No provider is asked: its answers are made up.

mock_provider "crr" {}

variables {
  source_site = { name = "main", account_id = "111111111111" }
  vault_site  = { name = "vault", account_id = "222222222222" }
  buckets = {
    ledger = { source = { bucket = "example-ledger" }, vault = { bucket = "example-ledger-vault" } }
  }
}

run "defaults_reach_the_pair" {
  command = plan

  assert {
    condition     = crr_pair.this["ledger"].source.site == "main" && crr_pair.this["ledger"].source.bucket == "example-ledger" && crr_pair.this["ledger"].destination.site == "vault" && crr_pair.this["ledger"].destination.bucket == "example-ledger-vault"
    error_message = "a side is another"
  }
  assert {
    condition     = crr_pair.this["ledger"].owner_override && !crr_pair.this["ledger"].delete_markers && crr_pair.this["ledger"].direction == "one_way" && !crr_pair.this["ledger"].destination.force_destroy
    error_message = "the copies could go with their originals, or belong to the source's account"
  }
  assert {
    condition     = !crr_pair.this["ledger"].rtc && crr_pair.this["ledger"].metrics && crr_pair.this["ledger"].rules == null && crr_pair.this["ledger"].role == "own" && crr_pair.this["ledger"].destination.object_lock == null && !crr_pair.this["ledger"].destination.create
    error_message = "something was set that nobody asked for"
  }
  assert {
    condition     = output.vaults["ledger"] == { site = "vault", bucket = "example-ledger-vault", account_id = "222222222222" }
    error_message = "the outputs name another vault"
  }
}

run "options_reach_the_pair" {
  command = plan

  variables {
    trusted_account_ids  = ["222222222222", "333333333333"]
    retention            = { mode = "COMPLIANCE", days = 30 }
    storage_class        = "GLACIER_IR"
    rtc                  = true
    role                 = "site"
    permissions_boundary = "arn:aws:iam::111111111111:policy/limits"
    tags                 = { team = "storage" }
    buckets = {
      ledger = {
        source = { bucket = "example-ledger", create = true, force_destroy = true, kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/a", role = "arn:aws:iam::111111111111:role/ledger" }
        vault  = { bucket = "example-ledger-vault", create = true, kms_key_arn = "arn:aws:kms:eu-central-1:222222222222:key/b" }
        rules  = { invoices = { prefix = "invoices/", priority = 7, storage_class = "STANDARD_IA" }, marked = { tags = { dr = "true" }, enabled = false } }
      }
      notes = { source = { bucket = "example-notes" }, vault = { bucket = "example-notes-vault", create = true }, storage_class = "STANDARD_IA" }
    }
  }

  assert {
    condition     = alltrue([for pair in crr_pair.this : pair.destination.object_lock.mode == "COMPLIANCE" && pair.destination.object_lock.days == 30])
    error_message = "a vault does not lock what arrives"
  }
  assert {
    condition     = crr_pair.this["ledger"].destination.storage_class == "GLACIER_IR" && crr_pair.this["notes"].destination.storage_class == "STANDARD_IA"
    error_message = "a storage class is lost"
  }
  assert {
    condition     = alltrue([for pair in crr_pair.this : pair.rtc && pair.role == "site" && pair.permissions_boundary == "arn:aws:iam::111111111111:policy/limits" && pair.tags == tomap({ team = "storage" })])
    error_message = "an option of the module is lost"
  }
  assert {
    condition     = crr_pair.this["ledger"].source.create && crr_pair.this["ledger"].source.force_destroy && crr_pair.this["ledger"].source.kms_key_arn == "arn:aws:kms:us-east-1:111111111111:key/a" && crr_pair.this["ledger"].source.role == "arn:aws:iam::111111111111:role/ledger"
    error_message = "an option of the source is lost"
  }
  assert {
    condition     = crr_pair.this["ledger"].destination.create && !crr_pair.this["ledger"].destination.force_destroy && crr_pair.this["ledger"].destination.kms_key_arn == "arn:aws:kms:eu-central-1:222222222222:key/b"
    error_message = "an option of the vault is lost"
  }
  assert {
    condition     = crr_pair.this["ledger"].rules["invoices"].prefix == "invoices/" && crr_pair.this["ledger"].rules["invoices"].priority == 7 && crr_pair.this["ledger"].rules["invoices"].storage_class == "STANDARD_IA" && crr_pair.this["ledger"].rules["marked"].tags == tomap({ dr = "true" }) && !crr_pair.this["ledger"].rules["marked"].enabled
    error_message = "an option of a rule is lost"
  }
}

run "metrics_can_be_off" {
  command = plan
  variables {
    metrics = false
  }

  assert {
    condition     = !crr_pair.this["ledger"].metrics
    error_message = "metrics are still on"
  }
}

run "refuses_a_source_site_that_is_no_name" {
  command = plan
  variables {
    source_site = { name = "the main", account_id = "111111111111" }
  }
  expect_failures = [var.source_site]
}

run "refuses_a_vault_site_that_is_no_name" {
  command = plan
  variables {
    vault_site = { name = "", account_id = "222222222222" }
  }
  expect_failures = [var.vault_site]
}

run "refuses_a_vault_in_the_same_account" {
  command = plan
  variables {
    vault_site = { name = "vault", account_id = "111111111111" }
  }
  expect_failures = [var.vault_site]
}

run "refuses_an_account_that_is_none" {
  command = plan
  variables {
    trusted_account_ids = ["222222222222", "vault"]
  }
  expect_failures = [var.trusted_account_ids]
}

run "refuses_an_account_that_is_not_trusted" {
  command = plan
  variables {
    trusted_account_ids = ["333333333333"]
  }
  expect_failures = [var.trusted_account_ids]
}

run "refuses_no_bucket" {
  command = plan
  variables {
    buckets = {}
  }
  expect_failures = [var.buckets]
}

run "refuses_one_source_twice" {
  command = plan
  variables {
    buckets = {
      one = { source = { bucket = "example-ledger" }, vault = { bucket = "example-one" } }
      two = { source = { bucket = "example-ledger" }, vault = { bucket = "example-two" } }
    }
  }
  expect_failures = [var.buckets]
}

run "refuses_one_vault_twice" {
  command = plan
  variables {
    buckets = {
      one = { source = { bucket = "example-one" }, vault = { bucket = "example-vault" } }
      two = { source = { bucket = "example-two" }, vault = { bucket = "example-vault" } }
    }
  }
  expect_failures = [var.buckets]
}

run "refuses_a_key_on_one_side" {
  command = plan
  variables {
    buckets = { ledger = { source = { bucket = "example-ledger", kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/a" }, vault = { bucket = "example-ledger-vault" } } }
  }
  expect_failures = [var.buckets]
}

run "refuses_keys_of_one_account" {
  command = plan
  variables {
    buckets = {
      ledger = {
        source = { bucket = "example-ledger", kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/a" }
        vault  = { bucket = "example-ledger-vault", kms_key_arn = "arn:aws:kms:eu-central-1:111111111111:key/b" }
      }
    }
  }
  expect_failures = [var.buckets]
}

run "refuses_to_destroy_what_it_did_not_make" {
  command = plan
  variables {
    buckets = { ledger = { source = { bucket = "example-ledger", force_destroy = true }, vault = { bucket = "example-ledger-vault" } } }
  }
  expect_failures = [var.buckets]
}

run "refuses_a_mode_that_S3_does_not_have" {
  command = plan
  variables {
    retention = { mode = "STRICT", days = 30 }
    buckets   = { ledger = { source = { bucket = "example-ledger" }, vault = { bucket = "example-ledger-vault", create = true } } }
  }
  expect_failures = [var.retention]
}

run "refuses_half_a_day" {
  command = plan
  variables {
    retention = { mode = "COMPLIANCE", days = 0.5 }
    buckets   = { ledger = { source = { bucket = "example-ledger" }, vault = { bucket = "example-ledger-vault", create = true } } }
  }
  expect_failures = [var.retention]
}

run "refuses_a_retention_on_a_vault_of_others" {
  command = plan
  variables {
    retention = { mode = "COMPLIANCE", days = 30 }
  }
  expect_failures = [var.retention]
}

run "refuses_a_storage_class_that_S3_does_not_have" {
  command = plan
  variables {
    storage_class = "COLD"
  }
  expect_failures = [var.storage_class]
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
    buckets = { one = null }
  }
  expect_failures = [var.buckets]
}

run "refuses_an_entry_without_its_source" {
  command = plan
  variables {
    buckets = { one = { source = null, vault = { bucket = "example-two" } } }
  }
  expect_failures = [var.buckets]
}
