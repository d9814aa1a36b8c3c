//! What a pair needs to look at.
//!
//! One round trip for the usual pair; what only shows itself then ([`Pair::reads_after`]) takes a second.

use std::collections::btree_map::Entry;

use super::lane::Lane;
use super::{Pair, RoleChoice};
use crate::arn::RoleArn;
use crate::mirror::Setting;
use crate::observed::{BucketReads, Existence, KeyReads, Observed, Reads, RoleReads, Seen};

impl Lane<'_> {
    fn role_reads(&self, role: &RoleArn, policy_names: bool) -> RoleReads {
        RoleReads {
            site: self.from.site.name.clone(),
            policies: [self.policy_name(role)].into(),
            policy_names,
        }
    }
}

impl Lane<'_> {
    /// Whether none of our rules stands on the bucket yet, and how it encrypts was not looked at.
    fn is_new(&self, observed: &Observed) -> bool {
        let owned = self.ownership_of_rules();
        let stand = |document: &crate::ReplicationDocument| {
            document.rules.len() > document.foreign(&owned).count()
        };
        observed.buckets.get(&self.from.at()).is_some_and(|found| {
            found.existence == Existence::Exists
                && found.encryption == Seen::NotLooked
                && found.replication.is_known()
                && !self.document(observed).as_ref().is_some_and(stand)
        })
    }
}

impl Pair {
    /// What to look at, all at once.
    pub fn reads(&self) -> Reads {
        let mut reads = Reads::default();
        for (side, other) in [
            (&self.source, &self.destination),
            (&self.destination, &self.source),
        ] {
            // A bucket that we make gets Object Lock where the other has it.
            reads.buckets.entry(side.at()).or_default().object_lock |= other.create;
            let bucket = reads.buckets.entry(side.at()).or_default();
            bucket.versioning = true;
            self.mirror_reads(bucket);
            if side.create {
                bucket.public_access_block = true;
                bucket.ownership = true;
                bucket.encryption = true;
                bucket.tags = true;
                bucket.object_lock = true;
            }
        }
        self.log_reads(&mut reads);
        for lane in self.lanes() {
            let bucket = reads.buckets.entry(lane.from.at()).or_default();
            bucket.replication = true;
            // Decides whether the role must read retentions and legal holds.
            bucket.object_lock = true;
            if lane.crosses_accounts() {
                let bucket = reads.buckets.entry(lane.to.at()).or_default();
                bucket.policy = true;
                bucket.ownership |= self.owner_override.is_none();
            }
            if lane.from.role == RoleChoice::Own {
                let role = lane.own_role();
                reads
                    .roles
                    .insert(role.clone(), lane.role_reads(&role, false));
            } else if let RoleChoice::Existing(role) = &lane.from.role {
                // S3 takes a role that is not there, and then fails every object: so see that it is.
                reads
                    .roles
                    .entry(role.clone())
                    .or_insert_with(|| RoleReads {
                        site: lane.from.site.name.clone(),
                        policies: std::collections::BTreeSet::new(),
                        policy_names: false,
                    });
            }
            for (side, writes) in [(lane.to, lane.writes_key_policy()), (lane.from, false)] {
                let Some(key) = &side.key else { continue };
                let read = reads.keys.entry(key.clone()).or_insert_with(|| KeyReads {
                    site: side.site.name.clone(),
                    policy: false,
                });
                // Both lanes may name one key: who writes its policy decides whose credentials read it.
                if writes {
                    read.policy = true;
                    read.site = side.site.name.clone();
                }
            }
        }
        reads
    }

    /// A mirrored setting is looked at on both sides.
    fn mirror_reads(&self, bucket: &mut BucketReads) {
        for setting in &self.mirror.settings {
            match setting {
                Setting::Tags => bucket.tags = true,
                Setting::Lifecycle => bucket.lifecycle = true,
                Setting::Encryption => bucket.encryption = true,
                Setting::Ownership => bucket.ownership = true,
                Setting::Cors => bucket.cors = true,
                Setting::PublicAccessBlock => bucket.public_access_block = true,
                Setting::Policy => bucket.policy = true,
            }
        }
    }

    /// What to look at besides before all of it is taken away: whether a role is still of use to others.
    pub fn removal_reads(&self) -> Reads {
        let mut reads = self.reads();
        for role in reads.roles.values_mut() {
            role.policy_names = true;
        }
        reads
    }

    /// What the first look shows to be worth another. Empty for the usual pair, and after the second look.
    pub fn reads_after(&self, observed: &Observed) -> Reads {
        let mut reads = Reads::default();
        for lane in self.lanes() {
            if let Some(role) = lane.named_role(observed)
                && lane.from.role != RoleChoice::Existing(role.clone())
                && !observed
                    .roles
                    .get(&role)
                    .is_some_and(|found| found.policies.contains_key(&lane.policy_name(&role)))
            {
                let new = lane.role_reads(&role, role == lane.own_role());
                // Both lanes may find one role: one read of it, for the policies of both.
                match reads.roles.entry(role) {
                    Entry::Vacant(entry) => {
                        entry.insert(new);
                    }
                    Entry::Occupied(mut entry) => {
                        let read = entry.get_mut();
                        read.policies.extend(new.policies);
                        read.policy_names |= new.policy_names;
                    }
                }
            }
            // The bucket's rules run under another role: ours may be left over, if nobody else uses it.
            let own = lane.own_role();
            if lane.guest_role(observed).is_some()
                && observed.roles.get(&own).is_some_and(|found| {
                    found.role.present().is_some() && found.policy_names == Seen::NotLooked
                })
            {
                reads.roles.insert(own.clone(), lane.role_reads(&own, true));
            }
            if lane.from.key.is_none() && !lane.from.create && lane.is_new(observed) {
                let at = lane.from.at();
                reads.buckets.entry(at).or_default().encryption = true;
            }
            let looked = observed.buckets.get(&lane.to.at()).is_none_or(|b| {
                b.existence != Existence::Exists || b.object_lock != Seen::NotLooked
            });
            if lane.locked(observed) && !looked {
                let at = lane.to.at();
                reads.buckets.entry(at).or_default().object_lock = true;
            }
        }
        reads
    }
}
