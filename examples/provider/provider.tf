terraform {
  required_providers {
    crr = {
      source = "crr-dr/crr"
    }
  }
}

provider "crr" {
  sites = {
    # The AWS SDK's usual chain of credentials, in this region.
    east = {
      region = "us-east-1"
    }

    west = {
      region = "us-west-2"
    }

    # Another account, reached by a role in it.
    vault = {
      region = "eu-central-1"
      assume_role = {
        role_arn    = "arn:aws:iam::222222222222:role/disaster-recovery"
        external_id = "orders"
      }
    }
  }

  # A pair with any other account is an error at plan.
  trusted_account_ids = ["111111111111", "222222222222"]

  default_tags = {
    team = "storage"
  }
}
