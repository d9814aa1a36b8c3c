provider "crr" {
  sites = var.sites
}

# An echo each way, and a role for each site, which is there before anything is lost.
#
# Out: every bucket of the primary gets NAME-dr on the secondary. Both ways: what is written to NAME-dr while the primary is
# lost waits in S3 and goes home to NAME when it is back.
# Back: a bucket that is made on the secondary meanwhile has no home yet. It gets NAME-dr on the primary, once that is back.
# The targets of the other echo are known by their names and by a tag, and are never taken for new buckets.
module "echo" {
  source = "../../../modules/site-echo"

  first_site  = "east"
  second_site = "west"
  lost_site   = var.lost_site
  select      = { include = var.buckets }
}

# A warning in every plan and apply that leaves something unprotected. While a site is lost both echoes are paused, and none
# is named.
check "everything_is_protected" {
  assert {
    condition     = length(module.echo.unprotected) == 0
    error_message = "Not protected: ${join(", ", keys(module.echo.unprotected))}"
  }
}
