# For the owner of a destination in another account.
output "bucket_policy" {
  value = provider::crr::destination_bucket_policy(
    "arn:aws:iam::111111111111:role/crr/crr-example-ledger-1a2b3c4d",
    "example-ledger-vault",
    { owner_override = true },
  )
}
