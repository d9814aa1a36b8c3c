# Against the lab: `sites` is what `make lab` prints under `tfvars`, and the buckets lab-orders, tagged with dr = true, and
# lab-notes, which is not, are in us-east-1 already. Destroyed by Terraform at the end; the buckets stay.

provider "crr" {
  sites = var.sites
}

variables {
  source_site = "east"
  target_site = "west"
}

run "apply" {
  assert {
    condition     = output.coverage.protected == 1 && output.coverage.excluded == 1
    error_message = "not the tagged bucket alone is protected"
  }
  assert {
    condition     = startswith(output.trigger.queue_arn, "arn:aws:sqs:us-east-1:") && output.trigger.function_arn == null
    error_message = "there is no queue, or a function that nobody asked for"
  }
  assert {
    condition     = jsondecode(output.agent_config).queue_url == output.trigger.queue_url
    error_message = "the agent would not find its queue"
  }
}

run "nothing_is_left_to_do" {
  command = plan
}
