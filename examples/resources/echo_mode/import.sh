# The names of the two sites. Nothing else is in an id, so the imported state is that of an echo with its defaults: every
# bucket, one way, with targets named "{bucket}-dr". The next plan shows what the configuration says otherwise. Another
# target_bucket would replace the echo: do not import such a one, but apply it. Names tell what is an echo's, so that finds
# what stands, and writes only what is not as it should be.
terraform import echo_mode.dr "east->west"
