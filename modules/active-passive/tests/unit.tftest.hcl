# What reaches the resource, and what is refused. No provider is asked: its answers are made up.

mock_provider "crr" {}

variables {
  source_site      = "east"
  destination_site = "west"
  buckets = {
    orders = {
      source      = { bucket = "example-orders" }
      destination = { bucket = "example-orders-dr" }
    }
  }
}

run "defaults_reach_the_pair" {
  command = plan

  assert {
    condition     = crr_pair.this["orders"].source.site == "east" && crr_pair.this["orders"].source.bucket == "example-orders" && !crr_pair.this["orders"].source.create
    error_message = "the source is another"
  }
  assert {
    condition     = crr_pair.this["orders"].destination.site == "west" && crr_pair.this["orders"].destination.bucket == "example-orders-dr" && !crr_pair.this["orders"].destination.create
    error_message = "the destination is another"
  }
  assert {
    condition     = crr_pair.this["orders"].direction == "one_way" && !crr_pair.this["orders"].delete_markers && !crr_pair.this["orders"].rtc && crr_pair.this["orders"].metrics
    error_message = "the options have other defaults"
  }
  assert {
    condition     = crr_pair.this["orders"].rules == null && crr_pair.this["orders"].destination.storage_class == null && length(crr_pair.this["orders"].mirror_settings) == 0 && crr_pair.this["orders"].role == "own"
    error_message = "something was set that nobody asked for"
  }
  assert {
    condition     = output.destinations["orders"] == { site = "west", bucket = "example-orders-dr" }
    error_message = "the outputs name another destination"
  }
}

run "options_of_the_module_reach_every_pair" {
  command = plan

  variables {
    delete_markers       = true
    storage_class        = "STANDARD_IA"
    rtc                  = true
    mirror_settings      = ["tags", "policy"]
    role                 = "site"
    permissions_boundary = "arn:aws:iam::111111111111:policy/limits"
    tags                 = { team = "storage" }
  }

  assert {
    condition     = crr_pair.this["orders"].delete_markers && crr_pair.this["orders"].rtc && crr_pair.this["orders"].destination.storage_class == "STANDARD_IA"
    error_message = "delete_markers, rtc or storage_class is lost"
  }
  assert {
    condition     = crr_pair.this["orders"].mirror_settings == toset(["policy", "tags"]) && crr_pair.this["orders"].role == "site"
    error_message = "mirror_settings or role is lost"
  }
  assert {
    condition     = crr_pair.this["orders"].permissions_boundary == "arn:aws:iam::111111111111:policy/limits" && crr_pair.this["orders"].tags == tomap({ team = "storage" })
    error_message = "permissions_boundary or tags are lost"
  }
}

run "options_of_a_bucket_go_before_those_of_the_module" {
  command = plan

  variables {
    delete_markers  = true
    storage_class   = "STANDARD_IA"
    rtc             = true
    mirror_settings = ["tags"]
    buckets = {
      ledger = {
        source = {
          bucket        = "example-ledger"
          create        = true
          force_destroy = true
          kms_key_arn   = "arn:aws:kms:us-east-1:111111111111:key/a"
          role          = "arn:aws:iam::111111111111:role/ledger"
        }
        destination = {
          bucket        = "example-ledger-dr"
          create        = true
          force_destroy = true
          kms_key_arn   = "arn:aws:kms:us-west-2:111111111111:key/b"
        }
        delete_markers  = false
        storage_class   = "GLACIER_IR"
        rtc             = false
        mirror_settings = []
        rules = {
          invoices = { prefix = "invoices/", priority = 7, delete_markers = true, storage_class = "STANDARD" }
          marked   = { tags = { dr = "true" }, enabled = false }
        }
      }
    }
  }

  assert {
    condition     = !crr_pair.this["ledger"].delete_markers && !crr_pair.this["ledger"].rtc && crr_pair.this["ledger"].destination.storage_class == "GLACIER_IR" && length(crr_pair.this["ledger"].mirror_settings) == 0
    error_message = "the module's option won over the bucket's"
  }
  assert {
    condition     = crr_pair.this["ledger"].source.create && crr_pair.this["ledger"].source.force_destroy && crr_pair.this["ledger"].source.kms_key_arn == "arn:aws:kms:us-east-1:111111111111:key/a" && crr_pair.this["ledger"].source.role == "arn:aws:iam::111111111111:role/ledger"
    error_message = "an option of the source is lost"
  }
  assert {
    condition     = crr_pair.this["ledger"].destination.create && crr_pair.this["ledger"].destination.force_destroy && crr_pair.this["ledger"].destination.kms_key_arn == "arn:aws:kms:us-west-2:111111111111:key/b"
    error_message = "an option of the destination is lost"
  }
  assert {
    condition     = crr_pair.this["ledger"].rules["invoices"].prefix == "invoices/" && crr_pair.this["ledger"].rules["invoices"].priority == 7 && crr_pair.this["ledger"].rules["invoices"].delete_markers && crr_pair.this["ledger"].rules["invoices"].storage_class == "STANDARD"
    error_message = "an option of a rule is lost"
  }
  assert {
    condition     = crr_pair.this["ledger"].rules["marked"].tags == tomap({ dr = "true" }) && !crr_pair.this["ledger"].rules["marked"].enabled
    error_message = "an option of a rule is lost"
  }
}

run "metrics_can_be_off" {
  command = plan

  variables {
    metrics = false
  }

  assert {
    condition     = !crr_pair.this["orders"].metrics
    error_message = "metrics are still on"
  }
}

run "another_bucket_moves_no_pair" {
  command = plan

  variables {
    buckets = {
      archive = { source = { bucket = "example-archive" }, destination = { bucket = "example-archive-dr" } }
      orders  = { source = { bucket = "example-orders" }, destination = { bucket = "example-orders-dr" } }
    }
  }

  assert {
    condition     = crr_pair.this["orders"].source.bucket == "example-orders" && crr_pair.this["archive"].source.bucket == "example-archive"
    error_message = "the keys are not the names of the entries"
  }
}

run "refuses_a_source_site_that_is_no_name" {
  command = plan
  variables {
    source_site = "the east"
  }
  expect_failures = [var.source_site]
}

run "refuses_a_destination_site_that_is_no_name" {
  command = plan
  variables {
    destination_site = ""
  }
  expect_failures = [var.destination_site]
}

run "refuses_no_bucket" {
  command = plan
  variables {
    buckets = {}
  }
  expect_failures = [var.buckets]
}

run "refuses_a_bucket_that_is_its_own_destination" {
  command = plan
  variables {
    destination_site = "east"
    buckets          = { orders = { source = { bucket = "example-orders" }, destination = { bucket = "example-orders" } } }
  }
  expect_failures = [var.buckets]
}

run "refuses_one_source_twice" {
  command = plan
  variables {
    buckets = {
      one = { source = { bucket = "example-orders" }, destination = { bucket = "example-one" } }
      two = { source = { bucket = "example-orders" }, destination = { bucket = "example-two" } }
    }
  }
  expect_failures = [var.buckets]
}

run "refuses_one_destination_twice" {
  command = plan
  variables {
    buckets = {
      one = { source = { bucket = "example-one" }, destination = { bucket = "example-dr" } }
      two = { source = { bucket = "example-two" }, destination = { bucket = "example-dr" } }
    }
  }
  expect_failures = [var.buckets]
}

run "refuses_a_key_on_one_side" {
  command = plan
  variables {
    buckets = {
      orders = {
        source      = { bucket = "example-orders", kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/a" }
        destination = { bucket = "example-orders-dr" }
      }
    }
  }
  expect_failures = [var.buckets]
}

run "refuses_to_destroy_what_it_did_not_make" {
  command = plan
  variables {
    buckets = { orders = { source = { bucket = "example-orders" }, destination = { bucket = "example-orders-dr", force_destroy = true } } }
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

run "refuses_rtc_without_metrics" {
  command = plan
  variables {
    rtc     = true
    metrics = false
  }
  expect_failures = [var.metrics]
}

run "refuses_a_setting_that_is_none" {
  command = plan
  variables {
    mirror_settings = ["tags", "colour"]
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

run "refuses_an_entry_without_its_source" {
  command = plan
  variables {
    buckets = { one = { source = null, destination = { bucket = "example-two" } } }
  }
  expect_failures = [var.buckets]
}
