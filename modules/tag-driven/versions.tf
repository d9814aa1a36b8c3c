terraform {
  # Optional object attributes with defaults need 1.3, validations that read other variables 1.9.
  required_version = ">= 1.9"

  required_providers {
    crr = {
      source  = "crr-dr/crr"
      version = ">= 0.1.0"
    }
  }
}
