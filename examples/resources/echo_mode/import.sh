# The names of the two sites
terraform import echo_mode.dr "east->west"
