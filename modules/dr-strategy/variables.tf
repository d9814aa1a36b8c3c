variable "strategy" {
  description = "`backup-restore`, `pilot-light`, `warm-standby` or `active-active`. Changing it changes the pairs in place."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["backup-restore", "pilot-light", "warm-standby", "active-active"], var.strategy)
    error_message = "strategy is none that this module knows: write backup-restore, pilot-light, warm-standby or active-active."
  }
}

variable "primary_site" {
  description = "The provider's site that applications write to: best `crr_site.NAME.name`, so that the site is proven first."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.primary_site))
    error_message = "primary_site is no name of a site: give a key of the provider block's `sites`, such as \"east\"."
  }
}

variable "standby_site" {
  description = "The provider's site that takes over."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.standby_site))
    error_message = "standby_site is no name of a site: give a key of the provider block's `sites`, such as \"west\"."
  }
}

variable "buckets" {
  description = "The buckets, by a name of your own that never changes: it is the pair's key in the state. Buckets that are there already are used as they are."
  type = map(object({
    primary = object({
      bucket        = string
      create        = optional(bool, false) # make it where it is missing
      force_destroy = optional(bool, false) # destroy deletes it with every object; only where `create` made it
      kms_key_arn   = optional(string)      # the key of its objects; both sides or neither
      role          = optional(string)      # the replication role, where it is not the module's
    })

    standby = object({
      bucket        = string
      create        = optional(bool, false)
      force_destroy = optional(bool, false)
      kms_key_arn   = optional(string)
      role          = optional(string)
    })

    # Which objects; left out, all of them.
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
    error_message = "There is no bucket to protect: give at least one entry in buckets."
  }

  # This tells of an entry that is not there: the conditions below hold for one that they cannot read.
  validation {
    condition     = alltrue([for entry in var.buckets : try(entry.primary.bucket, null) != null && try(entry.standby.bucket, null) != null])
    error_message = "Entries of buckets are null, or name no bucket in primary or standby: ${join(", ", [for name, entry in var.buckets : name if try(entry.primary.bucket, null) == null || try(entry.standby.bucket, null) == null])}. Name both buckets, or take the entry out."
  }

  validation {
    condition     = try(alltrue([for entry in var.buckets : var.primary_site != var.standby_site || entry.primary.bucket != entry.standby.bucket]), true)
    error_message = "A bucket cannot be its own standby: name another bucket or another standby_site."
  }

  validation {
    condition = try(
      alltrue([for buckets in [[for entry in var.buckets : entry.primary.bucket], [for entry in var.buckets : entry.standby.bucket]] :
        length(distinct(buckets)) == length(buckets)
      ]),
      true,
    )
    error_message = "Two entries have one bucket: give each entry a primary and a standby of its own."
  }

  validation {
    condition     = try(alltrue([for entry in var.buckets : (entry.primary.kms_key_arn == null) == (entry.standby.kms_key_arn == null)]), true)
    error_message = "A bucket has kms_key_arn on one side only: name a key on both, each in its bucket's region, or on neither."
  }

  validation {
    condition     = try(alltrue(flatten([for entry in var.buckets : [for side in [entry.primary, entry.standby] : side.create || !side.force_destroy]])), true)
    error_message = "force_destroy deletes a bucket with all its objects, and only one that the module made: set create = true beside it, or leave it out."
  }
}

variable "storage_class" {
  description = "The storage class of replicas at the standby. Left out, the strategy's: GLACIER_IR for backup-restore, else that of the object that they are made from."
  type        = string
  default     = null

  validation {
    condition = var.storage_class == null ? true : contains(
      ["STANDARD", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE", "REDUCED_REDUNDANCY"],
      var.storage_class,
    )
    error_message = "storage_class is none of S3's: write STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE, STANDARD or REDUCED_REDUNDANCY."
  }

  validation {
    condition     = var.strategy == "backup-restore" || !contains(["GLACIER", "DEEP_ARCHIVE"], coalesce(var.storage_class, "STANDARD"))
    error_message = "Objects in GLACIER and DEEP_ARCHIVE must be restored for hours before they can be read, which only backup-restore has time for: choose GLACIER_IR, or that strategy."
  }
}

variable "rtc" {
  description = "S3 Replication Time Control: 99.9 % of objects within 15 minutes, by SLA, for a price by the GB. Left out, the strategy's: on for warm-standby and active-active."
  type        = bool
  default     = null
}

variable "delete_markers" {
  description = "Whether a delete on one side hides the object on the other. Left out, the strategy's: off for backup-restore, so that a copy survives the delete of its original, else on."
  type        = bool
  default     = null
}

variable "mirror_settings" {
  description = "Settings of the primary bucket that the standby is to have too: any of tags, lifecycle, encryption, ownership, cors, public_access_block, policy."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(setsubtract(var.mirror_settings, ["tags", "lifecycle", "encryption", "ownership", "cors", "public_access_block", "policy"])) == 0
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
