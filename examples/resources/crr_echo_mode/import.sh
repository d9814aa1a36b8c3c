# The names of the two sites
terraform import crr_echo_mode.dr "east->west"
