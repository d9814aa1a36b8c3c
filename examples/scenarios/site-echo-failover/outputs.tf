output "unprotected" {
  description = "The buckets of each site that are not as they should be, and why."
  value = {
    east = crr_echo_mode.out.coverage.exceptions
    west = crr_echo_mode.back.coverage.exceptions
  }
}

output "agent_configs" {
  description = "What `crr echo --config`, `crr status` and `crr wait` take, one file an echo. No secrets."
  value = {
    out  = crr_echo_mode.out.agent_config
    back = crr_echo_mode.back.agent_config
  }
}
