variable "source_site" {
  description = "The provider's site that applications write to: best `crr_site.NAME.name`, so that the site is proven first."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.source_site))
    error_message = "source_site is no name of a site: give a key of the provider block's `sites`, such as \"east\"."
  }
}

variable "destination_site" {
  description = "The provider's site that keeps the copies."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.destination_site))
    error_message = "destination_site is no name of a site: give a key of the provider block's `sites`, such as \"west\"."
  }
}

variable "buckets" {
  description = "The buckets, by a name of your own that never changes: it is the pair's key in the state. Buckets that are there already are used as they are."
  type = map(object({
    source = object({
      bucket        = string
      create        = optional(bool, false) # make it where it is missing
      force_destroy = optional(bool, false) # destroy deletes it with every object; only where `create` made it
      kms_key_arn   = optional(string)      # the key of its objects; both sides or neither
      role          = optional(string)      # the replication role, where it is not the module's
    })

    destination = object({
      bucket        = string
      create        = optional(bool, false)
      force_destroy = optional(bool, false)
      kms_key_arn   = optional(string)
    })

    delete_markers  = optional(bool)        # default: the module's
    storage_class   = optional(string)      # default: the module's
    rtc             = optional(bool)        # default: the module's
    mirror_settings = optional(set(string)) # default: the module's

    # Which objects; left out, all of them.
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
    condition     = length(var.buckets) > 0
    error_message = "There is no bucket to replicate: give at least one entry in buckets."
  }

  # This tells of an entry that is not there: the conditions below hold for one that they cannot read.
  validation {
    condition     = alltrue([for entry in var.buckets : try(entry.source.bucket, null) != null && try(entry.destination.bucket, null) != null])
    error_message = "Entries of buckets are null, or name no bucket in source or destination: ${join(", ", [for name, entry in var.buckets : name if try(entry.source.bucket, null) == null || try(entry.destination.bucket, null) == null])}. Name both buckets, or take the entry out."
  }

  validation {
    condition = try(
      alltrue([for entry in var.buckets :
        var.source_site != var.destination_site || entry.source.bucket != entry.destination.bucket
      ]),
      true,
    )
    error_message = "A bucket cannot be its own destination: name another bucket or another destination_site."
  }

  validation {
    condition     = try(length(distinct([for entry in var.buckets : entry.source.bucket])) == length(var.buckets), true)
    error_message = "Two entries have one source bucket: give it one entry, or use the module fan-out for several destinations."
  }

  validation {
    condition     = try(length(distinct([for entry in var.buckets : entry.destination.bucket])) == length(var.buckets), true)
    error_message = "Two entries have one destination bucket, where objects of the same key would overwrite each other: give each a bucket of its own, or use the module aggregate."
  }

  validation {
    condition = try(
      alltrue([for entry in var.buckets :
        (entry.source.kms_key_arn == null) == (entry.destination.kms_key_arn == null)
      ]),
      true,
    )
    error_message = "A bucket has kms_key_arn on one side only: name a key on both, each in its bucket's region, or on neither."
  }

  validation {
    condition = try(
      alltrue(flatten([for entry in var.buckets : [
        for side in [entry.source, entry.destination] : side.create || !side.force_destroy
      ]])),
      true,
    )
    error_message = "force_destroy deletes a bucket with all its objects, and only one that the module made: set create = true beside it, or leave it out."
  }
}

variable "delete_markers" {
  description = "Whether a delete at the source hides the replica, too. Off, a copy survives the delete of its original."
  type        = bool
  default     = false
  nullable    = false
}

variable "storage_class" {
  description = "The storage class of replicas. Left out: that of the object that they are made from."
  type        = string
  default     = null

  validation {
    condition = var.storage_class == null ? true : contains(
      ["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "REDUCED_REDUNDANCY"],
      var.storage_class,
    )
    error_message = "storage_class is none of S3's: write STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE, STANDARD or REDUCED_REDUNDANCY."
  }
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

variable "mirror_settings" {
  description = "Settings of the source bucket that the destination is to have too: any of tags, lifecycle, encryption, ownership, cors, public_access_block, policy."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition = try(
      length(setsubtract(
        setunion(var.mirror_settings, flatten([for entry in var.buckets : tolist(coalesce(entry.mirror_settings, []))])),
        ["tags", "lifecycle", "encryption", "ownership", "cors", "public_access_block", "policy"],
      )) == 0,
      true,
    )
    error_message = "mirror_settings has a word that is no setting: use tags, lifecycle, encryption, ownership, cors, public_access_block or policy."
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
