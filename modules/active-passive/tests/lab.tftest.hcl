# Against the lab: `sites` is what `make lab` prints under `tfvars`. Destroyed by Terraform at the end.

provider "crr" {
  sites = var.sites
}

variables {
  source_site      = "east"
  destination_site = "west"
  buckets = {
    orders = {
      source      = { bucket = "lab-orders", create = true, force_destroy = true }
      destination = { bucket = "lab-orders-dr", create = true, force_destroy = true }
      rules       = { invoices = { prefix = "invoices/", delete_markers = true }, marked = { tags = { dr = "true" } } }
    }
    uploads = {
      source          = { bucket = "lab-uploads", create = true, force_destroy = true }
      destination     = { bucket = "lab-uploads-dr", create = true, force_destroy = true }
      storage_class   = "STANDARD_IA"
      mirror_settings = ["encryption"]
    }
  }
}

run "apply" {
  assert {
    condition     = output.facets["orders"]["source.versioning"] == "Enabled" && output.facets["orders"]["destination.versioning"] == "Enabled"
    error_message = "versioning is off"
  }
  assert {
    condition     = can(output.facets["orders"]["source.rule.invoices"]) && can(output.facets["orders"]["source.rule.marked"])
    error_message = "a rule is missing"
  }
  assert {
    condition     = jsondecode(output.facets["uploads"]["source.rule.everything"]).storage_class == "STANDARD_IA"
    error_message = "replicas get another storage class"
  }
  assert {
    condition     = output.pairs["orders"].id == "east:lab-orders->west:lab-orders-dr"
    error_message = "the pair has another id"
  }
}

run "nothing_is_left_to_do" {
  command = plan
}
