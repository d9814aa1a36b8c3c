# Against the lab: `sites` is what `make lab` prints under `tfvars`. Destroyed by Terraform at the end; the vault stays.

provider "crr" {
  sites = var.sites
}

variables {
  source_site         = { name = "east", account_id = "111111111111" }
  vault_site          = { name = "vault", account_id = "222222222222" }
  trusted_account_ids = ["222222222222"]
  retention           = { mode = "GOVERNANCE", days = 1 }
  buckets = {
    ledger = {
      source = { bucket = "lab-ledger", create = true, force_destroy = true }
      vault  = { bucket = "lab-ledger-vault", create = true }
    }
  }
}

run "apply" {
  assert {
    condition     = output.facets["ledger"]["destination.object_lock"] == "Enabled, GOVERNANCE for 1 day(s)"
    error_message = "the vault does not lock what arrives"
  }
  assert {
    condition     = length([for name in keys(output.facets["ledger"]) : name if startswith(name, "destination.policy.")]) == 1
    error_message = "the vault does not let the source's role in"
  }
}

run "nothing_is_left_to_do" {
  command = plan
}
