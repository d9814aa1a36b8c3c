output "pair" {
  description = "The pair's id."
  value       = crr_pair.orders.id
}
