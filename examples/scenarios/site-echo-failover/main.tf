provider "crr" {
  sites = var.sites
}

# An echo makes no role and no call to IAM for a bucket: each site has one role, which is there before anything is lost.
resource "crr_site" "this" {
  for_each = toset(["east", "west"])

  name             = each.key
  replication_role = { read = ["*"], write = ["*"] }
}

# Out: every bucket of the primary gets NAME-dr on the secondary. Both ways: what is written to NAME-dr while the primary is
# lost waits in S3 and goes home to NAME when it is back.
resource "crr_echo_mode" "out" {
  source         = crr_site.this["east"].name
  target         = crr_site.this["west"].name
  target_bucket  = "{bucket}-dr"
  direction      = "two_way"
  delete_markers = true
  paused         = var.lost_site != null
  select         = { include = var.buckets }
}

# Back: a bucket that is made on the secondary meanwhile has no home yet. It gets NAME-dr on the primary, once that is back.
# The targets of the other echo are known by their names and by a tag, and are never taken for new buckets.
resource "crr_echo_mode" "back" {
  source         = crr_site.this["west"].name
  target         = crr_site.this["east"].name
  target_bucket  = "{bucket}-dr"
  direction      = "two_way"
  delete_markers = true
  paused         = var.lost_site != null
  select         = { include = var.buckets }
}

# A warning in every plan and apply that leaves something unprotected. While a site is lost that is known.
check "everything_is_protected" {
  assert {
    condition = var.lost_site != null || alltrue([
      for echo in [crr_echo_mode.out, crr_echo_mode.back] :
      echo.coverage.protected + echo.coverage.by_others + echo.coverage.excluded == echo.coverage.buckets
    ])
    error_message = "Not protected: ${join(", ", concat(keys(crr_echo_mode.out.coverage.exceptions), keys(crr_echo_mode.back.coverage.exceptions)))}"
  }
}
