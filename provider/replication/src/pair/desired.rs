//! From a pair to what should be.

use std::collections::BTreeMap;

use super::lane::Lane;
use super::warn::warn;
use super::{Direction, Pair, RoleChoice, Side};
use crate::arn::{KeyArn, RoleArn};
use crate::bucket::{BucketRef, Encryption, Ownership, PublicAccessBlock};
use crate::desired::{
    Creation, Desired, DesiredBucket, DesiredKey, DesiredPolicy, DesiredRole, MADE_BY, OwnRole,
    OwnedRules, OwnedStatements, RoleStanding,
};
use crate::mirror::{self, DesiredMirror};
use crate::name::Region;
use crate::observed::{Existence, Observed, ObservedBucket};
use crate::policy::PolicyDocument;
use crate::problem::Problem;
use crate::role::{self, KeyUse, Permissions, destination_statement, key_statement, trust_policy};

/// A bucket of which nothing is ours.
fn bare(label: &str) -> DesiredBucket {
    DesiredBucket {
        label: label.to_owned(),
        creation: None,
        versioned: false,
        public_access_block: None,
        ownership: None,
        encryption: None,
        logging: None,
        policy: None,
        rules: None,
        mirror: DesiredMirror::default(),
    }
}

/// Whether a bucket carries the tag of what we make.
fn is_tagged(found: Option<&ObservedBucket>) -> bool {
    found
        .and_then(|bucket| bucket.tags.present())
        .is_some_and(|tags| tags.contains_key(MADE_BY.0))
}

impl Pair {
    /// What should be, given what is.
    ///
    /// What is matters in four places only: Object Lock and object ownership of existing buckets, a role that
    /// rules of others run under, and priorities that are taken. Everything else follows from the pair alone.
    pub fn desired(&self, observed: &Observed) -> Desired {
        let mut desired = Desired::default();
        for (side, other, label) in [
            (&self.source, &self.destination, "source"),
            (&self.destination, &self.source, "destination"),
        ] {
            let bucket = self.bucket(side, other, label, observed, &mut desired.problems);
            desired.buckets.insert(side.at(), bucket);
        }
        self.desire_logs(observed, &mut desired);
        self.mirror(observed, &mut desired);
        for lane in self.lanes() {
            self.lane(&lane, observed, &mut desired);
        }
        // What one lane leaves may be what the other runs under.
        desired
            .strays
            .retain(|role, _| !desired.roles.contains_key(role));
        desired
    }

    fn bucket(
        &self,
        side: &Side,
        other: &Side,
        label: &str,
        observed: &Observed,
        problems: &mut Vec<Problem>,
    ) -> DesiredBucket {
        let at = side.at();
        let found = observed.buckets.get(&at);
        let exists = found.is_some_and(|b| b.existence == Existence::Exists);
        // State remembers what we made, though its tag be gone.
        let ours = side.create && (!exists || side.created || is_tagged(found));
        let region = side.create.then(|| side.site.region.clone());
        let key = side.key.as_ref();
        let mut wanted = if ours {
            self.ours(label, side.site.region.clone(), key)
        } else {
            self.made_bucket(&at, label, region, key, observed, problems)
        };
        wanted.versioned = true;
        if let Some(creation) = &mut wanted.creation {
            let others = observed.buckets.get(&other.at());
            let has = others.is_some_and(|b| b.object_lock.present().is_some());
            let asked = other.object_lock.is_some();
            // Where locked objects arrive there must be Object Lock. A destination that locks by itself asks nothing of
            // a source that gets none of its objects.
            let arrives = label == "destination" || self.direction == Direction::TwoWay;
            creation.object_lock = side.object_lock.is_some() || arrives && asked || !asked && has;
            let lock = side.object_lock.as_ref();
            creation.retention = lock.and_then(|lock| lock.retention.clone());
        }
        wanted
    }

    /// A bucket that is made where it is missing, if a region is given; one that others made stays as it is.
    pub(super) fn made_bucket(
        &self,
        at: &BucketRef,
        label: &str,
        region: Option<Region>,
        key: Option<&KeyArn>,
        observed: &Observed,
        problems: &mut Vec<Problem>,
    ) -> DesiredBucket {
        let found = observed.buckets.get(at);
        let exists = found.is_some_and(|b| b.existence == Existence::Exists);
        match region {
            Some(region) if !exists || is_tagged(found) => self.ours(label, region, key),
            Some(_) => {
                problems.push(Problem::warning(
                    [label, "create"],
                    format!("Bucket {at} exists already and was not made by this provider"),
                    "It is used as it is: its encryption, ownership and public-access block are left alone, and `force_destroy` never deletes it.",
                ));
                bare(label)
            }
            None => bare(label),
        }
    }

    /// A bucket of our making.
    fn ours(&self, label: &str, region: Region, key: Option<&KeyArn>) -> DesiredBucket {
        let mut tags = self.tags.clone();
        tags.insert(MADE_BY.0.to_owned(), MADE_BY.1.to_owned());
        DesiredBucket {
            creation: Some(Creation {
                region,
                object_lock: false,
                retention: None,
                tags,
            }),
            public_access_block: Some(PublicAccessBlock::ALL),
            ownership: Some(Ownership::BucketOwnerEnforced),
            encryption: Some(Encryption::with_key(key)),
            ..bare(label)
        }
    }

    /// What the source says of the destination's settings. It goes before what a bucket of our making has by default.
    fn mirror(&self, observed: &Observed, desired: &mut Desired) {
        let Some(wanted) = desired.buckets.get(&self.source.at()) else {
            return;
        };
        let source = mirror::Source {
            side: &self.source,
            found: observed.buckets.get(&self.source.at()),
            wanted,
        };
        let at = self.destination.at();
        let found = observed.buckets.get(&at);
        let own = desired
            .buckets
            .get(&at)
            .and_then(|bucket| bucket.public_access_block);
        let mirrored = mirror::derive(
            &self.mirror,
            &source,
            &self.destination,
            found,
            own,
            &mut desired.problems,
        );
        if !mirrored.withheld.is_empty() {
            desired.problems.push(Problem::warning(
                ["mirror_settings"],
                format!("Bucket {at} is not opened to everybody as {} is", self.source.at()),
                format!(
                    "Not mirrored: {}. To have it mirrored, set `mirror_public = true`; to hear no more of it, take the setting out of `mirror_settings`.",
                    mirrored.withheld.join("; ")
                ),
            ));
        }
        let Some(bucket) = desired.buckets.get_mut(&at) else {
            return;
        };
        if mirrored.public_access_block.speaks() {
            bucket.public_access_block = None;
        }
        if mirrored.ownership.speaks() {
            bucket.ownership = None;
        }
        if mirrored.encryption.is_some() {
            bucket.encryption = None;
        }
        if let (Some(creation), Some(mirrored)) = (&mut bucket.creation, &mirrored.tags) {
            creation
                .tags
                .retain(|key, _| !mirrored.tags.contains_key(key));
        }
        bucket.mirror = mirrored;
    }

    fn lane(&self, lane: &Lane<'_>, observed: &Observed, desired: &mut Desired) {
        let creation = |side: &Side| desired.buckets.get(&side.at())?.creation.as_ref();
        let owner_override = lane.owner_override(observed, desired.buckets.get(&lane.to.at()));
        // One that is yet to be made has Object Lock by the time that the rules stand.
        let locked =
            lane.locked(observed) || creation(lane.from).is_some_and(|made| made.object_lock);
        let role = self.role(lane, observed, owner_override, locked, desired);
        desired.problems.extend(lane.ids_of_others(observed));
        if let Some(bucket) = desired.buckets.get_mut(&lane.from.at()) {
            bucket.rules = Some(OwnedRules {
                role: Some(role.clone()),
                rules: lane.rules(owner_override, observed),
                rewrite_v1: self.adopt,
                ..lane.ownership_of_rules()
            });
        }
        if lane.crosses_accounts()
            && let Some(bucket) = desired.buckets.get_mut(&lane.to.at())
        {
            let sid = format!("{}Objects", lane.sid_prefix());
            bucket.policy = Some(OwnedStatements {
                prefix: lane.sid_prefix(),
                statements: vec![destination_statement(
                    sid,
                    role.as_str(),
                    &lane.to.arn(),
                    owner_override,
                )],
                alone: false,
                stays: false,
            });
        }
        if lane.writes_key_policy()
            && let Some(key) = &lane.to.key
        {
            let prefix = lane.key_sid_prefix();
            let sid = format!("{prefix}Objects");
            desired.keys.insert(
                key.clone(),
                DesiredKey {
                    label: lane.to_label.to_owned(),
                    site: lane.to.site.name.clone(),
                    policy: OwnedStatements {
                        prefix,
                        statements: vec![key_statement(sid, role.as_str())],
                        alone: false,
                        stays: false,
                    },
                },
            );
        }
        warn(lane, observed, locked, desired);
    }

    fn role(
        &self,
        lane: &Lane<'_>,
        observed: &Observed,
        owner_override: bool,
        locked: bool,
        desired: &mut Desired,
    ) -> RoleArn {
        let shared = lane.shared_role(observed);
        if let RoleChoice::Existing(role) = &lane.from.role {
            self.stray(lane, role, observed, desired);
            if let Some(shared) = shared.filter(|shared| shared != role.as_str())
                && !lane.may_change_role(observed)
            {
                desired.problems.push(Problem::error(
                    [lane.from_label, "role"],
                    format!("Bucket {} replicates under another role", lane.from.at()),
                    format!(
                        "Rules of others on the bucket run under {shared}, and S3 takes one role a bucket. Name that role here, or leave `role` out: this pair's permissions are then added to it as an inline policy of their own."
                    ),
                ));
            }
            return role.clone();
        }
        let guest = lane.guest_role(observed);
        if let (None, Some(shared)) = (&guest, &shared)
            && *shared != lane.own_role().as_str()
        {
            desired.problems.push(Problem::error(
                [lane.from_label, "role"],
                format!("Bucket {} replicates under a role that is none", lane.from.at()),
                format!("Rules of others on the bucket name \"{shared}\" as their role, which is no role ARN of AWS. S3 takes one role a bucket, so this pair cannot stand beside them."),
            ));
        }
        if let Some(role) = &guest {
            desired.problems.push(Problem::warning(
                [lane.from_label, "role"],
                format!("Bucket {} replicates under a role that others made", lane.from.at()),
                format!(
                    "S3 takes one role a bucket, and rules of others there run under {role}. This pair's permissions go on that role as the inline policy {}; nothing else of it is touched.",
                    lane.policy_name(role)
                ),
            ));
        }
        let arn = guest.clone().unwrap_or_else(|| lane.own_role());
        self.stray(lane, &arn, observed, desired);
        let key_use = |side: &Side| -> Vec<KeyUse> {
            side.key
                .iter()
                .map(|key| KeyUse {
                    key: key.clone(),
                    region: side.site.region.clone(),
                })
                .collect()
        };
        let policy = Permissions {
            partition: lane.from.site.partition.clone(),
            sources: vec![lane.from.arn()],
            destinations: vec![lane.to.arn()],
            object_lock: locked,
            owner_override,
            decrypt: key_use(lane.from),
            encrypt: key_use(lane.to),
        };
        let policy = DesiredPolicy {
            label: lane.from_label.to_owned(),
            document: policy.role_policy(),
        };
        let standing = if guest.is_some() {
            RoleStanding::Guest
        } else {
            RoleStanding::Ours(self.own_role(lane))
        };
        // A two-way pair may meet the same role on both sides: one role, two policies.
        let wanted = desired
            .roles
            .entry(arn.clone())
            .or_insert_with(|| DesiredRole {
                label: lane.from_label.to_owned(),
                site: lane.from.site.name.clone(),
                standing: RoleStanding::Guest,
                policies: BTreeMap::new(),
            });
        if let RoleStanding::Ours(_) = standing {
            wanted.standing = standing;
        }
        wanted.policies.insert(lane.policy_name(&arn), policy);
        arn
    }

    /// The roles that this lane's rules have left, or leave now: what of ours is still on them is to go.
    fn stray(&self, lane: &Lane<'_>, role: &RoleArn, observed: &Observed, desired: &mut Desired) {
        let own = lane.own_role();
        let named = lane.named_role(observed);
        // An existing role may be named just because we have no rights in IAM: look no further than the document.
        let looked = (lane.from.role == RoleChoice::Own).then(|| own.clone());
        for left in named.into_iter().chain(looked) {
            if left == *role || desired.roles.contains_key(&left) {
                continue;
            }
            let name = lane.policy_name(&left);
            let policy = DesiredPolicy {
                label: lane.from_label.to_owned(),
                document: PolicyDocument::default(),
            };
            desired
                .strays
                .entry(left.clone())
                .or_insert_with(|| DesiredRole {
                    label: lane.from_label.to_owned(),
                    site: lane.from.site.name.clone(),
                    standing: if left == own {
                        RoleStanding::Ours(self.own_role(lane))
                    } else {
                        RoleStanding::Guest
                    },
                    policies: BTreeMap::new(),
                })
                .policies
                .insert(name, policy);
        }
    }

    fn own_role(&self, lane: &Lane<'_>) -> OwnRole {
        let mut tags = self.tags.clone();
        tags.insert(MADE_BY.0.to_owned(), MADE_BY.1.to_owned());
        tags.insert("crr:source".to_owned(), lane.from.bucket.to_string());
        OwnRole {
            path: role::PATH.to_owned(),
            description: format!("S3 replicates {} under this role", lane.from.bucket),
            trust: trust_policy(&lane.from.site.account, &[lane.from.arn()]),
            boundary: self.boundary.clone(),
            tags,
        }
    }
}
