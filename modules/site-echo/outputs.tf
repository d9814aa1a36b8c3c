output "coverage" {
  description = "How the buckets of each site stand, by the site's name: numbers, and the exceptions by bucket."
  value       = { for echo in crr_echo_mode.this : echo.source => echo.coverage }
}

output "unprotected" {
  description = "Why a bucket of the active site is not as it should be, by its name. Empty: all are protected."
  value       = crr_echo_mode.this[var.active_site == var.first_site ? "first" : "second"].coverage.exceptions
}

output "agent_configs" {
  description = "The configuration of each echo for the agent, by the name of the site that it protects. Without any secret."
  value       = { for echo in crr_echo_mode.this : echo.source => echo.agent_config }
}
