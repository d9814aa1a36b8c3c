provider "crr" {
  sites = var.sites
}

# What stands there, before anything is decided.
data "crr_pair" "found" {
  site   = "east"
  bucket = var.buckets.east
}

# `terraform plan -generate-config-out=generated.tf` writes the resource that this is about.
import {
  to = crr_pair.adopted
  id = "east:${var.buckets.east}->west:${var.buckets.west}"
}
