provider "crr" {
  sites = var.sites
}

resource "crr_site" "west" {
  name = "west"
}

# Every bucket of the east that carries the tag: a copy NAME-dr in the west, with all of the bucket's settings. One role for all
# of them, the ones that are tagged tomorrow included; an EventBridge rule and a queue, which wake the agent; and every quarter
# of an hour a look at the whole site, which finds what no event told of.
module "tagged" {
  source = "../../../modules/tag-driven"

  source_site = "east"
  target_site = crr_site.west.name
  kms_keys    = var.keys == null ? null : { source = var.keys.east, target = var.keys.west }
}
