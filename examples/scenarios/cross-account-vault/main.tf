provider "crr" {
  sites = var.sites

  # Nothing goes to an account that is not named here, whatever the credentials turn out to be.
  trusted_account_ids = var.accounts
}

resource "crr_site" "this" {
  for_each = toset(["main", "vault"])
  name     = each.key
}

# The vault's bucket is made: locked, closed to the public, owned by the vault's account with all that is in it. Its policy lets
# the replication role write replicas, and do nothing else. A delete on the main side hides nothing in the vault.
module "vault" {
  source = "../../../modules/cross-account"

  source_site         = crr_site.this["main"]
  vault_site          = crr_site.this["vault"]
  trusted_account_ids = var.accounts
  retention           = var.retention

  buckets = {
    this = {
      source = { bucket = var.bucket, kms_key_arn = one(var.keys[*].main) }
      vault  = { bucket = "${var.bucket}-vault", create = true, kms_key_arn = one(var.keys[*].vault) }
    }
  }
}
