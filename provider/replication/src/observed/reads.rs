//! What to look at, and what of it is still to be looked at.

use std::collections::{BTreeMap, BTreeSet};

use super::{Existence, Observed, ObservedBucket, ObservedRole, Seen};
use crate::arn::{KeyArn, RoleArn};
use crate::bucket::BucketRef;
use crate::name::SiteName;
use crate::trigger::TriggerReads;

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
    use crate::bucket::Versioning;

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
