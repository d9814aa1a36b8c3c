//! What a bucket can be set to, as far as replication cares.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::arn::KeyArn;
use crate::name::{BucketName, SiteName};

/// A bucket's versioning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Versioning {
    /// Every write makes a version. Replication needs it on both sides.
    Enabled,
    /// It was on and was switched off.
    Suspended,
    /// It was never on.
    Never,
}

impl fmt::Display for Versioning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enabled => "Enabled",
            Self::Suspended => "Suspended",
            Self::Never => "Never enabled",
        })
    }
}

/// Who owns the objects that others write into a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ownership {
    /// The bucket's owner owns everything, and ACLs are off: the default of new buckets.
    BucketOwnerEnforced,
    /// The bucket's owner owns what is written with the canned ACL `bucket-owner-full-control`.
    BucketOwnerPreferred,
    /// The writer owns what it writes.
    ObjectWriter,
}

impl Ownership {
    /// The word that S3 uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BucketOwnerEnforced => "BucketOwnerEnforced",
            Self::BucketOwnerPreferred => "BucketOwnerPreferred",
            Self::ObjectWriter => "ObjectWriter",
        }
    }
}

/// A bucket's default encryption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: String,
    /// The key, where the algorithm takes one.
    pub key: Option<String>,
    /// Whether an S3 Bucket Key saves calls to KMS.
    pub bucket_key: bool,
}

impl Encryption {
    /// SSE-S3, or SSE-KMS with an S3 Bucket Key where a key is given.
    pub fn with_key(key: Option<&KeyArn>) -> Self {
        match key {
            Some(key) => Self {
                algorithm: "aws:kms".to_owned(),
                key: Some(key.to_string()),
                bucket_key: true,
            },
            None => Self {
                algorithm: "AES256".to_owned(),
                key: None,
                bucket_key: false,
            },
        }
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.algorithm)?;
        if let Some(key) = &self.key {
            write!(f, " {key}")?;
        }
        if self.bucket_key {
            f.write_str(" with an S3 Bucket Key")?;
        }
        Ok(())
    }
}

/// The four switches of a bucket's public-access block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "S3 has these four switches")]
pub struct PublicAccessBlock {
    /// `BlockPublicAcls`
    pub block_public_acls: bool,
    /// `IgnorePublicAcls`
    pub ignore_public_acls: bool,
    /// `BlockPublicPolicy`
    pub block_public_policy: bool,
    /// `RestrictPublicBuckets`
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// All four on.
    pub const ALL: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
}

impl fmt::Display for PublicAccessBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return f.write_str("everything blocked");
        }
        let open: Vec<&str> = [
            (self.block_public_acls, "BlockPublicAcls"),
            (self.ignore_public_acls, "IgnorePublicAcls"),
            (self.block_public_policy, "BlockPublicPolicy"),
            (self.restrict_public_buckets, "RestrictPublicBuckets"),
        ]
        .into_iter()
        .filter_map(|(on, name)| (!on).then_some(name))
        .collect();
        write!(f, "off: {}", open.join(", "))
    }
}

/// How long new objects are locked that come without a retention of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// `GOVERNANCE`, which some may lift, or `COMPLIANCE`, which nobody may.
    pub mode: String,
    /// The days; none where it is counted in years.
    pub days: Option<u32>,
    /// The years; none where it is counted in days.
    pub years: Option<u32>,
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match (self.days, self.years) {
            (_, Some(years)) => (years, "year(s)"),
            (days, None) => (days.unwrap_or_default(), "day(s)"),
        };
        write!(f, "{} for {number} {unit}", self.mode)
    }
}

/// A bucket's Object Lock.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ObjectLock {
    /// What locks objects that come without a retention of their own; none: nothing does.
    pub retention: Option<Retention>,
}

/// Where S3 writes a bucket's access log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Logging {
    /// The bucket that takes it.
    pub bucket: String,
    /// What the keys of its objects begin with.
    pub prefix: String,
}

impl fmt::Display for Logging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "to {}/{}", self.bucket, self.prefix)
    }
}

/// A bucket as seen from one of the provider's sites.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BucketRef {
    /// Whose credentials and endpoint reach it.
    pub site: SiteName,
    /// Its name.
    pub bucket: BucketName,
}

impl fmt::Display for BucketRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.site, self.bucket)
    }
}
