output "pair" {
  description = "The pair's id."
  value       = module.orders.pair
}
