variable "source_bucket" {
  description = "The bucket whose objects go out, and the provider's site where it is. One that is there already is used as it is."
  type = object({
    site        = string
    bucket      = string
    create      = optional(bool, false) # make it where it is missing; it stays on destroy
    kms_key_arn = optional(string)      # the key of its objects
    role        = optional(string)      # the replication role, where it is not the module's
  })
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.source_bucket.site))
    error_message = "source_bucket.site is no name of a site: give a key of the provider block's `sites`, such as \"east\"."
  }
}

variable "targets" {
  description = "Where they go, by a name of your own that never changes: it is the pair's key in the state."
  type = map(object({
    site          = string
    bucket        = string
    create        = optional(bool, false) # make it where it is missing
    force_destroy = optional(bool, false) # destroy deletes it with every object; only where `create` made it
    kms_key_arn   = optional(string)      # the key that replicas are encrypted with
    storage_class = optional(string)      # of the replicas that arrive here

    delete_markers = optional(bool) # default: the module's
    rtc            = optional(bool) # default: the module's

    # Which objects go to this target; left out, all of them. Priorities count among all rules of the source.
    rules = optional(map(object({
      prefix         = optional(string)
      tags           = optional(map(string))
      priority       = optional(number)
      enabled        = optional(bool)
      delete_markers = optional(bool)
      storage_class  = optional(string)
    })))
  }))
  nullable = false

  validation {
    condition     = length(var.targets) > 0
    error_message = "There is no target: give at least one entry in targets."
  }

  # This tells of an entry that is not there: the conditions below hold for one that they cannot read.
  validation {
    condition     = alltrue([for entry in var.targets : try(entry.bucket, null) != null && try(entry.site, null) != null])
    error_message = "Entries of targets are null, or name no site or no bucket: ${join(", ", [for name, entry in var.targets : name if try(entry.bucket, null) == null || try(entry.site, null) == null])}. Name both, or take the entry out."
  }

  validation {
    condition     = try(alltrue([for target in var.targets : can(regex("^[A-Za-z0-9_.-]{1,64}$", target.site)) if try(target.site, null) != null]), true)
    error_message = "The site of a target is no name of a site: give a key of the provider block's `sites`, such as \"west\"."
  }

  validation {
    condition     = try(alltrue([for target in var.targets : target.site != var.source_bucket.site || target.bucket != var.source_bucket.bucket]), true)
    error_message = "The source is among its targets: a bucket cannot be its own destination."
  }

  validation {
    condition     = try(length(distinct([for target in var.targets : "${target.site}:${target.bucket}"])) == length(var.targets), true)
    error_message = "Two targets are one bucket: give it one entry with several rules."
  }

  validation {
    condition = try(
      length(flatten([for target in var.targets : [for rule in coalesce(target.rules, {}) : rule.priority if rule.priority != null]])) == length(
        distinct(flatten([for target in var.targets : [for rule in coalesce(target.rules, {}) : rule.priority if rule.priority != null]]))
      ),
      true,
    )
    error_message = "Two rules have one priority: S3 takes each number once in the source bucket, whatever the target. Change one, or leave priorities out."
  }

  validation {
    condition = try(
      alltrue([for target in var.targets :
        (target.kms_key_arn == null) == (var.source_bucket.kms_key_arn == null)
      ]),
      true,
    )
    error_message = "kms_key_arn stands on the source or on a target only: name a key for the source and each target, each in its bucket's region, or none at all."
  }

  validation {
    condition     = try(alltrue([for target in var.targets : target.create || !target.force_destroy]), true)
    error_message = "force_destroy deletes a bucket with all its objects, and only one that the module made: set create = true beside it, or leave it out."
  }
}

variable "delete_markers" {
  description = "Whether a delete at the source hides the replicas, too. Off, a copy survives the delete of its original."
  type        = bool
  default     = false
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
    condition     = try(var.metrics || !(var.rtc || anytrue([for entry in var.targets : coalesce(entry.rtc, false)])), true)
    error_message = "RTC needs metrics: leave metrics on, or switch rtc off for the module and each bucket."
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
