output "unprotected" {
  description = "The buckets that are not as they should be, as SITE:BUCKET, and why. Empty while the echoes are paused."
  value       = module.echo.unprotected
}

output "agent_configs" {
  description = "What `crr echo --config`, `crr status` and `crr wait` take: one an echo, by the site that it protects. No secrets."
  value       = module.echo.agent_configs
}
