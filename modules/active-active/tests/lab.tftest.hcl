# Against the lab: `sites` is what `make lab` prints under `tfvars`. Destroyed by Terraform at the end.

provider "crr" {
  sites = var.sites
}

variables {
  first_site  = "east"
  second_site = "west"
  buckets = {
    documents = {
      first  = { bucket = "lab-documents-east", create = true, force_destroy = true, access_log = { bucket = "lab-logs-east", create = true, force_destroy = true } }
      second = { bucket = "lab-documents-west", create = true, force_destroy = true, access_log = { bucket = "lab-logs-west", create = true, force_destroy = true } }
    }
  }
}

run "apply" {
  assert {
    condition     = alltrue([for side in ["source", "destination"] : output.facets["documents"]["${side}.versioning"] == "Enabled" && output.facets["documents"]["${side}.encryption"] == "AES256"])
    error_message = "a bucket is not versioned or not encrypted"
  }
  assert {
    condition     = alltrue([for side in ["source", "destination"] : jsondecode(output.facets["documents"]["${side}.rule.everything"]).replica_modifications])
    error_message = "a side has no rule, or none that sends changes of replicas back"
  }
  assert {
    condition     = output.facets["documents"]["source.access_log"] == "to lab-logs-east/lab-documents-east/" && output.facets["documents"]["destination.access_log"] == "to lab-logs-west/lab-documents-west/"
    error_message = "a side is not logged"
  }
}

run "nothing_is_left_to_do" {
  command = plan
}
