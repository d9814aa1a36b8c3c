variable "sites" {
  description = "The provider's sites: main is where work is done, vault is another account that nobody works in. Give vault an assume_role or a profile."
  type        = any

  validation {
    condition     = length(setsubtract(["main", "vault"], keys(var.sites))) == 0
    error_message = "The scenario needs two sites, named main and vault, in two accounts."
  }
}

variable "accounts" {
  description = "The two accounts that objects may be in. A site whose credentials are of another account is an error at plan."
  type        = set(string)

  validation {
    condition     = length(var.accounts) == 2
    error_message = "Give the ids of two accounts: that of main and that of vault."
  }
}

variable "bucket" {
  description = "The bucket to be kept safe. It is there already."
  type        = string
}

variable "keys" {
  description = "The ARN of a KMS key of each site, where objects are under SSE-KMS; null: they are not."
  type = object({
    main  = string
    vault = string
  })
  default = null
}

variable "retention" {
  description = "How long each copy is locked in the vault, such as { mode = \"GOVERNANCE\", days = 35 }. In COMPLIANCE nobody can shorten it. Null: the vault is locked where the source is, and locks nothing by itself."
  type = object({
    mode = string
    days = number
  })
  default = null
}
