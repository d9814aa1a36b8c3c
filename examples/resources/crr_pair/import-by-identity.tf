import {
  to = crr_pair.orders
  identity = {
    source_site        = "east"
    source_bucket      = "example-orders"
    destination_site   = "west"
    destination_bucket = "example-orders-dr"
  }
}
