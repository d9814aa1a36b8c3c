import {
  to = crr_pair.orders
  id = "east:example-orders->west:example-orders-dr"
}
