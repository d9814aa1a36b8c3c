output "pair" {
  description = "The pair's id, as terraform import takes it."
  value       = crr_pair.this.id
}

output "facets" {
  description = "Every part of the pair as it is."
  value       = crr_pair.this.facets
}
