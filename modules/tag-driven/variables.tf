variable "source_site" {
  description = "The site whose buckets are protected, by its name in the provider block."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.source_site))
    error_message = "source_site is no name of a site: give a key of the provider block's `sites`, such as \"east\"."
  }
}

variable "target_site" {
  description = "The site that they are replicated to: best `crr_site.NAME.name`, so that it is proven first."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,64}$", var.target_site))
    error_message = "target_site is no name of a site: give a key of the provider block's `sites`, such as \"west\"."
  }

  validation {
    condition     = var.target_site != var.source_site
    error_message = "source_site and target_site are one site: an echo needs two."
  }
}

variable "tag" {
  description = "The tag of a bucket that is to be protected."
  type = object({
    key   = optional(string, "dr")
    value = optional(string, "true")
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(var.tag.key) >= 1 && length(var.tag.key) <= 128 && !startswith(var.tag.key, "aws:")
    error_message = "tag.key is no key that one can tag a bucket with: 1 to 128 characters, and none of AWS's own that begin with \"aws:\"."
  }
}

variable "exclude" {
  description = "Names or patterns of buckets that are left alone, whatever their tags."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "target_bucket" {
  description = "What a bucket's target is called, of `{bucket}`, `{account}` and `{region}`."
  type        = string
  default     = "{bucket}-dr"
  nullable    = false

  validation {
    condition     = strcontains(var.target_bucket, "{bucket}")
    error_message = "target_bucket lacks {bucket}, so all buckets would have one target: write a template such as \"{bucket}-dr\"."
  }
}

variable "look_every" {
  description = "How often the whole site is looked at besides, in whole minutes such as `15m`: it finds what no event tells of. `null`: never."
  type        = string
  default     = "15m"

  validation {
    condition     = var.look_every == null ? true : can(regex("^[1-9][0-9]*(m|h)$", var.look_every))
    error_message = "look_every is no time in whole minutes: write such as \"15m\" or \"1h\", or null."
  }
}

variable "function" {
  description = "The Lambda function that handles the events, of the program `crr` in a zip under the name `bootstrap`. Left out, none is made, and an agent (`crr echo`) must read the queue."
  type = object({
    zip          = string                     # the path of the zip
    architecture = optional(string, "x86_64") # the processor that the program was built for: x86_64 or arm64
    memory       = optional(number, 256)      # megabytes
    timeout      = optional(string, "5m")     # of one run, at most 15m
    role_arn     = optional(string)           # default: a role is made that may do just what the echo does
  })
  default = null

  validation {
    condition     = var.function == null ? true : fileexists(var.function.zip)
    error_message = "function.zip is no file: give the path of the release's zip, best with path.root or path.module in front."
  }

  validation {
    condition     = var.function == null ? true : contains(["x86_64", "arm64"], var.function.architecture)
    error_message = "function.architecture is neither x86_64 nor arm64."
  }
}

variable "paused" {
  description = "Whether nothing is done for now: no apply touches a bucket, and no event is sent. What stands keeps replicating."
  type        = bool
  default     = false
  nullable    = false
}

variable "role_arn" {
  description = "The ARN of the replication role of the source, where the configuration has a `crr_site` with a `replication_role` for it. Left out, the module makes the `crr_site` of the source with its role."
  type        = string
  default     = null

  validation {
    condition     = var.role_arn == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/.+$", var.role_arn))
    error_message = "role_arn is no ARN of a role: arn:aws:iam::ACCOUNT:role/NAME."
  }
}

variable "role_buckets" {
  description = "Names or patterns of the buckets that the role which the module makes may read and write: those of the source, and their targets."
  type        = set(string)
  default     = ["*"]
  nullable    = false

  validation {
    condition     = length(var.role_buckets) > 0
    error_message = "role_buckets is empty, so the role could replicate nothing: leave it out, or give a pattern."
  }
}

variable "kms_keys" {
  description = "The KMS keys of the objects, one at each site, in its region. Left out, objects under SSE-KMS do not replicate."
  type = object({
    source = string
    target = string
  })
  default = null
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
    condition     = var.metrics || !var.rtc
    error_message = "RTC needs metrics: leave metrics on, or switch rtc off."
  }
}

variable "mirror_settings" {
  description = "Settings of each bucket that its target is to have too: any of tags, lifecycle, encryption, ownership, cors, public_access_block, policy."
  type        = set(string)
  default     = ["tags", "lifecycle", "encryption", "ownership", "cors", "public_access_block", "policy"]
  nullable    = false

  validation {
    condition     = length(setsubtract(var.mirror_settings, ["tags", "lifecycle", "encryption", "ownership", "cors", "public_access_block", "policy"])) == 0
    error_message = "mirror_settings has a word that is no setting: use tags, lifecycle, encryption, ownership, cors, public_access_block or policy."
  }
}

variable "on_destroy" {
  description = "What becomes of the rules when the module is destroyed, and of those of a bucket that loses its tag: `remove` takes them off, `keep` leaves them working. Buckets and objects stay in either case."
  type        = string
  default     = "remove"
  nullable    = false

  validation {
    condition     = contains(["remove", "keep"], var.on_destroy)
    error_message = "on_destroy is neither \"remove\" nor \"keep\"."
  }

  validation {
    condition     = var.on_destroy == "remove" || var.role_arn != null
    error_message = "With on_destroy = \"keep\" the rules stay, and the role that they run under goes with the module: give a role_arn of your own, or leave on_destroy out."
  }
}

variable "tags" {
  description = "Tags of the role and target buckets that are made."
  type        = map(string)
  default     = {}
  nullable    = false
}
