terraform {
  required_version = ">= 1.9"

  required_providers {
    crr = {
      source  = "crr-dr/crr"
      version = ">= 0.1.0"
    }
  }
}
