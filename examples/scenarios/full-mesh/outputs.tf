output "buckets" {
  description = "The bucket of each site."
  value       = module.documents.buckets
}
