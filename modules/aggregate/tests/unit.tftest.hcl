# What reaches the resource, and what is refused. No provider is asked: its answers are made up.

mock_provider "crr" {}

variables {
  sources = {
    app = { site = "east", bucket = "example-app-logs" }
    web = { site = "west", bucket = "example-web-logs" }
  }
  target_bucket = { site = "vault", bucket = "example-archive" }
}

run "defaults_reach_the_pairs" {
  command = plan

  assert {
    condition     = crr_pair.this["app"].source.site == "east" && crr_pair.this["app"].source.bucket == "example-app-logs" && crr_pair.this["web"].source.site == "west" && crr_pair.this["web"].source.bucket == "example-web-logs"
    error_message = "a source is another"
  }
  assert {
    condition     = alltrue([for pair in crr_pair.this : pair.destination.site == "vault" && pair.destination.bucket == "example-archive" && !pair.destination.create && !pair.destination.force_destroy && pair.direction == "one_way"])
    error_message = "the target is another, or could go with one source"
  }
  assert {
    condition     = crr_pair.this["app"].rules["prefix"].prefix == "app/" && crr_pair.this["web"].rules["prefix"].prefix == "web/" && alltrue([for pair in crr_pair.this : length(pair.rules) == 1])
    error_message = "the sources are not kept apart"
  }
  assert {
    condition     = alltrue([for pair in crr_pair.this : !pair.delete_markers && !pair.rtc && pair.metrics && pair.role == "own" && pair.destination.storage_class == null])
    error_message = "something was set that nobody asked for"
  }
  assert {
    condition     = output.prefixes == { app = "app/", web = "web/" } && output.target_bucket == { site = "vault", bucket = "example-archive" }
    error_message = "the outputs say otherwise"
  }
}

run "options_of_the_module_reach_every_pair" {
  command = plan

  variables {
    target_bucket        = { site = "vault", bucket = "example-archive", create = true, storage_class = "GLACIER_IR" }
    delete_markers       = true
    rtc                  = true
    role                 = "site"
    permissions_boundary = "arn:aws:iam::111111111111:policy/limits"
    tags                 = { team = "storage" }
  }

  assert {
    condition     = alltrue([for pair in crr_pair.this : pair.destination.create && !pair.destination.force_destroy && pair.destination.storage_class == "GLACIER_IR"])
    error_message = "an option of the target is lost"
  }
  assert {
    condition     = alltrue([for pair in crr_pair.this : pair.delete_markers && pair.rtc && pair.role == "site" && pair.permissions_boundary == "arn:aws:iam::111111111111:policy/limits" && pair.tags == tomap({ team = "storage" })])
    error_message = "an option of the module is lost"
  }
}

run "options_of_a_source_reach_its_pair" {
  command = plan

  variables {
    delete_markers = true
    rtc            = true
    target_bucket  = { site = "vault", bucket = "example-archive", kms_key_arn = "arn:aws:kms:eu-central-1:222222222222:key/b", storage_class = "GLACIER_IR" }
    sources = {
      app = {
        site           = "east"
        bucket         = "example-app-logs"
        prefix         = "logs/app/"
        create         = true
        force_destroy  = true
        kms_key_arn    = "arn:aws:kms:us-east-1:111111111111:key/a"
        role           = "arn:aws:iam::111111111111:role/app"
        delete_markers = false
        rtc            = false
        storage_class  = "STANDARD_IA"
      }
    }
  }

  assert {
    condition     = crr_pair.this["app"].source.create && crr_pair.this["app"].source.force_destroy && crr_pair.this["app"].source.kms_key_arn == "arn:aws:kms:us-east-1:111111111111:key/a" && crr_pair.this["app"].source.role == "arn:aws:iam::111111111111:role/app"
    error_message = "an option of the source is lost"
  }
  assert {
    condition     = crr_pair.this["app"].rules["prefix"].prefix == "logs/app/" && crr_pair.this["app"].destination.storage_class == "STANDARD_IA" && crr_pair.this["app"].destination.kms_key_arn == "arn:aws:kms:eu-central-1:222222222222:key/b"
    error_message = "prefix, storage class or key is lost"
  }
  assert {
    condition     = !crr_pair.this["app"].delete_markers && !crr_pair.this["app"].rtc
    error_message = "the module's option won over the source's"
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

run "refuses_no_source" {
  command = plan
  variables {
    sources = {}
  }
  expect_failures = [var.sources]
}

run "refuses_a_source_site_that_is_no_name" {
  command = plan
  variables {
    sources = { app = { site = "the east", bucket = "example-app-logs" } }
  }
  expect_failures = [var.sources]
}

run "refuses_an_empty_prefix" {
  command = plan
  variables {
    sources = { app = { site = "east", bucket = "example-app-logs", prefix = "" } }
  }
  expect_failures = [var.sources]
}

run "refuses_prefixes_that_overlap" {
  command = plan
  variables {
    sources = {
      app = { site = "east", bucket = "example-app-logs", prefix = "logs/" }
      web = { site = "west", bucket = "example-web-logs", prefix = "logs/web/" }
    }
  }
  expect_failures = [var.sources]
}

run "refuses_one_source_twice" {
  command = plan
  variables {
    sources = {
      app = { site = "east", bucket = "example-logs" }
      web = { site = "east", bucket = "example-logs" }
    }
  }
  expect_failures = [var.sources]
}

run "refuses_to_destroy_what_it_did_not_make" {
  command = plan
  variables {
    sources = { app = { site = "east", bucket = "example-app-logs", force_destroy = true } }
  }
  expect_failures = [var.sources]
}

run "refuses_a_target_site_that_is_no_name" {
  command = plan
  variables {
    target_bucket = { site = "", bucket = "example-archive" }
  }
  expect_failures = [var.target_bucket]
}

run "refuses_the_target_as_a_source" {
  command = plan
  variables {
    target_bucket = { site = "east", bucket = "example-app-logs" }
  }
  expect_failures = [var.target_bucket]
}

run "refuses_a_key_on_the_target_alone" {
  command = plan
  variables {
    target_bucket = { site = "vault", bucket = "example-archive", kms_key_arn = "arn:aws:kms:eu-central-1:222222222222:key/b" }
  }
  expect_failures = [var.target_bucket]
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
    sources = { one = null }
  }
  expect_failures = [var.sources]
}

run "refuses_an_entry_without_its_bucket" {
  command = plan
  variables {
    sources = { one = { site = "west", bucket = null } }
  }
  expect_failures = [var.sources]
}
