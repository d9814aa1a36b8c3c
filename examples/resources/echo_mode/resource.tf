# The first word of the name is no provider's, so it must be said which it is.
resource "echo_mode" "dr" {
  provider = crr

  source = "east"
  target = "west"

  # Only what is tagged.
  select = {
    tags = { dr = "true" }
  }
}
