# "example-orders-dr"
output "destination_bucket" {
  value = provider::crr::parse_pair_id("east:example-orders->west:example-orders-dr").destination_bucket
}
