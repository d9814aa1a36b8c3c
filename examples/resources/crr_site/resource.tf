resource "crr_site" "east" {
  name = "east"
}

# A site of a fleet: one replication role for all its pairs.
resource "crr_site" "west" {
  name = "west"

  replication_role = {
    read  = ["orders-*"]
    write = ["orders-*-dr"]
    tags  = { purpose = "replication" }
  }
}
