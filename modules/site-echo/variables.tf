variable "first_site" {
  description = "One of the two sites, by its name in the provider block."
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

  validation {
    condition     = var.second_site != var.first_site
    error_message = "first_site and second_site are one site: an echo needs two."
  }
}

variable "active_site" {
  description = "The site that applications write to: `first_site` or `second_site`. Its echo works, and protects every bucket there; that of the other is paused. Left out, both work. What stands keeps replicating in both directions, whichever it is."
  type        = string
  default     = null

  validation {
    condition     = var.active_site == null ? true : contains([var.first_site, var.second_site], var.active_site)
    error_message = "active_site is neither first_site nor second_site."
  }
}

variable "lost_site" {
  description = "The site that is down, for as long as it is: both echoes are paused, since neither can work without it. Apply with `-refresh=false` meanwhile."
  type        = string
  default     = null

  validation {
    condition     = var.lost_site == null ? true : contains([var.first_site, var.second_site], var.lost_site)
    error_message = "lost_site is neither first_site nor second_site."
  }

  validation {
    condition     = var.lost_site == null ? true : var.active_site != var.lost_site
    error_message = "The active site is said to be lost: name the other in active_site, and send applications there."
  }
}

variable "select" {
  description = "Which buckets, at both sites. Left out: every bucket that is not itself a target."
  type = object({
    include = optional(set(string)) # only names that match one of these patterns
    exclude = optional(set(string)) # and none of these
    tags    = optional(map(string)) # and only buckets that carry all of these tags
  })
  default = null
}

variable "target_bucket" {
  description = "What a bucket's target at the other site is called, of `{bucket}`, `{account}` and `{region}`."
  type        = string
  default     = "{bucket}-dr"
  nullable    = false

  validation {
    condition     = strcontains(var.target_bucket, "{bucket}")
    error_message = "target_bucket lacks {bucket}, so all buckets would have one target: write a template such as \"{bucket}-dr\"."
  }
}

variable "roles" {
  description = "The ARNs of the replication roles of both sites, where the configuration has `crr_site` resources with a `replication_role` for them. Left out, the module makes both `crr_site` resources, each with its role."
  type = object({
    first  = string
    second = string
  })
  default = null
}

variable "role_buckets" {
  description = "Names or patterns of the buckets that the roles which the module makes may read and write: those of the sites, and their targets."
  type        = set(string)
  default     = ["*"]
  nullable    = false

  validation {
    condition     = length(var.role_buckets) > 0
    error_message = "role_buckets is empty, so the roles could replicate nothing: leave it out, or give a pattern."
  }
}

variable "kms_keys" {
  description = "The KMS keys of the objects, one at each site, in its region. Left out, objects under SSE-KMS do not replicate."
  type = object({
    first  = string
    second = string
  })
  default = null
}

variable "object_lock" {
  description = "Whether there are buckets with Object Lock, whose retentions the roles that the module makes must read."
  type        = bool
  default     = false
  nullable    = false
}

variable "cross_account" {
  description = "Whether the sites are in two accounts, so that the roles that the module makes may give replicas to their new owner."
  type        = bool
  default     = false
  nullable    = false
}

variable "delete_markers" {
  description = "Whether a delete at one site hides the object at the other, too. Off, the sites show different objects after the first delete."
  type        = bool
  default     = true
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
    condition     = var.metrics || !var.rtc
    error_message = "RTC needs metrics: leave metrics on, or switch rtc off."
  }
}

variable "mirror_settings" {
  description = "Settings of each bucket that its target is to have too: any of tags, lifecycle, encryption, ownership, cors, public_access_block, policy."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(setsubtract(var.mirror_settings, ["tags", "lifecycle", "encryption", "ownership", "cors", "public_access_block", "policy"])) == 0
    error_message = "mirror_settings has a word that is no setting: use tags, lifecycle, encryption, ownership, cors, public_access_block or policy."
  }
}

variable "on_destroy" {
  description = "What becomes of the rules when the module is destroyed: `remove` takes them off every bucket, `keep` leaves them working. Buckets and objects stay in either case."
  type        = string
  default     = "remove"
  nullable    = false

  validation {
    condition     = contains(["remove", "keep"], var.on_destroy)
    error_message = "on_destroy is neither \"remove\" nor \"keep\"."
  }

  validation {
    condition     = var.on_destroy == "remove" || var.roles != null
    error_message = "With on_destroy = \"keep\" the rules stay, and the roles that they run under go with the module: give roles of your own, or leave on_destroy out."
  }
}

variable "tags" {
  description = "Tags of the roles and target buckets that are made."
  type        = map(string)
  default     = {}
  nullable    = false
}
