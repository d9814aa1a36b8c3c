//! What is: the answer to [`Reads`].

mod reads;

pub use reads::{BucketReads, KeyReads, Reads, RoleReads};

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::arn::{KeyArn, RoleArn};
use crate::bucket::{
    BucketRef, Encryption, Logging, ObjectLock, Ownership, PublicAccessBlock, Versioning,
};
use crate::mirror::Lifecycle;
use crate::trigger::ObservedTrigger;

/// One thing that was looked at, or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub enum Seen<T> {
    /// Nobody asked.
    #[default]
    NotLooked,
    /// It is not there.
    Absent,
    /// It is there.
    Present(T),
    /// The service would not say.
    Denied {
        /// The action that is not allowed, such as `s3:GetReplicationConfiguration`.
        action: String,
        /// The service's own words.
        message: String,
    },
}

impl<T> Seen<T> {
    /// What is there.
    pub fn present(&self) -> Option<&T> {
        match self {
            Self::Present(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is known to be there or not to be there.
    pub fn is_known(&self) -> bool {
        matches!(self, Self::Present(_) | Self::Absent)
    }

    /// Whether it was looked at and is not there.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// Whether a bucket is there for us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Existence {
    /// It is.
    Exists,
    /// There is none of that name.
    Missing,
    /// It is in another region than its site.
    Elsewhere {
        /// Where, if the service says so.
        region: Option<String>,
    },
    /// It belongs to somebody else, or we may not see it.
    Forbidden {
        /// The service's own words.
        message: String,
    },
}

/// A bucket as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObservedBucket {
    /// Whether it is there.
    pub existence: Existence,
    /// Its versioning.
    pub versioning: Seen<Versioning>,
    /// The XML of its replication configuration.
    pub replication: Seen<String>,
    /// The JSON of its policy.
    pub policy: Seen<String>,
    /// Its default encryption.
    pub encryption: Seen<Encryption>,
    /// Its object ownership.
    pub ownership: Seen<Ownership>,
    /// Its public-access block.
    pub public_access_block: Seen<PublicAccessBlock>,
    /// Its tags.
    pub tags: Seen<BTreeMap<String, String>>,
    /// Whether it has Object Lock (present) or not (absent).
    pub object_lock: Seen<ObjectLock>,
    /// Its lifecycle configuration.
    pub lifecycle: Seen<Lifecycle>,
    /// The XML of its CORS configuration.
    pub cors: Seen<String>,
    /// Where its access log goes.
    pub logging: Seen<Logging>,
    /// Whether there is a version of any object in it (present) or none (absent).
    pub contents: Seen<()>,
}

impl ObservedBucket {
    /// A bucket of which nothing more is known.
    pub fn of(existence: Existence) -> Self {
        Self {
            existence,
            versioning: Seen::NotLooked,
            replication: Seen::NotLooked,
            policy: Seen::NotLooked,
            encryption: Seen::NotLooked,
            ownership: Seen::NotLooked,
            public_access_block: Seen::NotLooked,
            tags: Seen::NotLooked,
            object_lock: Seen::NotLooked,
            lifecycle: Seen::NotLooked,
            cors: Seen::NotLooked,
            logging: Seen::NotLooked,
            contents: Seen::NotLooked,
        }
    }
}

/// What a role says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleFacts {
    /// The JSON of its trust policy.
    pub trust: String,
    /// The ARN of its permissions boundary.
    pub boundary: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A role as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct ObservedRole {
    /// The role itself.
    pub role: Seen<RoleFacts>,
    /// The JSON of the inline policies that were asked for, by name.
    pub policies: BTreeMap<String, Seen<String>>,
    /// The names of all its inline policies.
    pub policy_names: Seen<BTreeSet<String>>,
}

/// A KMS key as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyFacts {
    /// The ARN of the key itself, where it was asked for by an alias.
    pub arn: String,
    /// `Enabled`, `Disabled`, `PendingDeletion` and so on.
    pub state: String,
}

/// A KMS key as it is, and its policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct ObservedKey {
    /// The key itself.
    pub key: Seen<KeyFacts>,
    /// The JSON of its policy.
    pub policy: Seen<String>,
}

/// Everything that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Observed {
    /// The buckets.
    pub buckets: BTreeMap<BucketRef, ObservedBucket>,
    /// The roles.
    pub roles: BTreeMap<RoleArn, ObservedRole>,
    /// The keys.
    pub keys: BTreeMap<KeyArn, ObservedKey>,
    /// The trigger of an echo.
    pub trigger: Option<Box<ObservedTrigger>>,
}

impl Observed {
    /// Adds what a further look found.
    pub fn extend(&mut self, other: Self) {
        for (at, bucket) in other.buckets {
            match self.buckets.entry(at) {
                Entry::Vacant(entry) => {
                    entry.insert(bucket);
                }
                Entry::Occupied(mut entry) => {
                    entry.get_mut().extend(bucket);
                }
            }
        }
        for (arn, role) in other.roles {
            match self.roles.entry(arn) {
                Entry::Vacant(entry) => {
                    entry.insert(role);
                }
                Entry::Occupied(mut entry) => {
                    entry.get_mut().extend(role);
                }
            }
        }
        self.keys.extend(other.keys);
        if other.trigger.is_some() {
            self.trigger = other.trigger;
        }
    }
}

/// A further look tells more or nothing.
fn newer<T>(old: &mut Seen<T>, new: Seen<T>) {
    if !matches!(new, Seen::NotLooked) {
        *old = new;
    }
}

impl ObservedRole {
    fn extend(&mut self, other: Self) {
        newer(&mut self.role, other.role);
        newer(&mut self.policy_names, other.policy_names);
        self.policies.extend(other.policies);
    }
}

impl ObservedBucket {
    fn extend(&mut self, other: Self) {
        self.existence = other.existence;
        newer(&mut self.versioning, other.versioning);
        newer(&mut self.replication, other.replication);
        newer(&mut self.policy, other.policy);
        newer(&mut self.encryption, other.encryption);
        newer(&mut self.ownership, other.ownership);
        newer(&mut self.public_access_block, other.public_access_block);
        newer(&mut self.tags, other.tags);
        newer(&mut self.object_lock, other.object_lock);
        newer(&mut self.lifecycle, other.lifecycle);
        newer(&mut self.cors, other.cors);
        newer(&mut self.logging, other.logging);
        newer(&mut self.contents, other.contents);
    }
}
