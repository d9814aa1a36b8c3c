output "coverage" {
  description = "How the tagged buckets stand: numbers, and the exceptions by bucket."
  value       = crr_echo_mode.this.coverage
}

output "trigger" {
  description = "What wakes the handler: `rule_arn`, `queue_url`, `queue_arn`, `dead_letter_queue_url` for an alarm, and `function_arn` where there is a function."
  value       = crr_echo_mode.this.trigger
}

output "agent_config" {
  description = "The configuration for the agent, `crr echo --config`, with the queue in it. Without any secret."
  value       = crr_echo_mode.this.agent_config
}
