output "vault" {
  description = "The bucket in the vault's account."
  value       = module.vault.vaults["this"].bucket
}

output "facets" {
  description = "Every part of the pair as it is."
  value       = module.vault.facets["this"]
}
