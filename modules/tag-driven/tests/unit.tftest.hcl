# What reaches the resources, and what is refused. No provider is asked: its answers are made up.

mock_provider "crr" {}

variables {
  source_site = "east"
  target_site = "west"
}

run "defaults_reach_the_echo" {
  command = plan

  assert {
    condition     = crr_echo_mode.this.source == "east" && crr_echo_mode.this.target == "west" && crr_echo_mode.this.select.tags == tomap({ dr = "true" }) && crr_echo_mode.this.target_bucket == "{bucket}-dr" && !crr_echo_mode.this.paused
    error_message = "it is not dr = true to NAME-dr"
  }
  assert {
    condition     = crr_echo_mode.this.trigger.look_every == "15m" && crr_echo_mode.this.trigger.function == null
    error_message = "nothing wakes the handler, or there is a function that nobody gave a program for"
  }
  assert {
    condition     = length(crr_echo_mode.this.mirror_settings) == 7 && !crr_echo_mode.this.delete_markers && !crr_echo_mode.this.rtc && crr_echo_mode.this.metrics && crr_echo_mode.this.on_destroy == "remove" && crr_echo_mode.this.storage_class == null
    error_message = "the options have other defaults"
  }
  assert {
    condition     = crr_site.source[0].name == "east" && crr_site.source[0].replication_role.read == toset(["*"]) && crr_site.source[0].replication_role.write == toset(["*"])
    error_message = "the source has no role, or one for other buckets"
  }
}

run "options_reach_the_echo" {
  command = plan
  variables {
    tag             = { key = "backup", value = "yes" }
    exclude         = ["*-logs"]
    target_bucket   = "{bucket}-copy"
    look_every      = "1h"
    function        = { zip = "main.tf", architecture = "arm64", memory = 512, timeout = "10m", role_arn = "arn:aws:iam::111111111111:role/function" }
    paused          = true
    role_buckets    = ["orders-*"]
    kms_keys        = { source = "arn:aws:kms:us-east-1:111111111111:key/a", target = "arn:aws:kms:us-west-2:111111111111:key/b" }
    delete_markers  = true
    storage_class   = "STANDARD_IA"
    rtc             = true
    mirror_settings = ["tags"]
    tags            = { team = "storage" }
  }

  assert {
    condition     = crr_echo_mode.this.select.tags == tomap({ backup = "yes" }) && crr_echo_mode.this.select.exclude == toset(["*-logs"]) && crr_echo_mode.this.target_bucket == "{bucket}-copy" && crr_echo_mode.this.paused
    error_message = "the selection, the template or the pause is lost"
  }
  assert {
    condition     = crr_echo_mode.this.trigger.look_every == "1h" && crr_echo_mode.this.trigger.function.zip == "main.tf" && crr_echo_mode.this.trigger.function.architecture == "arm64" && crr_echo_mode.this.trigger.function.memory == 512 && crr_echo_mode.this.trigger.function.timeout == "10m" && crr_echo_mode.this.trigger.function.role_arn == "arn:aws:iam::111111111111:role/function"
    error_message = "an option of the trigger is lost"
  }
  assert {
    condition     = crr_echo_mode.this.source_kms_key_arn == "arn:aws:kms:us-east-1:111111111111:key/a" && crr_echo_mode.this.target_kms_key_arn == "arn:aws:kms:us-west-2:111111111111:key/b" && crr_site.source[0].replication_role.decrypt == toset(["arn:aws:kms:us-east-1:111111111111:key/a"]) && crr_site.source[0].replication_role.encrypt == toset(["arn:aws:kms:us-west-2:111111111111:key/b"])
    error_message = "a key is lost, or the role may not use it"
  }
  assert {
    condition     = crr_echo_mode.this.delete_markers && crr_echo_mode.this.storage_class == "STANDARD_IA" && crr_echo_mode.this.rtc && crr_echo_mode.this.mirror_settings == toset(["tags"]) && crr_echo_mode.this.tags == tomap({ team = "storage" }) && crr_site.source[0].replication_role.read == toset(["orders-*"]) && crr_site.source[0].replication_role.tags == tomap({ team = "storage" })
    error_message = "an option is lost"
  }
}

run "a_role_of_the_configuration_is_used" {
  command = plan
  variables {
    role_arn   = "arn:aws:iam::111111111111:role/crr/east"
    on_destroy = "keep"
    metrics    = false
    look_every = null
  }

  assert {
    condition     = length(crr_site.source) == 0 && crr_echo_mode.this.source_role == "arn:aws:iam::111111111111:role/crr/east"
    error_message = "the site is made twice, or the role is lost"
  }
  assert {
    condition     = crr_echo_mode.this.on_destroy == "keep" && !crr_echo_mode.this.metrics && crr_echo_mode.this.trigger.look_every == null
    error_message = "an option is lost"
  }
}

run "refuses_a_source_site_that_is_no_name" {
  command = plan
  variables {
    source_site = "the east"
  }
  expect_failures = [var.source_site]
}

run "refuses_a_target_site_that_is_no_name" {
  command = plan
  variables {
    target_site = ""
  }
  expect_failures = [var.target_site]
}

run "refuses_one_site_twice" {
  command = plan
  variables {
    target_site = "east"
  }
  expect_failures = [var.target_site]
}

run "refuses_a_tag_of_AWS" {
  command = plan
  variables {
    tag = { key = "aws:dr" }
  }
  expect_failures = [var.tag]
}

run "refuses_one_target_for_all" {
  command = plan
  variables {
    target_bucket = "copies"
  }
  expect_failures = [var.target_bucket]
}

run "refuses_seconds" {
  command = plan
  variables {
    look_every = "90s"
  }
  expect_failures = [var.look_every]
}

run "refuses_a_zip_that_is_not_there" {
  command = plan
  variables {
    function = { zip = "nowhere.zip" }
  }
  expect_failures = [var.function]
}

run "refuses_a_processor_that_lambda_does_not_have" {
  command = plan
  variables {
    function = { zip = "main.tf", architecture = "riscv64" }
  }
  expect_failures = [var.function]
}

run "refuses_a_role_that_is_none" {
  command = plan
  variables {
    role_arn = "admin"
  }
  expect_failures = [var.role_arn]
}

run "refuses_a_role_for_no_bucket" {
  command = plan
  variables {
    role_buckets = []
  }
  expect_failures = [var.role_buckets]
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
    mirror_settings = ["colour"]
  }
  expect_failures = [var.mirror_settings]
}

run "refuses_an_end_that_is_none" {
  command = plan
  variables {
    on_destroy = "forget"
    role_arn   = "arn:aws:iam::111111111111:role/crr/east"
  }
  expect_failures = [var.on_destroy]
}

run "refuses_to_keep_rules_without_their_role" {
  command = plan
  variables {
    on_destroy = "keep"
  }
  expect_failures = [var.on_destroy]
}
