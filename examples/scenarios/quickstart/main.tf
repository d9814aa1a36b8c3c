provider "crr" {
  sites = var.sites
}

resource "crr_site" "east" {
  name = "east"
}

resource "crr_site" "west" {
  name = "west"
}

resource "crr_pair" "this" {
  source      = { site = crr_site.east.name, bucket = "${var.bucket}-east", create = true, force_destroy = true }
  destination = { site = crr_site.west.name, bucket = "${var.bucket}-west", create = true, force_destroy = true }
  direction   = "two_way"
}
