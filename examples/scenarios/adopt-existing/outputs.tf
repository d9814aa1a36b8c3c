output "rules" {
  description = "All rules of the bucket in the east, whoever made them."
  value       = data.crr_pair.found.rules
}
