variable "sources" {
  description = "Where objects come from, by a name of your own that never changes: it is the pair's key in the state, and with a slash behind it the prefix that the source's objects have, unless `prefix` says otherwise."
  type = map(object({
    site          = string
    bucket        = string
    prefix        = optional(string)      # only objects below this go out; default: the entry's name and a slash
    create        = optional(bool, false) # make it where it is missing
    force_destroy = optional(bool, false) # destroy deletes it with every object; only where `create` made it
    kms_key_arn   = optional(string)      # the key of its objects
    role          = optional(string)      # the replication role, where it is not the module's

    delete_markers = optional(bool)   # default: the module's
    rtc            = optional(bool)   # default: the module's
    storage_class  = optional(string) # of this source's replicas; default: the target's
  }))
  nullable = false

  validation {
    condition     = length(var.sources) > 0
    error_message = "There is no source: give at least one entry in sources."
  }

  # This tells of an entry that is not there: the conditions below hold for one that they cannot read.
  validation {
    condition     = alltrue([for entry in var.sources : try(entry.bucket, null) != null && try(entry.site, null) != null])
    error_message = "Entries of sources are null, or name no site or no bucket: ${join(", ", [for name, entry in var.sources : name if try(entry.bucket, null) == null || try(entry.site, null) == null])}. Name both, or take the entry out."
  }

  validation {
    condition     = try(alltrue([for source in var.sources : can(regex("^[A-Za-z0-9_.-]{1,64}$", source.site)) if try(source.site, null) != null]), true)
    error_message = "The site of a source is no name of a site: give a key of the provider block's `sites`, such as \"east\"."
  }

  validation {
    condition     = try(alltrue([for source in var.sources : source.prefix != ""]), true)
    error_message = "A prefix is empty, so the source's objects would not be kept apart: give it one such as \"app/\", or leave it out."
  }

  validation {
    condition = try(
      alltrue(flatten([for name, source in var.sources : [
        for other, second in var.sources : name == other || !startswith(coalesce(source.prefix, "${name}/"), coalesce(second.prefix, "${other}/"))
      ]])),
      true,
    )
    error_message = "One source's prefix begins with another's: objects of the same key would overwrite each other in the target. Keep the prefixes apart, as \"app/\" and \"web/\"."
  }

  validation {
    condition     = try(length(distinct([for source in var.sources : "${source.site}:${source.bucket}"])) == length(var.sources), true)
    error_message = "Two sources are one bucket: give it one entry, with a prefix that takes in both."
  }

  validation {
    condition     = try(alltrue([for source in var.sources : source.create || !source.force_destroy]), true)
    error_message = "force_destroy deletes a bucket with all its objects, and only one that the module made: set create = true beside it, or leave it out."
  }
}

variable "target_bucket" {
  description = "The bucket that takes the objects of all sources, and the provider's site where it is. One that is there already is used as it is."
  type = object({
    site          = string
    bucket        = string
    create        = optional(bool, false) # make it where it is missing; it stays on destroy
    kms_key_arn   = optional(string)      # the key that replicas are encrypted with
    storage_class = optional(string)      # of the replicas
  })
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.target_bucket.site))
    error_message = "target_bucket.site is no name of a site: give a key of the provider block's `sites`, such as \"vault\"."
  }

  validation {
    condition     = try(alltrue([for source in var.sources : source.site != var.target_bucket.site || source.bucket != var.target_bucket.bucket]), true)
    error_message = "The target is among its sources: a bucket cannot be its own destination."
  }

  validation {
    condition     = try(alltrue([for source in var.sources : (source.kms_key_arn == null) == (var.target_bucket.kms_key_arn == null)]), true)
    error_message = "kms_key_arn stands on the target or on a source only: name a key for the target and each source, each in its bucket's region, or none at all."
  }
}

variable "delete_markers" {
  description = "Whether a delete at the source hides the replica, too. Off, a copy survives the delete of its original."
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
    condition     = try(var.metrics || !(var.rtc || anytrue([for entry in var.sources : coalesce(entry.rtc, false)])), true)
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
