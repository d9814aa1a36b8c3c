# The site's name in the provider block
terraform import crr_site.east east
