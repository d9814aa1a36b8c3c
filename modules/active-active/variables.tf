variable "first_site" {
  description = "One of the provider's sites that applications write to: best `crr_site.NAME.name`, so that the site is proven first."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.first_site))
    error_message = "first_site is no name of a site: give a key of the provider block's `sites`, such as \"east\"."
  }
}

variable "second_site" {
  description = "The other."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.second_site))
    error_message = "second_site is no name of a site: give a key of the provider block's `sites`, such as \"west\"."
  }
}

variable "buckets" {
  description = "The buckets, by a name of your own that never changes: it is the pair's key in the state. Buckets that are there already are used as they are."
  type = map(object({
    first = object({
      bucket        = string
      create        = optional(bool, false) # make it where it is missing, encrypted and closed to the public
      force_destroy = optional(bool, false) # destroy deletes it with every object; only where `create` made it
      kms_key_arn   = optional(string)      # the key of its objects; both sides or neither
      role          = optional(string)      # the replication role, where it is not the module's
      storage_class = optional(string)      # of the replicas that arrive here

      # Where S3 writes the log of who reads and writes here: a bucket at the same site.
      access_log = optional(object({
        bucket        = string
        prefix        = optional(string)      # default: the name of the logged bucket and a slash
        create        = optional(bool, false) # make it where it is missing
        force_destroy = optional(bool, false) # destroy deletes it with the whole log; only where `create` made it
      }))
    })

    second = object({
      bucket        = string
      create        = optional(bool, false)
      force_destroy = optional(bool, false)
      kms_key_arn   = optional(string)
      role          = optional(string)
      storage_class = optional(string)

      access_log = optional(object({
        bucket        = string
        prefix        = optional(string)
        create        = optional(bool, false)
        force_destroy = optional(bool, false)
      }))
    })

    delete_markers = optional(bool) # default: the module's
    rtc            = optional(bool) # default: the module's

    # Which objects, the same both ways; left out, all of them.
    rules = optional(map(object({
      prefix         = optional(string)
      tags           = optional(map(string))
      priority       = optional(number)
      enabled        = optional(bool)
      delete_markers = optional(bool)
    })))
  }))
  nullable = false

  validation {
    condition     = length(var.buckets) > 0
    error_message = "There is no bucket to replicate: give at least one entry in buckets."
  }

  # This tells of an entry that is not there: the conditions below hold for one that they cannot read.
  validation {
    condition     = alltrue([for entry in var.buckets : try(entry.first.bucket, null) != null && try(entry.second.bucket, null) != null])
    error_message = "Entries of buckets are null, or name no bucket in first or second: ${join(", ", [for name, entry in var.buckets : name if try(entry.first.bucket, null) == null || try(entry.second.bucket, null) == null])}. Name both buckets, or take the entry out."
  }

  validation {
    condition     = try(alltrue([for entry in var.buckets : var.first_site != var.second_site || entry.first.bucket != entry.second.bucket]), true)
    error_message = "A bucket cannot be its own replica: name another bucket or another second_site."
  }

  validation {
    condition = try(
      alltrue([for buckets in [[for entry in var.buckets : entry.first.bucket], [for entry in var.buckets : entry.second.bucket]] :
        length(distinct(buckets)) == length(buckets)
      ]),
      true,
    )
    error_message = "Two entries have one bucket: for three sites or more that all write use the module full-mesh."
  }

  validation {
    condition = try(
      alltrue([for entry in var.buckets :
        (entry.first.kms_key_arn == null) == (entry.second.kms_key_arn == null)
      ]),
      true,
    )
    error_message = "A bucket has kms_key_arn on one side only: name a key on both, each in its bucket's region, or on neither."
  }

  validation {
    condition = try(
      alltrue(flatten([for entry in var.buckets : [
        for side in [entry.first, entry.second] : side.create || !side.force_destroy
      ]])),
      true,
    )
    error_message = "force_destroy deletes a bucket with all its objects, and only one that the module made: set create = true beside it, or leave it out."
  }

  validation {
    condition = try(
      alltrue([for side in ["first", "second"] : alltrue([for name, entry in var.buckets :
        try(entry[side].access_log.force_destroy, false) ? length([for other in var.buckets : other if try(other[side].access_log.bucket, null) == try(entry[side].access_log.bucket, "")]) == 1 : true
      ])]),
      true,
    )
    error_message = "Two entries share a log bucket, and one has force_destroy for it, which would delete the log of both: leave force_destroy out, or give each a log bucket of its own."
  }

  validation {
    condition = try(
      length(setintersection(
        flatten([for entry in var.buckets : [entry.first.bucket, entry.second.bucket]]),
        flatten([for entry in var.buckets : [for side in [entry.first, entry.second] : side.access_log.bucket if side.access_log != null]]),
      )) == 0,
      true,
    )
    error_message = "A log goes to a bucket that replicates, where each of its lines would be an object more: give the logs buckets of their own."
  }
}

variable "delete_markers" {
  description = "Whether a delete on one side hides the object on the other, too. Off, the two sides show different objects after the first delete."
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
    condition     = try(var.metrics || !(var.rtc || anytrue([for entry in var.buckets : coalesce(entry.rtc, false)])), true)
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
