provider "crr" {
  sites = var.sites

  # Nothing goes to an account that is not named here, whatever the credentials turn out to be.
  trusted_account_ids = var.accounts
}

resource "crr_site" "this" {
  for_each = toset(["main", "vault"])
  name     = each.key
}

resource "crr_pair" "vault" {
  source = {
    site        = crr_site.this["main"].name
    bucket      = var.bucket
    kms_key_arn = one(var.keys[*].main)
  }

  # Made by the pair: locked as the source is, closed to the public, owned by the vault's account with all that is in it. Its
  # policy lets the replication role write replicas, and do nothing else.
  destination = {
    site        = crr_site.this["vault"].name
    bucket      = "${var.bucket}-vault"
    create      = true
    kms_key_arn = one(var.keys[*].vault)
  }

  # A delete on the main side hides nothing in the vault.
  delete_markers = false
}
