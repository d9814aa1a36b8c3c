# One replication role a site, for all buckets of a name.
resource "crr_site" "east" {
  name             = "east"
  replication_role = { read = ["*"], write = ["*"] }
}

resource "crr_site" "west" {
  name             = "west"
  replication_role = { read = ["*"], write = ["*"] }
}

# Every bucket of site east but the logs, the ones not yet made included.
resource "crr_echo_mode" "dr" {
  source        = crr_site.east.name
  target        = crr_site.west.name
  target_bucket = "{bucket}-dr"

  select = {
    exclude = ["*-logs"]
  }

  delete_markers = true
}

# A nightly plan fails here, too, where something is not protected.
check "everything_is_protected" {
  assert {
    condition     = crr_echo_mode.dr.coverage.protected + crr_echo_mode.dr.coverage.by_others + crr_echo_mode.dr.coverage.excluded == crr_echo_mode.dr.coverage.buckets
    error_message = "Not protected: ${join(", ", keys(crr_echo_mode.dr.coverage.exceptions))}"
  }
}
