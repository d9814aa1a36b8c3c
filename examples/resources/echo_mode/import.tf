import {
  provider = crr
  to       = echo_mode.dr
  id       = "east->west"
}
