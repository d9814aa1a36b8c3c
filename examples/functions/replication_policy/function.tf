# For a role that another team makes: what it must be allowed.
output "role_policy" {
  value = provider::crr::replication_policy("example-orders", "example-orders-dr")
}

output "role_policy_with_keys" {
  value = provider::crr::replication_policy("example-ledger", "example-ledger-vault", {
    source_kms_key_arn      = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
    destination_kms_key_arn = "arn:aws:kms:eu-central-1:222222222222:key/66666666-7777-8888-9999-000000000000"
    owner_override          = true
  })
}
