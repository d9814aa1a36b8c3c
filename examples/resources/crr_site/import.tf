import {
  to = crr_site.east
  id = "east"
}
