# SITE:BUCKET->SITE:BUCKET, quoted for the shell's sake
terraform import crr_pair.orders 'east:example-orders->west:example-orders-dr'
