# Against the lab: `sites` is what `make lab` prints under `tfvars`, and the buckets lab-orders in us-east-1 and lab-reports in
# us-west-2 are there already. Destroyed by Terraform at the end; the buckets stay.

provider "crr" {
  sites = var.sites
}

variables {
  first_site  = "east"
  second_site = "west"
}

run "the_first_site_is_active" {
  variables {
    active_site = "east"
  }

  assert {
    condition     = output.coverage["east"].protected == 1 && length(output.unprotected) == 0
    error_message = "the active site's bucket is not protected"
  }
  assert {
    condition     = output.coverage["west"].pending == 1 && output.coverage["west"].protected == 0
    error_message = "a paused echo worked"
  }
}

run "then_the_second" {
  variables {
    active_site = "west"
  }

  assert {
    condition     = output.coverage["west"].protected == 1 && length(output.unprotected) == 0
    error_message = "what was made meanwhile is not protected"
  }
}

# A paused echo touches nothing, its own end included: both work again before the destroy.
run "both" {
  assert {
    condition     = output.coverage["east"].protected == 1 && output.coverage["west"].protected == 1
    error_message = "a bucket lost its protection"
  }
}

run "nothing_is_left_to_do" {
  command = plan
}
