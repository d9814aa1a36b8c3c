output "meant_for" {
  description = "What the strategy is meant for: `rpo` and `rto` of the whole workload, what runs at the `standby`, and what S3 promises of the objects themselves."
  value = {
    strategy = var.strategy
    rpo      = local.strategy.rpo
    rto      = local.strategy.rto
    standby  = local.strategy.standby
    objects  = local.rtc ? "99.9 % of objects within 15 minutes, by the SLA of RTC" : "most objects within 15 minutes, no promise"
  }
}

output "pairs" {
  description = "The pairs by the names of the entries: their `id`, as `terraform import` takes it, and both sides."
  value = { for name, pair in crr_pair.this : name => {
    id      = pair.id
    primary = { site = pair.source.site, bucket = pair.source.bucket }
    standby = { site = pair.destination.site, bucket = pair.destination.bucket }
  } }
}

output "facets" {
  description = "Every part of each pair as it is at the last look, by the names of the entries."
  value       = { for name, pair in crr_pair.this : name => pair.facets }
}
