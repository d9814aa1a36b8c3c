variable "environment" {
  description = "dev, stage or prod."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "stage", "prod"], var.environment)
    error_message = "There is no environment of this name. Environments are dev, stage and prod; with workspaces, choose one by `terraform workspace select dev`."
  }
}

variable "bucket" {
  description = "The stem of the buckets' names: they are NAME-ENVIRONMENT-east and NAME-ENVIRONMENT-west."
  type        = string
  nullable    = false
}
