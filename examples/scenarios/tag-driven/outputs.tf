output "coverage" {
  description = "How many buckets are protected, and which are not as they should be."
  value = {
    protected  = crr_echo_mode.tagged.coverage.protected
    exceptions = crr_echo_mode.tagged.coverage.exceptions
  }
}

output "agent_config" {
  description = "What `crr echo --config` takes. No secrets."
  value       = crr_echo_mode.tagged.agent_config
}
