import {
  to = crr_echo_mode.dr
  id = "east->west"
}
