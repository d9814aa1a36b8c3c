//! Steps: what is to be done, one call each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::arn::{KeyArn, RoleArn};
use crate::bucket::{BucketRef, Encryption, Logging, Ownership, PublicAccessBlock, Retention};
use crate::desired::{OwnedRules, OwnedStatements};
use crate::mirror::{Lifecycle, MirroredLifecycle, OwnedTags};
use crate::name::{Region, SiteName};
use crate::trigger::{Change, ResourceRef};

/// One call to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Make a bucket, with its tags and Object Lock from the first moment.
    CreateBucket {
        /// Which.
        at: BucketRef,
        /// Where.
        region: Region,
        /// With Object Lock.
        object_lock: bool,
        /// Its tags.
        tags: BTreeMap<String, String>,
    },
    /// Switch versioning on.
    PutVersioning {
        /// Where.
        at: BucketRef,
    },
    /// Close the bucket to the public.
    PutPublicAccessBlock {
        /// Where.
        at: BucketRef,
        /// The four switches.
        block: PublicAccessBlock,
    },
    /// Set who owns the objects.
    PutOwnership {
        /// Where.
        at: BucketRef,
        /// Who.
        ownership: Ownership,
    },
    /// Take a bucket's public-access block away.
    DeletePublicAccessBlock {
        /// Where.
        at: BucketRef,
    },
    /// Take a bucket's ownership controls away.
    DeleteOwnership {
        /// Where.
        at: BucketRef,
    },
    /// Write a bucket's lifecycle configuration.
    PutLifecycle {
        /// Where.
        at: BucketRef,
        /// The whole configuration; none: delete it, since no rule is left.
        lifecycle: Option<Lifecycle>,
        /// Ours in it: to merge anew if the configuration has changed by the time of writing.
        mirrored: MirroredLifecycle,
    },
    /// Write a bucket's CORS configuration.
    PutCors {
        /// Where.
        at: BucketRef,
        /// The whole document; none: delete it.
        document: Option<String>,
    },
    /// Set the default encryption.
    PutEncryption {
        /// Where.
        at: BucketRef,
        /// Which.
        encryption: Encryption,
    },
    /// Write all of a bucket's tags: others' as they are, ours as they should be.
    PutBucketTags {
        /// Where.
        at: BucketRef,
        /// All tags.
        tags: BTreeMap<String, String>,
        /// Which of them are to be set, to merge again just before writing.
        owned: OwnedTags,
    },
    /// Switch Object Lock on.
    PutObjectLock {
        /// Where.
        at: BucketRef,
        /// What locks new objects; none: nothing does.
        retention: Option<Retention>,
    },
    /// Have a bucket's access log written.
    PutLogging {
        /// Where.
        at: BucketRef,
        /// To which bucket, and below which prefix.
        logging: Logging,
    },
    /// Write a bucket's policy.
    PutBucketPolicy {
        /// Where.
        at: BucketRef,
        /// The whole policy; none: delete it, since no statement is left.
        policy: Option<String>,
        /// Ours in it: to merge anew if the policy has changed by the time of writing.
        owned: Vec<OwnedStatements>,
    },
    /// Write a key's policy.
    PutKeyPolicy {
        /// Whose credentials reach it.
        site: SiteName,
        /// Which.
        key: KeyArn,
        /// The whole policy.
        policy: String,
        /// Ours in it: to merge anew if the policy has changed by the time of writing.
        owned: OwnedStatements,
    },
    /// Make a role.
    CreateRole {
        /// Whose credentials reach it.
        site: SiteName,
        /// Which.
        role: RoleArn,
        /// Its path.
        path: String,
        /// Its description.
        description: String,
        /// Its trust policy.
        trust: String,
        /// Its permissions boundary.
        boundary: Option<String>,
        /// Its tags.
        tags: BTreeMap<String, String>,
    },
    /// Write a role's trust policy.
    PutRoleTrust {
        /// Whose credentials reach it.
        site: SiteName,
        /// Which.
        role: RoleArn,
        /// The policy.
        trust: String,
    },
    /// Set or remove a role's permissions boundary.
    PutRoleBoundary {
        /// Whose credentials reach it.
        site: SiteName,
        /// Which.
        role: RoleArn,
        /// The boundary; none: remove it.
        boundary: Option<String>,
    },
    /// Set our tags on a role.
    TagRole {
        /// Whose credentials reach it.
        site: SiteName,
        /// Which.
        role: RoleArn,
        /// Our tags.
        tags: BTreeMap<String, String>,
    },
    /// Write one inline policy of a role.
    PutRolePolicy {
        /// Whose credentials reach it.
        site: SiteName,
        /// Which.
        role: RoleArn,
        /// Its name.
        name: String,
        /// The policy.
        policy: String,
    },
    /// Delete one inline policy of a role.
    DeleteRolePolicy {
        /// Whose credentials reach it.
        site: SiteName,
        /// Which.
        role: RoleArn,
        /// Its name.
        name: String,
    },
    /// Delete a role that we made, with the inline policies that are left on it.
    DeleteRole {
        /// Whose credentials reach it.
        site: SiteName,
        /// Which.
        role: RoleArn,
        /// The inline policies to delete first.
        policies: BTreeSet<String>,
    },
    /// Write a bucket's replication configuration.
    PutReplicationRules {
        /// Where.
        at: BucketRef,
        /// The whole document; none: delete it, since no rule is left.
        document: Option<String>,
        /// Ours in it: to merge anew if the document has changed by the time of writing.
        owned: OwnedRules,
    },
    /// Delete every version and marker in a bucket that we made.
    EmptyBucket {
        /// Which.
        at: BucketRef,
    },
    /// Delete an empty bucket that we made.
    DeleteBucket {
        /// Which.
        at: BucketRef,
    },
    /// Make, change or delete a queue, rule or function of a trigger.
    Trigger {
        /// Which.
        at: ResourceRef,
        /// What is done to it.
        change: Change,
    },
}

/// What a step writes to. Steps on one target are taken one after the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A bucket.
    Bucket(BucketRef),
    /// A role.
    Role(RoleArn),
    /// A key.
    Key(KeyArn),
    /// A queue, rule or function.
    Resource(ResourceRef),
}

impl Step {
    /// What the step writes to.
    pub fn target(&self) -> Target {
        match self {
            Self::CreateBucket { at, .. }
            | Self::PutVersioning { at }
            | Self::PutPublicAccessBlock { at, .. }
            | Self::DeletePublicAccessBlock { at }
            | Self::PutOwnership { at, .. }
            | Self::DeleteOwnership { at }
            | Self::PutLifecycle { at, .. }
            | Self::PutCors { at, .. }
            | Self::PutEncryption { at, .. }
            | Self::PutBucketTags { at, .. }
            | Self::PutObjectLock { at, .. }
            | Self::PutLogging { at, .. }
            | Self::PutBucketPolicy { at, .. }
            | Self::PutReplicationRules { at, .. }
            | Self::EmptyBucket { at }
            | Self::DeleteBucket { at } => Target::Bucket(at.clone()),
            Self::CreateRole { role, .. }
            | Self::PutRoleTrust { role, .. }
            | Self::PutRoleBoundary { role, .. }
            | Self::TagRole { role, .. }
            | Self::PutRolePolicy { role, .. }
            | Self::DeleteRolePolicy { role, .. }
            | Self::DeleteRole { role, .. } => Target::Role(role.clone()),
            Self::PutKeyPolicy { key, .. } => Target::Key(key.clone()),
            Self::Trigger { at, .. } => Target::Resource(at.clone()),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateBucket { at, region, .. } => write!(f, "create bucket {at} in {region}"),
            Self::PutVersioning { at } => write!(f, "enable versioning on {at}"),
            Self::PutPublicAccessBlock { at, block } if *block == PublicAccessBlock::ALL => {
                write!(f, "block public access to {at}")
            }
            Self::PutPublicAccessBlock { at, block } => {
                write!(f, "set the public-access block of {at} ({block})")
            }
            Self::DeletePublicAccessBlock { at } => {
                write!(f, "delete the public-access block of {at}")
            }
            Self::DeleteOwnership { at } => write!(f, "delete the ownership controls of {at}"),
            Self::PutLifecycle { at, lifecycle, .. } => {
                let verb = if lifecycle.is_some() {
                    "write"
                } else {
                    "delete"
                };
                write!(f, "{verb} the lifecycle configuration of {at}")
            }
            Self::PutCors { at, document } => {
                let verb = if document.is_some() {
                    "write"
                } else {
                    "delete"
                };
                write!(f, "{verb} the CORS configuration of {at}")
            }
            Self::PutOwnership { at, ownership } => {
                write!(f, "set object ownership of {at} to {}", ownership.as_str())
            }
            Self::PutEncryption { at, encryption } => {
                write!(f, "set default encryption of {at} to {encryption}")
            }
            Self::PutBucketTags { at, .. } => write!(f, "tag bucket {at}"),
            Self::PutObjectLock {
                at,
                retention: None,
            } => write!(f, "enable Object Lock on {at}"),
            Self::PutObjectLock {
                at,
                retention: Some(retention),
            } => write!(f, "lock new objects of {at} ({retention})"),
            Self::PutLogging { at, logging } => write!(f, "write the access log of {at} {logging}"),
            Self::PutBucketPolicy {
                at,
                policy: Some(_),
                ..
            } => write!(f, "write the bucket policy of {at}"),
            Self::PutBucketPolicy {
                at, policy: None, ..
            } => write!(f, "delete the bucket policy of {at}"),
            Self::PutKeyPolicy { key, .. } => write!(f, "write the key policy of {key}"),
            Self::CreateRole { role, .. } => write!(f, "create role {role}"),
            Self::PutRoleTrust { role, .. } => write!(f, "write the trust policy of {role}"),
            Self::PutRoleBoundary {
                role,
                boundary: Some(_),
                ..
            } => write!(f, "set the permissions boundary of {role}"),
            Self::PutRoleBoundary {
                role,
                boundary: None,
                ..
            } => write!(f, "remove the permissions boundary of {role}"),
            Self::TagRole { role, .. } => write!(f, "tag role {role}"),
            Self::PutRolePolicy { role, name, .. } => write!(f, "write policy {name} of {role}"),
            Self::DeleteRolePolicy { role, name, .. } => {
                write!(f, "delete policy {name} of {role}")
            }
            Self::DeleteRole { role, .. } => write!(f, "delete role {role}"),
            Self::PutReplicationRules {
                at,
                document: Some(_),
                owned,
            } if owned.rules.is_empty() => {
                write!(
                    f,
                    "take our rules out of the replication configuration of {at}"
                )
            }
            Self::PutReplicationRules {
                at,
                document: Some(_),
                owned,
            } => {
                write!(f, "write {} replication rule(s) of {at}", owned.rules.len())
            }
            Self::PutReplicationRules {
                at, document: None, ..
            } => {
                write!(f, "delete the replication configuration of {at}")
            }
            Self::EmptyBucket { at } => write!(f, "delete every version in {at}"),
            Self::DeleteBucket { at } => write!(f, "delete bucket {at}"),
            Self::Trigger { at, change } => f.write_str(&change.describe(at)),
        }
    }
}

/// A step and why it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep {
    /// What is to be done.
    pub step: Step,
    /// The facets that are not as they should be.
    pub because: Vec<String>,
}

/// Steps that may be taken at once, except that those on one target go one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stage {
    /// The steps.
    pub steps: Vec<PlannedStep>,
}
