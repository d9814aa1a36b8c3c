variable "members" {
  description = "The sites that all write, each with its bucket, by a name of your own that never changes: two of them make a pair's key in the state. A bucket that is there already is used as it is."
  type = map(object({
    site          = string
    bucket        = string
    create        = optional(bool, false) # make it where it is missing; it stays on destroy
    kms_key_arn   = optional(string)      # the key of its objects; all sites or none
    role          = optional(string)      # the replication role, where it is not the module's
    storage_class = optional(string)      # of the replicas that arrive here
  }))
  nullable = false

  validation {
    condition     = length(var.members) >= 2
    error_message = "A mesh needs two sites at least: add one to members."
  }

  # This tells of an entry that is not there: the conditions below hold for one that they cannot read.
  validation {
    condition     = alltrue([for entry in var.members : try(entry.bucket, null) != null && try(entry.site, null) != null])
    error_message = "Entries of members are null, or name no site or no bucket: ${join(", ", [for name, entry in var.members : name if try(entry.bucket, null) == null || try(entry.site, null) == null])}. Name both, or take the entry out."
  }

  validation {
    condition     = alltrue([for name in keys(var.members) : can(regex("^[A-Za-z0-9_.]+(-[A-Za-z0-9_.]+)*$", name))])
    error_message = "A name in members cannot be part of a pair's key: use letters, digits, '_', '.' and single '-'."
  }

  validation {
    condition     = try(alltrue([for site in var.members : can(regex("^[A-Za-z0-9_.-]{1,64}$", site.site)) if try(site.site, null) != null]), true)
    error_message = "The site of an entry is no name of a site: give a key of the provider block's `sites`, such as \"east\"."
  }

  validation {
    condition     = try(length(distinct([for site in var.members : "${site.site}:${site.bucket}"])) == length(var.members), true)
    error_message = "Two entries are one bucket: a bucket cannot be its own replica."
  }

  validation {
    condition     = try(length(distinct([for site in var.members : site.kms_key_arn == null])) <= 1, true)
    error_message = "kms_key_arn stands on some sites only: name a key for each, in its bucket's region, or none at all."
  }
}

variable "rules" {
  description = "Which objects, the same on every bucket, by name of the rule. Left out, all of them."
  type = map(object({
    prefix         = optional(string)
    tags           = optional(map(string))
    enabled        = optional(bool)
    delete_markers = optional(bool) # default: the module's
  }))
  default = null
}

variable "delete_markers" {
  description = "Whether a delete at one site hides the object at all others, too. Off, the sites show different objects after the first delete."
  type        = bool
  default     = true
  nullable    = false
}

variable "replica_modifications" {
  description = "Whether a change of a replica's tags, ACL or lock goes back to where the object was written (replica modification sync)."
  type        = bool
  default     = true
  nullable    = false
}

variable "rtc" {
  description = "S3 Replication Time Control: 99.9 % of objects within 15 minutes, by SLA, for a price by the GB."
  type        = bool
  default     = false
  nullable    = false
}

variable "metrics" {
  description = "Replication metrics in CloudWatch: bytes and operations pending, latency, failures."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = var.metrics || !var.rtc
    error_message = "RTC needs metrics: leave metrics on, or switch rtc off."
  }
}

variable "role" {
  description = "The role that S3 replicates under: `own`, one for each source bucket; `site`, the `replication_role` of the site's `crr_site`; or the ARN of a role that exists."
  type        = string
  default     = "own"
  nullable    = false

  validation {
    condition     = contains(["own", "site"], var.role) || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", var.role))
    error_message = "role is neither \"own\" nor \"site\" nor the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME."
  }
}

variable "permissions_boundary" {
  description = "The ARN of a permissions boundary for the roles that are made."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the roles and buckets that are made."
  type        = map(string)
  default     = {}
  nullable    = false
}
