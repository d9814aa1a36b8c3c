# What reaches the resources, and what is refused. No provider is asked: its answers are made up.

mock_provider "crr" {}

variables {
  first_site  = "east"
  second_site = "west"
  active_site = "east"
}

run "an_echo_each_way_and_one_of_them_paused" {
  command = plan

  assert {
    condition     = crr_echo_mode.this["first"].source == "east" && crr_echo_mode.this["first"].target == "west" && crr_echo_mode.this["second"].source == "west" && crr_echo_mode.this["second"].target == "east"
    error_message = "an echo points elsewhere"
  }
  assert {
    condition     = !crr_echo_mode.this["first"].paused && crr_echo_mode.this["second"].paused
    error_message = "not the active site's echo works"
  }
  assert {
    condition     = alltrue([for echo in crr_echo_mode.this : echo.direction == "two_way" && echo.delete_markers && !echo.rtc && echo.metrics && echo.target_bucket == "{bucket}-dr" && echo.on_destroy == "remove" && echo.select == null && echo.storage_class == null && length(echo.mirror_settings) == 0])
    error_message = "the options have other defaults"
  }
  assert {
    condition     = alltrue([for site in crr_site.this : toset(site.replication_role.read) == toset(["*"]) && toset(site.replication_role.write) == toset(["*"]) && site.replication_role.decrypt == null])
    error_message = "the roles are for other buckets"
  }
  assert {
    condition     = crr_site.this["first"].name == "east" && crr_site.this["second"].name == "west"
    error_message = "a site has no role"
  }
}

run "switching_pauses_the_one_and_resumes_the_other" {
  command = plan
  variables {
    active_site = "west"
  }

  assert {
    condition     = crr_echo_mode.this["first"].paused && !crr_echo_mode.this["second"].paused
    error_message = "the wrong echo works"
  }
}

run "without_an_active_site_both_work" {
  command = plan
  variables {
    active_site = null
  }

  assert {
    condition     = alltrue([for echo in crr_echo_mode.this : !echo.paused])
    error_message = "an echo is paused"
  }
}

run "a_lost_site_pauses_both" {
  command = plan
  variables {
    active_site = "west"
    lost_site   = "east"
  }

  assert {
    condition     = crr_echo_mode.this["first"].paused && crr_echo_mode.this["second"].paused
    error_message = "an echo would work without one of its sites"
  }
}

run "options_reach_both_echoes" {
  command = plan
  variables {
    select          = { include = ["orders-*"], exclude = ["*-logs"], tags = { dr = "true" } }
    target_bucket   = "{bucket}-copy"
    delete_markers  = false
    storage_class   = "STANDARD_IA"
    rtc             = true
    mirror_settings = ["tags", "policy"]
    role_buckets    = ["orders-*"]
    object_lock     = true
    cross_account   = true
    kms_keys        = { first = "arn:aws:kms:us-east-1:111111111111:key/a", second = "arn:aws:kms:us-west-2:111111111111:key/b" }
    tags            = { team = "storage" }
  }

  assert {
    condition     = alltrue([for echo in crr_echo_mode.this : echo.select.include == toset(["orders-*"]) && echo.select.exclude == toset(["*-logs"]) && echo.select.tags == tomap({ dr = "true" }) && echo.target_bucket == "{bucket}-copy"])
    error_message = "the selection or the template is lost"
  }
  assert {
    condition     = alltrue([for echo in crr_echo_mode.this : !echo.delete_markers && echo.storage_class == "STANDARD_IA" && echo.rtc && echo.mirror_settings == toset(["policy", "tags"]) && echo.tags == tomap({ team = "storage" })])
    error_message = "an option is lost"
  }
  assert {
    condition     = crr_echo_mode.this["first"].source_kms_key_arn == "arn:aws:kms:us-east-1:111111111111:key/a" && crr_echo_mode.this["first"].target_kms_key_arn == "arn:aws:kms:us-west-2:111111111111:key/b" && crr_echo_mode.this["second"].source_kms_key_arn == "arn:aws:kms:us-west-2:111111111111:key/b" && crr_echo_mode.this["second"].target_kms_key_arn == "arn:aws:kms:us-east-1:111111111111:key/a"
    error_message = "a key is lost, or stands on the other side"
  }
  assert {
    condition     = toset(crr_site.this["first"].replication_role.decrypt) == toset(["arn:aws:kms:us-east-1:111111111111:key/a"]) && toset(crr_site.this["first"].replication_role.encrypt) == toset(["arn:aws:kms:us-west-2:111111111111:key/b"]) && toset(crr_site.this["second"].replication_role.decrypt) == toset(["arn:aws:kms:us-west-2:111111111111:key/b"]) && toset(crr_site.this["second"].replication_role.encrypt) == toset(["arn:aws:kms:us-east-1:111111111111:key/a"])
    error_message = "a role may not use its keys"
  }
  assert {
    condition     = alltrue([for site in crr_site.this : toset(site.replication_role.read) == toset(["orders-*"]) && site.replication_role.object_lock && site.replication_role.owner_override && site.replication_role.tags == tomap({ team = "storage" })])
    error_message = "an option of the roles is lost"
  }
}

run "roles_of_the_configuration_are_used" {
  command = plan
  variables {
    roles      = { first = "arn:aws:iam::111111111111:role/crr/east", second = "arn:aws:iam::111111111111:role/crr/west" }
    on_destroy = "keep"
    metrics    = false
  }

  assert {
    condition     = length(crr_site.this) == 0
    error_message = "the sites are made twice"
  }
  assert {
    condition     = crr_echo_mode.this["first"].source_role == "arn:aws:iam::111111111111:role/crr/east" && crr_echo_mode.this["first"].target_role == "arn:aws:iam::111111111111:role/crr/west" && crr_echo_mode.this["second"].source_role == "arn:aws:iam::111111111111:role/crr/west" && crr_echo_mode.this["second"].target_role == "arn:aws:iam::111111111111:role/crr/east"
    error_message = "a role is lost, or stands on the other side"
  }
  assert {
    condition     = alltrue([for echo in crr_echo_mode.this : echo.on_destroy == "keep" && !echo.metrics])
    error_message = "an option is lost"
  }
}

run "refuses_a_first_site_that_is_no_name" {
  command = plan
  variables {
    first_site  = "the east"
    active_site = "west"
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

run "refuses_one_site_twice" {
  command = plan
  variables {
    second_site = "east"
  }
  expect_failures = [var.second_site]
}

run "refuses_an_active_site_that_is_neither" {
  command = plan
  variables {
    active_site = "vault"
  }
  expect_failures = [var.active_site]
}

run "refuses_a_lost_site_that_is_neither" {
  command = plan
  variables {
    lost_site = "vault"
  }
  expect_failures = [var.lost_site]
}

run "refuses_an_active_site_that_is_lost" {
  command = plan
  variables {
    lost_site = "east"
  }
  expect_failures = [var.lost_site]
}

run "refuses_one_target_for_all" {
  command = plan
  variables {
    target_bucket = "copies"
  }
  expect_failures = [var.target_bucket]
}

run "refuses_roles_for_no_bucket" {
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
    roles      = { first = "arn:aws:iam::111111111111:role/crr/east", second = "arn:aws:iam::111111111111:role/crr/west" }
  }
  expect_failures = [var.on_destroy]
}

run "refuses_to_keep_rules_without_their_roles" {
  command = plan
  variables {
    on_destroy = "keep"
  }
  expect_failures = [var.on_destroy]
}

run "a_lost_site_is_enough" {
  command = plan
  variables {
    active_site = null
    lost_site   = "east"
  }

  assert {
    condition     = crr_echo_mode.this["first"].paused && crr_echo_mode.this["second"].paused
    error_message = "an echo would work without one of its sites"
  }
}
