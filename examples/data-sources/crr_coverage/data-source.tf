data "crr_coverage" "east" {
  source        = "east"
  target        = "west"
  target_bucket = "{bucket}-dr"
}

# Fails a plan and an apply with a warning that names them.
check "coverage" {
  assert {
    condition     = data.crr_coverage.east.complete
    error_message = "Not protected: ${join(", ", keys(data.crr_coverage.east.coverage.exceptions))}"
  }
}
