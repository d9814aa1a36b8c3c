output "destinations" {
  description = "The target buckets, each with its site."
  value       = module.orders.destinations
}
