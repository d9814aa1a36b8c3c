output "vault" {
  description = "The bucket in the vault's account."
  value       = crr_pair.vault.destination.bucket
}

output "facets" {
  description = "Every part of the pair as it is."
  value       = crr_pair.vault.facets
}
