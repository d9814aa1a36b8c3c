data "crr_pair" "orders" {
  site   = "east"
  bucket = "example-orders"
}

# Rules on the bucket that something else than this provider made.
output "foreign_rules" {
  value = [for id, rule in data.crr_pair.orders.rules : id if !rule.ours]
}
