# What reaches the resource, and what is refused. No provider is asked: its answers are made up.

mock_provider "crr" {}

variables {
  first_site  = "east"
  second_site = "west"
  buckets = {
    documents = {
      first  = { bucket = "example-documents-east" }
      second = { bucket = "example-documents-west" }
    }
  }
}

run "defaults_reach_the_pair" {
  command = plan

  assert {
    condition     = crr_pair.this["documents"].source.site == "east" && crr_pair.this["documents"].source.bucket == "example-documents-east" && !crr_pair.this["documents"].source.create
    error_message = "the first side is another"
  }
  assert {
    condition     = crr_pair.this["documents"].destination.site == "west" && crr_pair.this["documents"].destination.bucket == "example-documents-west" && !crr_pair.this["documents"].destination.create
    error_message = "the second side is another"
  }
  assert {
    condition     = crr_pair.this["documents"].direction == "two_way" && crr_pair.this["documents"].replica_modifications && crr_pair.this["documents"].delete_markers
    error_message = "the two sides would not stay alike"
  }
  assert {
    condition     = !crr_pair.this["documents"].rtc && crr_pair.this["documents"].metrics && crr_pair.this["documents"].rules == null && crr_pair.this["documents"].role == "own"
    error_message = "something was set that nobody asked for"
  }
}

run "options_of_the_module_reach_every_pair" {
  command = plan

  variables {
    delete_markers        = false
    replica_modifications = false
    rtc                   = true
    role                  = "site"
    permissions_boundary  = "arn:aws:iam::111111111111:policy/limits"
    tags                  = { team = "storage" }
  }

  assert {
    condition     = !crr_pair.this["documents"].delete_markers && !crr_pair.this["documents"].replica_modifications && crr_pair.this["documents"].rtc
    error_message = "a switch is lost"
  }
  assert {
    condition     = crr_pair.this["documents"].role == "site" && crr_pair.this["documents"].permissions_boundary == "arn:aws:iam::111111111111:policy/limits" && crr_pair.this["documents"].tags == tomap({ team = "storage" })
    error_message = "role, permissions_boundary or tags are lost"
  }
}

run "options_of_a_bucket_reach_its_pair" {
  command = plan

  variables {
    rtc = true
    buckets = {
      ledger = {
        first = {
          bucket        = "example-ledger-east"
          create        = true
          force_destroy = true
          kms_key_arn   = "arn:aws:kms:us-east-1:111111111111:key/a"
          role          = "arn:aws:iam::111111111111:role/east"
          storage_class = "STANDARD_IA"
        }
        second = {
          bucket        = "example-ledger-west"
          create        = true
          force_destroy = true
          kms_key_arn   = "arn:aws:kms:us-west-2:111111111111:key/b"
          role          = "arn:aws:iam::111111111111:role/west"
          storage_class = "GLACIER_IR"
        }
        delete_markers = false
        rtc            = false
        rules          = { invoices = { prefix = "invoices/", priority = 7, delete_markers = true }, marked = { tags = { dr = "true" }, enabled = false } }
      }
    }
  }

  assert {
    condition = crr_pair.this["ledger"].source.create && crr_pair.this["ledger"].source.force_destroy && crr_pair.this["ledger"].source.kms_key_arn == "arn:aws:kms:us-east-1:111111111111:key/a" && crr_pair.this["ledger"].source.role == "arn:aws:iam::111111111111:role/east" && crr_pair.this["ledger"].source.storage_class == "STANDARD_IA"

    error_message = "an option of the first side is lost"
  }
  assert {
    condition     = crr_pair.this["ledger"].destination.create && crr_pair.this["ledger"].destination.force_destroy && crr_pair.this["ledger"].destination.kms_key_arn == "arn:aws:kms:us-west-2:111111111111:key/b" && crr_pair.this["ledger"].destination.role == "arn:aws:iam::111111111111:role/west" && crr_pair.this["ledger"].destination.storage_class == "GLACIER_IR"
    error_message = "an option of the second side is lost"
  }
  assert {
    condition     = !crr_pair.this["ledger"].delete_markers && !crr_pair.this["ledger"].rtc
    error_message = "the module's option won over the bucket's"
  }
  assert {
    condition     = crr_pair.this["ledger"].rules["invoices"].prefix == "invoices/" && crr_pair.this["ledger"].rules["invoices"].priority == 7 && crr_pair.this["ledger"].rules["invoices"].delete_markers && crr_pair.this["ledger"].rules["marked"].tags == tomap({ dr = "true" }) && !crr_pair.this["ledger"].rules["marked"].enabled
    error_message = "an option of a rule is lost"
  }
}

run "metrics_can_be_off" {
  command = plan
  variables {
    metrics = false
  }

  assert {
    condition     = !crr_pair.this["documents"].metrics
    error_message = "metrics are still on"
  }
}

run "refuses_a_first_site_that_is_no_name" {
  command = plan
  variables {
    first_site = "the east"
  }
  expect_failures = [var.first_site]
}

run "refuses_a_second_site_that_is_no_name" {
  command = plan
  variables {
    second_site = ""
  }
  expect_failures = [var.second_site]
}

run "refuses_no_bucket" {
  command = plan
  variables {
    buckets = {}
  }
  expect_failures = [var.buckets]
}

run "refuses_a_bucket_that_is_its_own_replica" {
  command = plan
  variables {
    second_site = "east"
    buckets     = { documents = { first = { bucket = "example-documents" }, second = { bucket = "example-documents" } } }
  }
  expect_failures = [var.buckets]
}

run "refuses_one_first_bucket_twice" {
  command = plan
  variables {
    buckets = {
      one = { first = { bucket = "example-documents" }, second = { bucket = "example-one" } }
      two = { first = { bucket = "example-documents" }, second = { bucket = "example-two" } }
    }
  }
  expect_failures = [var.buckets]
}

run "refuses_one_second_bucket_twice" {
  command = plan
  variables {
    buckets = {
      one = { first = { bucket = "example-one" }, second = { bucket = "example-documents" } }
      two = { first = { bucket = "example-two" }, second = { bucket = "example-documents" } }
    }
  }
  expect_failures = [var.buckets]
}

run "refuses_a_key_on_one_side" {
  command = plan
  variables {
    buckets = {
      documents = {
        first  = { bucket = "example-documents-east" }
        second = { bucket = "example-documents-west", kms_key_arn = "arn:aws:kms:us-west-2:111111111111:key/b" }
      }
    }
  }
  expect_failures = [var.buckets]
}

run "refuses_to_destroy_what_it_did_not_make" {
  command = plan
  variables {
    buckets = { documents = { first = { bucket = "example-documents-east", force_destroy = true }, second = { bucket = "example-documents-west" } } }
  }
  expect_failures = [var.buckets]
}

run "each_side_has_its_access_log" {
  command = plan

  variables {
    buckets = {
      documents = {
        first  = { bucket = "example-documents-east", access_log = { bucket = "example-logs-east", create = true, force_destroy = true } }
        second = { bucket = "example-documents-west", access_log = { bucket = "example-logs-west", prefix = "documents/" } }
      }
    }
  }

  assert {
    condition     = crr_pair.this["documents"].source.access_log.bucket == "example-logs-east" && crr_pair.this["documents"].source.access_log.create && crr_pair.this["documents"].source.access_log.force_destroy && crr_pair.this["documents"].source.access_log.prefix == null
    error_message = "the first side's log is lost"
  }
  assert {
    condition     = crr_pair.this["documents"].destination.access_log.bucket == "example-logs-west" && !crr_pair.this["documents"].destination.access_log.create && crr_pair.this["documents"].destination.access_log.prefix == "documents/"
    error_message = "the second side's log is lost"
  }
}

run "refuses_to_destroy_a_log_that_two_entries_share" {
  command = plan
  variables {
    buckets = {
      one = { first = { bucket = "example-one", access_log = { bucket = "example-logs", create = true, force_destroy = true } }, second = { bucket = "example-one-west" } }
      two = { first = { bucket = "example-two", access_log = { bucket = "example-logs", create = true } }, second = { bucket = "example-two-west" } }
    }
  }
  expect_failures = [var.buckets]
}

run "refuses_a_log_in_a_bucket_that_replicates" {
  command = plan
  variables {
    buckets = {
      one = { first = { bucket = "example-one", access_log = { bucket = "example-two" } }, second = { bucket = "example-one-west" } }
      two = { first = { bucket = "example-two" }, second = { bucket = "example-two-west" } }
    }
  }
  expect_failures = [var.buckets]
}

run "refuses_rtc_without_metrics" {
  command = plan
  variables {
    metrics = false
    buckets = { documents = { first = { bucket = "example-documents-east" }, second = { bucket = "example-documents-west" }, rtc = true } }
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

run "refuses_an_entry_without_its_first" {
  command = plan
  variables {
    buckets = { one = { first = null, second = { bucket = "example-two" } } }
  }
  expect_failures = [var.buckets]
}
