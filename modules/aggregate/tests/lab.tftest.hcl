# Against the lab: `sites` is what `make lab` prints under `tfvars`. Destroyed by Terraform at the end; the target stays.

provider "crr" {
  sites = var.sites
}

variables {
  sources = {
    app = { site = "east", bucket = "lab-app-logs", create = true, force_destroy = true }
    web = { site = "west", bucket = "lab-web-logs", create = true, force_destroy = true, prefix = "sites/web/" }
  }
  target_bucket = { site = "vault", bucket = "lab-archive", create = true, storage_class = "GLACIER_IR" }
}

run "apply" {
  assert {
    condition     = jsondecode(output.facets["app"]["source.rule.prefix"]).storage_class == "GLACIER_IR" && jsondecode(output.facets["web"]["source.rule.prefix"]).storage_class == "GLACIER_IR"
    error_message = "replicas get another storage class"
  }
  assert {
    condition     = output.prefixes == { app = "app/", web = "sites/web/" }
    error_message = "the prefixes are others"
  }
}

run "nothing_is_left_to_do" {
  command = plan
}
