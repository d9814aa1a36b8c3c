# Who may assume the role: S3, for these two buckets of this account.
output "trust_policy" {
  value = provider::crr::replication_trust_policy("111111111111", "example-orders", "example-ledger")
}
