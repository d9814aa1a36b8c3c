resource "crr_site" "east" {
  name = "east"
}

resource "crr_site" "west" {
  name = "west"
}

resource "crr_site" "vault" {
  name = "vault"
}

# Everything in one bucket, one way, to a bucket that is made here.
resource "crr_pair" "orders" {
  source = {
    site   = crr_site.east.name
    bucket = "example-orders"
  }

  destination = {
    site          = crr_site.west.name
    bucket        = "example-orders-dr"
    create        = true
    storage_class = "STANDARD_IA"
  }
}

# The destination also works as the source does: its tags, lifecycle and policy follow.
resource "crr_pair" "uploads" {
  source      = { site = crr_site.east.name, bucket = "example-uploads" }
  destination = { site = crr_site.west.name, bucket = "example-uploads-dr", create = true }

  mirror_settings = ["tags", "lifecycle", "cors", "policy"]
}

# Both ways, with two rules: invoices with their deletes, and what is tagged for it.
resource "crr_pair" "documents" {
  source      = { site = crr_site.east.name, bucket = "example-documents-east" }
  destination = { site = crr_site.west.name, bucket = "example-documents-west" }
  direction   = "two_way"

  rules = {
    invoices = {
      prefix         = "invoices/"
      delete_markers = true
      priority       = 10
    }

    marked = {
      tags = { dr = "true" }
    }
  }
}

# To another account, encrypted there with that account's key.
resource "crr_pair" "vault" {
  source = {
    site        = crr_site.east.name
    bucket      = "example-ledger"
    kms_key_arn = "arn:aws:kms:us-east-1:111111111111:key/11111111-2222-3333-4444-555555555555"
  }

  destination = {
    site        = crr_site.vault.name
    bucket      = "example-ledger-vault"
    kms_key_arn = "arn:aws:kms:eu-central-1:222222222222:key/66666666-7777-8888-9999-000000000000"
  }

  rtc = true
}
