# Against the lab: `sites` is what `make lab` prints under `tfvars`. Destroyed by Terraform at the end; the buckets stay.

provider "crr" {
  sites = var.sites
}

variables {
  members = {
    east  = { site = "east", bucket = "lab-mesh-east", create = true }
    west  = { site = "west", bucket = "lab-mesh-west", create = true }
    vault = { site = "vault", bucket = "lab-mesh-vault", create = true }
  }
}

run "apply" {
  assert {
    condition     = length(output.pairs) == 3 && alltrue([for facets in values(output.facets) : can(facets["source.rule.everything"]) && can(facets["destination.rule.everything"])])
    error_message = "a direction has no rule"
  }
}

run "nothing_is_left_to_do" {
  command = plan
}
