output "pairs" {
  description = "The pairs by the names of the entries: their `id`, as `terraform import` takes it, and both sides."
  value = { for name, pair in crr_pair.this : name => {
    id     = pair.id
    source = { site = pair.source.site, bucket = pair.source.bucket }
    vault  = { site = pair.destination.site, bucket = pair.destination.bucket }
  } }
}

output "vaults" {
  description = "The vault buckets by the names of the entries, each with its site and account: known to others once the pair stands."
  value = { for name, pair in crr_pair.this : name => {
    site       = pair.destination.site
    bucket     = pair.destination.bucket
    account_id = var.vault_site.account_id
  } }
}

output "facets" {
  description = "Every part of each pair as it is at the last look, by the names of the entries."
  value       = { for name, pair in crr_pair.this : name => pair.facets }
}
