output "pairs" {
  description = "The pairs by the names of both sites, as `east--west`: their `id`, as `terraform import` takes it, and both sides."
  value = { for name, pair in crr_pair.this : name => {
    id     = pair.id
    first  = { site = pair.source.site, bucket = pair.source.bucket }
    second = { site = pair.destination.site, bucket = pair.destination.bucket }
  } }
}

output "buckets" {
  description = "The bucket of each site by its name: known to others once all pairs stand."
  value       = { for name, site in var.members : name => { site = site.site, bucket = site.bucket } }
  depends_on  = [crr_pair.this]
}

output "facets" {
  description = "Every part of each pair as it is at the last look, by the names of the pairs."
  value       = { for name, pair in crr_pair.this : name => pair.facets }
}
