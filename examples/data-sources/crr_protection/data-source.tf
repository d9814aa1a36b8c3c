# Waits until the bucket is protected: what writes to it can then depend on this.
data "crr_protection" "orders" {
  site   = "east"
  bucket = "example-orders"
  wait   = "5m"
}
