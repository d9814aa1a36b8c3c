output "pairs" {
  description = "The pairs by the names of the sources: their `id`, as `terraform import` takes it, and both sides."
  value = { for name, pair in crr_pair.this : name => {
    id          = pair.id
    source      = { site = pair.source.site, bucket = pair.source.bucket }
    destination = { site = pair.destination.site, bucket = pair.destination.bucket }
  } }
}

output "target_bucket" {
  description = "The target and its site: known to others once a pair stands."
  value       = one(toset([for pair in crr_pair.this : { site = pair.destination.site, bucket = pair.destination.bucket }]))
}

output "prefixes" {
  description = "The prefix in the target below which the objects of each source lie, by the names of the sources."
  value       = { for name, pair in crr_pair.this : name => pair.rules["prefix"].prefix }
}

output "facets" {
  description = "Every part of each pair as it is at the last look, by the names of the sources."
  value       = { for name, pair in crr_pair.this : name => pair.facets }
}
