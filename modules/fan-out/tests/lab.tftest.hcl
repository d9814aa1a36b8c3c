# Against the lab: `sites` is what `make lab` prints under `tfvars`. Destroyed by Terraform at the end; the source stays.

provider "crr" {
  sites = var.sites
}

variables {
  source_bucket = { site = "east", bucket = "lab-orders", create = true }
  targets = {
    near = {
      site          = "west"
      bucket        = "lab-orders-near"
      create        = true
      force_destroy = true
      rules         = { invoices = { prefix = "invoices/", priority = 20 } }
    }
    vault = {
      site          = "vault"
      bucket        = "lab-orders-vault"
      create        = true
      force_destroy = true
      storage_class = "GLACIER_IR"
      rules         = { everything = { priority = 10 } }
    }
  }
}

run "apply" {
  assert {
    condition     = jsondecode(output.facets["near"]["source.rule.invoices"]).priority == 20 && jsondecode(output.facets["vault"]["source.rule.everything"]).priority == 10
    error_message = "a rule is missing or has another priority"
  }
  assert {
    condition     = output.facets["near"]["source.role"] == output.facets["vault"]["source.role"]
    error_message = "S3 takes one role a bucket, and the pairs name two"
  }
}

run "nothing_is_left_to_do" {
  command = plan
}
