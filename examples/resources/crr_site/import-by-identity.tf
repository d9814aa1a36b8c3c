import {
  to = crr_site.east
  identity = {
    name = "east"
  }
}
