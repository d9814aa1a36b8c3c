# The same with the AWS provider's resources, from version 6 on: before that, each region takes a provider block and an alias.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

locals {
  sides = {
    east = { region = "us-east-1", bucket = "example-orders-east", key = var.east_key, other = "west" }
    west = { region = "us-west-2", bucket = "example-orders-west", key = var.west_key, other = "east" }
  }
}

data "aws_caller_identity" "this" {}

resource "aws_s3_bucket" "this" {
  for_each = local.sides
  region   = each.value.region
  bucket   = each.value.bucket
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = local.sides
  region   = each.value.region
  bucket   = aws_s3_bucket.this[each.key].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each                = local.sides
  region                  = each.value.region
  bucket                  = aws_s3_bucket.this[each.key].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  for_each = local.sides
  region   = each.value.region
  bucket   = aws_s3_bucket.this[each.key].id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = local.sides
  region   = each.value.region
  bucket   = aws_s3_bucket.this[each.key].id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = each.value.key
    }
  }
}

data "aws_iam_policy_document" "trust" {
  for_each = local.sides

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = [aws_s3_bucket.this[each.key].arn]
    }
  }
}

data "aws_iam_policy_document" "replicate" {
  for_each = local.sides

  statement {
    actions   = ["s3:GetReplicationConfiguration", "s3:ListBucket"]
    resources = [aws_s3_bucket.this[each.key].arn]
  }

  statement {
    actions = [
      "s3:GetObjectVersionForReplication",
      "s3:GetObjectVersionAcl",
      "s3:GetObjectVersionTagging",
    ]
    resources = ["${aws_s3_bucket.this[each.key].arn}/*"]
  }

  statement {
    actions   = ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]
    resources = ["${aws_s3_bucket.this[each.value.other].arn}/*"]
  }

  statement {
    actions   = ["kms:Decrypt"]
    resources = [each.value.key]

    condition {
      test     = "StringLike"
      variable = "kms:ViaService"
      values   = ["s3.${each.value.region}.amazonaws.com"]
    }
  }

  statement {
    actions   = ["kms:Encrypt", "kms:GenerateDataKey"]
    resources = [local.sides[each.value.other].key]

    condition {
      test     = "StringLike"
      variable = "kms:ViaService"
      values   = ["s3.${local.sides[each.value.other].region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  for_each           = local.sides
  name               = "example-orders-${each.key}-replication"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}

resource "aws_iam_role_policy" "this" {
  for_each = local.sides
  name     = "replicate"
  role     = aws_iam_role.this[each.key].id
  policy   = data.aws_iam_policy_document.replicate[each.key].json
}

resource "aws_s3_bucket_replication_configuration" "this" {
  for_each = local.sides
  region   = each.value.region
  bucket   = aws_s3_bucket.this[each.key].id
  role     = aws_iam_role.this[each.key].arn

  rule {
    id       = "all"
    status   = "Enabled"
    priority = 0

    filter {}

    delete_marker_replication {
      status = "Enabled"
    }

    source_selection_criteria {
      replica_modifications {
        status = "Enabled"
      }

      sse_kms_encrypted_objects {
        status = "Enabled"
      }
    }

    destination {
      bucket = aws_s3_bucket.this[each.value.other].arn

      encryption_configuration {
        replica_kms_key_id = local.sides[each.value.other].key
      }

      metrics {
        status = "Enabled"
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this, aws_iam_role_policy.this]
}

variable "east_key" {
  type = string
}

variable "west_key" {
  type = string
}
