output "buckets" {
  description = "The two buckets."
  value = {
    east = module.documents.pairs["documents"].first.bucket
    west = module.documents.pairs["documents"].second.bucket
  }
}

output "facets" {
  description = "Every part of the pair as it is."
  value       = module.documents.facets["documents"]
}
