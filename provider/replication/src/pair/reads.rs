//! What a pair needs to look at.
//!
//! One round trip for the usual pair; what only shows itself then ([`Pair::reads_after`]) takes a second.

use super::{Pair, RoleChoice};
use crate::observed::{BucketReads, KeyReads, Observed, Reads, RoleReads};

impl Pair {
    /// What to look at, all at once.
    pub fn reads(&self) -> Reads {
        let mut reads = Reads::default();
        for side in [&self.source, &self.destination] {
            let bucket = reads.buckets.entry(side.at()).or_default();
            bucket.versioning = true;
            if side.create {
                bucket.public_access_block = true;
                bucket.ownership = true;
                bucket.encryption = true;
                bucket.tags = true;
                bucket.object_lock = true;
            }
        }
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
                reads.roles.insert(
                    lane.own_role(),
                    RoleReads {
                        site: lane.from.site.name.clone(),
                        policies: [lane.policy_name()].into(),
                        policy_names: false,
                    },
                );
            }
            if let Some(key) = &lane.to.key {
                reads.keys.insert(
                    key.clone(),
                    KeyReads {
                        site: lane.to.site.name.clone(),
                        policy: lane.writes_key_policy(),
                    },
                );
            }
            if let Some(key) = &lane.from.key {
                reads.keys.entry(key.clone()).or_insert_with(|| KeyReads {
                    site: lane.from.site.name.clone(),
                    policy: false,
                });
            }
        }
        reads
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
            if let Some(role) = lane.guest_role(observed)
                && !observed.roles.contains_key(&role)
            {
                reads.roles.insert(
                    role,
                    RoleReads {
                        site: lane.from.site.name.clone(),
                        policies: [lane.policy_name()].into(),
                        policy_names: false,
                    },
                );
            }
            let looked = observed
                .buckets
                .get(&lane.to.at())
                .is_some_and(|b| !matches!(b.object_lock, crate::observed::Seen::NotLooked));
            if lane.locked(observed) && !looked {
                let bucket = BucketReads {
                    object_lock: true,
                    ..BucketReads::default()
                };
                reads.buckets.insert(lane.to.at(), bucket);
            }
        }
        reads
    }
}
