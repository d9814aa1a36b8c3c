//! What is: the answer to [`Reads`].

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::arn::{KeyArn, RoleArn};
use crate::bucket::{
    BucketRef, Encryption, Logging, ObjectLock, Ownership, PublicAccessBlock, Versioning,
};
use crate::mirror::Lifecycle;
use crate::name::SiteName;
use crate::trigger::{ObservedTrigger, TriggerReads};

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

/// What to look at in a bucket. Whether it exists comes with any of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each stands for one call")]
pub struct BucketReads {
    /// `GetBucketVersioning`
    pub versioning: bool,
    /// `GetBucketReplication`
    pub replication: bool,
    /// `GetBucketPolicy`
    pub policy: bool,
    /// `GetBucketEncryption`
    pub encryption: bool,
    /// `GetBucketOwnershipControls`
    pub ownership: bool,
    /// `GetPublicAccessBlock`
    pub public_access_block: bool,
    /// `GetBucketTagging`
    pub tags: bool,
    /// `GetObjectLockConfiguration`
    pub object_lock: bool,
    /// `GetBucketLifecycleConfiguration`
    pub lifecycle: bool,
    /// `GetBucketCors`
    pub cors: bool,
    /// `GetBucketLogging`
    pub logging: bool,
    /// `ListObjectVersions`, for one
    pub contents: bool,
}

/// What to look at in a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleReads {
    /// Whose credentials reach it.
    pub site: SiteName,
    /// `GetRolePolicy` for each of these names.
    pub policies: BTreeSet<String>,
    /// `ListRolePolicies`
    pub policy_names: bool,
}

/// What to look at in a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyReads {
    /// Whose credentials reach it.
    pub site: SiteName,
    /// `GetKeyPolicy`
    pub policy: bool,
}

/// What to look at. All of it can be asked at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reads {
    /// The buckets.
    pub buckets: BTreeMap<BucketRef, BucketReads>,
    /// The roles.
    pub roles: BTreeMap<RoleArn, RoleReads>,
    /// The keys.
    pub keys: BTreeMap<KeyArn, KeyReads>,
    /// The trigger of an echo.
    pub trigger: Option<TriggerReads>,
}

/// Whether something that is asked is still to be looked at.
fn is_open<T>(asked: bool, seen: &Seen<T>) -> bool {
    asked && matches!(seen, Seen::NotLooked)
}

impl BucketReads {
    /// What of it is still to be looked at; none where that is nothing.
    fn beyond(self, seen: &ObservedBucket) -> Option<Self> {
        // What is not there for us has nothing more to show.
        if seen.existence != Existence::Exists {
            return None;
        }
        let open = Self {
            versioning: is_open(self.versioning, &seen.versioning),
            replication: is_open(self.replication, &seen.replication),
            policy: is_open(self.policy, &seen.policy),
            encryption: is_open(self.encryption, &seen.encryption),
            ownership: is_open(self.ownership, &seen.ownership),
            public_access_block: is_open(self.public_access_block, &seen.public_access_block),
            tags: is_open(self.tags, &seen.tags),
            object_lock: is_open(self.object_lock, &seen.object_lock),
            lifecycle: is_open(self.lifecycle, &seen.lifecycle),
            cors: is_open(self.cors, &seen.cors),
            logging: is_open(self.logging, &seen.logging),
            contents: is_open(self.contents, &seen.contents),
        };
        (open != Self::default()).then_some(open)
    }
}

impl RoleReads {
    fn is_within(&self, seen: &ObservedRole) -> bool {
        let has = |name| seen.policies.contains_key(name);
        self.policies.iter().all(has) && !is_open(self.policy_names, &seen.policy_names)
    }
}

impl Reads {
    /// What of it is still to be looked at.
    #[must_use]
    pub fn beyond(&self, observed: &Observed) -> Self {
        let buckets = self.buckets.iter().filter_map(|(at, asked)| {
            let open = match observed.buckets.get(at) {
                Some(seen) => asked.beyond(seen)?,
                None => *asked,
            };
            Some((at.clone(), open))
        });
        let roles = self.roles.iter().filter(|(arn, asked)| {
            let seen = observed.roles.get(arn);
            seen.is_none_or(|seen| !asked.is_within(seen))
        });
        let keys = self.keys.iter().filter(|(arn, asked)| {
            let seen = observed.keys.get(arn);
            seen.is_none_or(|seen| is_open(asked.policy, &seen.policy))
        });
        let owned = |(arn, asked): (&RoleArn, &RoleReads)| (arn.clone(), asked.clone());
        Self {
            buckets: buckets.collect(),
            roles: roles.map(owned).collect(),
            keys: keys
                .map(|(arn, asked)| (arn.clone(), asked.clone()))
                .collect(),
            trigger: match observed.trigger {
                Some(_) => None,
                None => self.trigger.clone(),
            },
        }
    }

    /// Whether all of it was looked at. What a bucket that is not there holds counts as looked at.
    pub fn is_within(&self, observed: &Observed) -> bool {
        self.beyond(observed).is_empty()
    }

    /// Whether there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
            && self.roles.is_empty()
            && self.keys.is_empty()
            && self.trigger.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(bucket: &str) -> BucketRef {
        BucketRef {
            site: "east".parse().unwrap(),
            bucket: bucket.parse().unwrap(),
        }
    }

    const ASKED: BucketReads = BucketReads {
        versioning: true,
        replication: true,
        policy: false,
        encryption: false,
        ownership: false,
        public_access_block: false,
        tags: true,
        object_lock: false,
        lifecycle: false,
        cors: false,
        logging: false,
        contents: false,
    };

    #[test]
    fn only_what_was_not_seen_is_left() {
        let names = ["there", "gone", "unseen"];
        let reads = Reads {
            buckets: names.map(|name| (at(name), ASKED)).into(),
            ..Reads::default()
        };
        let mut there = ObservedBucket::of(Existence::Exists);
        there.versioning = Seen::Present(Versioning::Enabled);
        there.replication = Seen::Denied {
            action: String::new(),
            message: String::new(),
        };
        let observed = Observed {
            buckets: [
                (at("there"), there),
                (at("gone"), ObservedBucket::of(Existence::Missing)),
            ]
            .into(),
            ..Observed::default()
        };
        let tags = BucketReads {
            tags: true,
            ..BucketReads::default()
        };
        let left = reads.beyond(&observed);
        assert_eq!(
            left.buckets,
            [(at("there"), tags), (at("unseen"), ASKED)].into()
        );
        assert!(!reads.is_within(&observed));
    }

    #[test]
    fn that_a_bucket_exists_is_asked_of_one_that_nothing_else_is_asked_of() {
        let reads = Reads {
            buckets: [(at("any"), BucketReads::default())].into(),
            ..Reads::default()
        };
        assert_eq!(reads.beyond(&Observed::default()), reads);
        let seen = Observed {
            buckets: [(at("any"), ObservedBucket::of(Existence::Exists))].into(),
            ..Observed::default()
        };
        assert!(reads.is_within(&seen));
    }
}
