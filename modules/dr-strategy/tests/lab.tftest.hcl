# Against the lab: `sites` is what `make lab` prints under `tfvars`. Destroyed by Terraform at the end.

provider "crr" {
  sites = var.sites
}

variables {
  primary_site = "east"
  standby_site = "west"
  buckets = {
    orders = {
      primary = { bucket = "lab-orders", create = true, force_destroy = true }
      standby = { bucket = "lab-orders-dr", create = true, force_destroy = true }
    }
  }
}

run "begin_with_copies" {
  variables {
    strategy = "backup-restore"
  }

  assert {
    condition     = jsondecode(output.facets["orders"]["source.rule.everything"]).storage_class == "GLACIER_IR" && !can(output.facets["orders"]["destination.rule.everything"])
    error_message = "it is no backup"
  }
}

run "grow_into_active_active_in_place" {
  variables {
    strategy = "active-active"
  }

  assert {
    condition     = output.pairs["orders"].id == run.begin_with_copies.pairs["orders"].id && alltrue([for side in ["source", "destination"] : jsondecode(output.facets["orders"]["${side}.rule.everything"]).replica_modifications])
    error_message = "the pair is another, or a side has no rule"
  }
}

run "nothing_is_left_to_do" {
  command = plan
  variables {
    strategy = "active-active"
  }
}
