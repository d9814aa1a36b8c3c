output "pairs" {
  description = "The pairs by the names of the targets: their `id`, as `terraform import` takes it, and both sides."
  value = { for name, pair in crr_pair.this : name => {
    id          = pair.id
    source      = { site = pair.source.site, bucket = pair.source.bucket }
    destination = { site = pair.destination.site, bucket = pair.destination.bucket }
  } }
}

output "destinations" {
  description = "The target buckets by name, each with its site: known to others once the pair stands."
  value       = { for name, pair in crr_pair.this : name => { site = pair.destination.site, bucket = pair.destination.bucket } }
}

output "facets" {
  description = "Every part of each pair as it is at the last look, by the names of the targets."
  value       = { for name, pair in crr_pair.this : name => pair.facets }
}
