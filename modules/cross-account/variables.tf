variable "source_site" {
  description = "Where applications write: the `crr_site` resource itself, or an object with its `name` and `account_id`."
  type = object({
    name       = string
    account_id = string
  })
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.source_site.name))
    error_message = "source_site.name is no name of a site: give the resource crr_site.NAME."
  }
}

variable "vault_site" {
  description = "Where the copies are kept, in another account: the `crr_site` resource itself, or an object with its `name` and `account_id`."
  type = object({
    name       = string
    account_id = string
  })
  nullable = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.vault_site.name))
    error_message = "vault_site.name is no name of a site: give the resource crr_site.NAME."
  }

  validation {
    condition     = var.vault_site.account_id != var.source_site.account_id
    error_message = "The vault is in the account of the source, so who takes over that account has both: give vault_site credentials of another account, or use the module active-passive."
  }
}

variable "trusted_account_ids" {
  description = "The accounts that copies may go to. Left out, that of `vault_site`. The provider block's `trusted_account_ids` says the same for every pair."
  type        = set(string)
  default     = null

  validation {
    condition     = alltrue([for id in coalesce(var.trusted_account_ids, []) : can(regex("^[0-9]{12}$", id))])
    error_message = "An id in trusted_account_ids is none: an account has twelve digits."
  }

  validation {
    condition     = var.trusted_account_ids == null ? true : contains(var.trusted_account_ids, var.vault_site.account_id)
    error_message = "The account of vault_site is not among trusted_account_ids, and replication would carry data there: add it if that is meant, or mend the site's credentials."
  }
}

variable "buckets" {
  description = "The buckets, by a name of your own that never changes: it is the pair's key in the state. Buckets that are there already are used as they are."
  type = map(object({
    source = object({
      bucket        = string
      create        = optional(bool, false) # make it where it is missing
      force_destroy = optional(bool, false) # destroy deletes it with every object; only where `create` made it
      kms_key_arn   = optional(string)      # the key of its objects, of the source's account; both sides or neither
      role          = optional(string)      # the replication role, where it is not the module's
    })

    vault = object({
      bucket      = string
      create      = optional(bool, false) # make it where it is missing, with Object Lock where `retention` says so
      kms_key_arn = optional(string)      # the key of the copies, of the vault's account
    })

    storage_class = optional(string) # default: the module's

    # Which objects; left out, all of them.
    rules = optional(map(object({
      prefix        = optional(string)
      tags          = optional(map(string))
      priority      = optional(number)
      enabled       = optional(bool)
      storage_class = optional(string)
    })))
  }))
  nullable = false

  validation {
    condition     = length(var.buckets) > 0
    error_message = "There is no bucket to keep: give at least one entry in buckets."
  }

  # This tells of an entry that is not there: the conditions below hold for one that they cannot read.
  validation {
    condition     = alltrue([for entry in var.buckets : try(entry.source.bucket, null) != null && try(entry.vault.bucket, null) != null])
    error_message = "Entries of buckets are null, or name no bucket in source or vault: ${join(", ", [for name, entry in var.buckets : name if try(entry.source.bucket, null) == null || try(entry.vault.bucket, null) == null])}. Name both buckets, or take the entry out."
  }

  validation {
    condition     = try(length(distinct([for entry in var.buckets : entry.source.bucket])) == length(var.buckets), true)
    error_message = "Two entries have one source bucket: give it one entry with several rules."
  }

  validation {
    condition     = try(length(distinct([for entry in var.buckets : entry.vault.bucket])) == length(var.buckets), true)
    error_message = "Two entries have one vault bucket, where objects of the same key would overwrite each other: give each a bucket of its own, or use the module aggregate."
  }

  validation {
    condition     = try(alltrue([for entry in var.buckets : (entry.source.kms_key_arn == null) == (entry.vault.kms_key_arn == null)]), true)
    error_message = "A bucket has kms_key_arn on one side only: name a key on both, each in its bucket's region and account, or on neither."
  }

  validation {
    condition = try(
      alltrue([for entry in var.buckets : entry.vault.kms_key_arn == null ? true :
        try(split(":", entry.vault.kms_key_arn)[4], "") != try(split(":", entry.source.kms_key_arn)[4], "")
      ]),
      true,
    )
    error_message = "Both sides of a bucket have keys of one account, so who takes that account over can make the copies unreadable: name a key of the vault's account in vault.kms_key_arn."
  }

  validation {
    condition     = try(alltrue([for entry in var.buckets : entry.source.create || !entry.source.force_destroy]), true)
    error_message = "force_destroy deletes a bucket with all its objects, and only one that the module made: set create = true beside it, or leave it out."
  }
}

variable "retention" {
  description = "Object Lock for the vault buckets that are made here: each copy is locked for so many days, in `GOVERNANCE` so that some may lift it, in `COMPLIANCE` so that nobody may, the account's root neither. Left out, a vault bucket has Object Lock where its source has."
  type = object({
    mode = string
    days = number
  })
  default = null

  validation {
    condition     = var.retention == null ? true : contains(["GOVERNANCE", "COMPLIANCE"], var.retention.mode)
    error_message = "retention.mode is neither GOVERNANCE nor COMPLIANCE."
  }

  validation {
    condition     = var.retention == null ? true : var.retention.days >= 1 && var.retention.days <= 36500 && floor(var.retention.days) == var.retention.days
    error_message = "retention.days is no number of days that S3 takes: a whole one from 1 to 36500."
  }

  validation {
    condition     = try(var.retention == null ? true : alltrue([for entry in var.buckets : entry.vault.create]), true)
    error_message = "A retention is set on vault buckets that the module makes alone: set vault.create = true for each, or set Object Lock where the bucket is made and leave retention out."
  }
}

variable "storage_class" {
  description = "The storage class of the copies. Left out: that of the object that they are made from."
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
