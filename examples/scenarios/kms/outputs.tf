output "facets" {
  description = "Every part of the pair as it is, the keys among them."
  value       = module.payroll.facets["payroll"]
}
