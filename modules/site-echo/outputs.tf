output "coverage" {
  description = "How the buckets of each site stand, by the site's name: numbers, and the exceptions by bucket."
  value       = { for echo in crr_echo_mode.this : echo.source => echo.coverage }
}

output "unprotected" {
  description = "Why a bucket of a site whose echo works is not as it should be, by the site's name and its own, as `east:orders`. Empty: all are protected."
  value = merge([for echo in crr_echo_mode.this : {
    for bucket, why in echo.coverage.exceptions : "${echo.source}:${bucket}" => why
  } if !echo.paused]...)
}

output "agent_configs" {
  description = "The configuration of each echo for the agent, by the name of the site that it protects. Without any secret."
  value       = { for echo in crr_echo_mode.this : echo.source => echo.agent_config }
}
