output "coverage" {
  description = "How many buckets are protected, and which are not as they should be."
  value = {
    protected  = module.tagged.coverage.protected
    exceptions = module.tagged.coverage.exceptions
  }
}

output "agent_config" {
  description = "What `crr echo --config` takes, with the queue in it. No secrets."
  value       = module.tagged.agent_config
}

output "dead_letter_queue_url" {
  description = "Where messages go that nobody could handle, for an alarm."
  value       = module.tagged.trigger.dead_letter_queue_url
}
