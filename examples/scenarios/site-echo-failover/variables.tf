variable "sites" {
  description = "The provider's sites: east is the primary, west the secondary. On AWS two regions are enough."
  type        = any
  default = {
    east = { region = "us-east-2" }
    west = { region = "us-west-2" }
  }

  validation {
    condition     = length(setsubtract(["east", "west"], keys(var.sites))) == 0
    error_message = "The scenario needs two sites, named east (the primary) and west (the secondary)."
  }
}

variable "buckets" {
  description = "Patterns of the names of the buckets that the echoes are for: those of the primary, and those that are made on the secondary while the primary is lost."
  type        = set(string)
  default     = ["failover-*"]

  validation {
    condition     = length(var.buckets) > 0
    error_message = "Name at least one pattern, such as \"orders-*\". [\"*\"] is every bucket of both sites."
  }
}

variable "lost_site" {
  description = "The site that is lost, east or west; null: none. While one is, both echoes are paused."
  type        = string
  default     = null

  validation {
    condition     = var.lost_site == null || contains(["east", "west"], coalesce(var.lost_site, "east"))
    error_message = "lost_site is east, west or null."
  }
}
