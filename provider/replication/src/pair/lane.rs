//! A lane: one direction of a pair. A two-way pair has two, and each is the other's mirror.

use super::{Direction, Pair, RoleChoice, Side, Site, short_hash};
use crate::arn::{RoleArn, bucket_arn};
use crate::bucket::Ownership;
use crate::desired::DesiredBucket;
use crate::document::ReplicationDocument;
use crate::name::{BucketName, SiteName};
use crate::observed::Observed;
use crate::role;

/// What the IDs of all rules begin with that some pair allotted.
pub(super) const RULE_PREFIX: &str = "crr/";

/// What the `Sid`s of all statements begin with that let some pair replicate into a bucket of another account.
pub(crate) const FROM_PREFIX: &str = "CrrFrom";

/// One direction of a pair.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lane<'a> {
    pub pair: &'a Pair,
    pub from: &'a Side,
    pub to: &'a Side,
    /// What facets call the side that objects leave: `source` or `destination`.
    pub from_label: &'static str,
    /// What they call the other.
    pub to_label: &'static str,
}

impl Pair {
    pub(super) fn lanes(&self) -> Vec<Lane<'_>> {
        let forward = Lane {
            pair: self,
            from: &self.source,
            to: &self.destination,
            from_label: "source",
            to_label: "destination",
        };
        match self.direction {
            Direction::OneWay => vec![forward],
            Direction::TwoWay => vec![forward, forward.mirrored()],
        }
    }
}

impl Pair {
    /// What this pair's inline policies on a role are called, each with the site that objects leave under it.
    pub fn policies_on(&self, role: &RoleArn) -> Vec<(SiteName, String)> {
        let name = |lane: &Lane<'_>| (lane.from.site.name.clone(), lane.policy_name(role));
        self.lanes().iter().map(name).collect()
    }
}

impl Lane<'_> {
    fn mirrored(self) -> Self {
        Self {
            pair: self.pair,
            from: self.to,
            to: self.from,
            from_label: self.to_label,
            to_label: self.from_label,
        }
    }

    pub fn crosses_accounts(&self) -> bool {
        self.from.site.account != self.to.site.account
    }

    /// The prefix of this lane's rule IDs. By it another run, or another pair, knows whose they are.
    pub fn rule_prefix(&self) -> String {
        format!("{RULE_PREFIX}{}/", self.to.bucket)
    }

    /// The name of this lane's inline policy on a role.
    ///
    /// A role that is not ours may serve several source buckets, so there the name says the source, too:
    /// pairs from two of them to one destination would otherwise overwrite each other's policy.
    pub fn policy_name(&self, role: &RoleArn) -> String {
        if *role == self.own_role() {
            format!("crr-to-{}", self.to.bucket)
        } else {
            format!("crr-{}-to-{}", short_hash(&self.from.arn()), self.to.bucket)
        }
    }

    /// The prefix of this lane's statements in the destination's policy. A `Sid` takes letters and digits only.
    pub fn sid_prefix(&self) -> String {
        format!("{FROM_PREFIX}{}", short_hash(&self.from.arn()))
    }

    /// The same in a key's policy. A key may serve several destinations of one source, so both are in it:
    /// taking one pair away must not take the other's permission.
    pub fn key_sid_prefix(&self) -> String {
        let way = format!("{}->{}", self.from.arn(), self.to.arn());
        format!("CrrKey{}", short_hash(&way))
    }

    /// The role that we would make for the source bucket.
    pub fn own_role(&self) -> RoleArn {
        own_role(&self.from.site, &self.from.bucket)
    }

    /// The replication configuration that stands on the source bucket.
    pub fn document(&self, observed: &Observed) -> Option<ReplicationDocument> {
        let xml = observed
            .buckets
            .get(&self.from.at())?
            .replication
            .present()?;
        ReplicationDocument::parse(xml).ok()
    }

    /// The role of the document where rules of others run under it.
    pub fn shared_role(&self, observed: &Observed) -> Option<String> {
        let document = self.document(observed)?;
        let owned = self.ownership_of_rules();
        let shared = document.foreign(&owned).next().is_some();
        (shared && !document.role.is_empty()).then_some(document.role)
    }

    /// The role that is neither ours nor the user's, but stands in the document with rules of others.
    pub fn guest_role(&self, observed: &Observed) -> Option<RoleArn> {
        if self.from.role != RoleChoice::Own {
            return None;
        }
        let shared = self.shared_role(observed)?.parse::<RoleArn>().ok()?;
        (shared != self.own_role()).then_some(shared)
    }

    /// The role that the document names, whoever wrote it there.
    pub fn named_role(&self, observed: &Observed) -> Option<RoleArn> {
        self.document(observed)?.role.parse().ok()
    }

    /// Whether the document's role is ours to change: it is the one that we made, and every rule is a pair's.
    pub fn may_change_role(&self, observed: &Observed) -> bool {
        self.document(observed).is_some_and(|document| {
            document.role == self.own_role().as_str()
                && document
                    .rules
                    .iter()
                    .all(|r| r.rule.id.starts_with(RULE_PREFIX))
        })
    }

    /// Whether replicas need to be told to belong to the destination's owner.
    ///
    /// Where the destination enforces bucket ownership they do anyway.
    ///
    /// `wanted`: what the destination should hold. Where that speaks of ownership it counts, whatever there is now.
    pub fn owner_override(&self, observed: &Observed, wanted: Option<&DesiredBucket>) -> bool {
        if !self.crosses_accounts() {
            return false;
        }
        self.pair.owner_override.unwrap_or_else(|| {
            let will = wanted.and_then(|bucket| match bucket.mirror.ownership.said() {
                Some(said) => Some(said.copied()),
                None => bucket.ownership.map(Some),
            });
            if let Some(ownership) = will {
                return ownership != Some(Ownership::BucketOwnerEnforced);
            }
            let ownership = observed.buckets.get(&self.to.at()).map(|b| &b.ownership);
            match ownership.and_then(|seen| seen.present()) {
                Some(Ownership::BucketOwnerEnforced) => false,
                Some(_) => true,
                // A bucket without ownership controls has ACLs on; one that is yet to be made enforces.
                None => {
                    ownership.is_some_and(crate::observed::Seen::is_absent)
                        && observed
                            .buckets
                            .get(&self.to.at())
                            .is_some_and(|b| b.existence == crate::observed::Existence::Exists)
                }
            }
        })
    }

    /// Whether the source has Object Lock.
    pub fn locked(&self, observed: &Observed) -> bool {
        let lock = |side: &Side| {
            observed
                .buckets
                .get(&side.at())
                .is_some_and(|b| b.object_lock.present().is_some())
        };
        lock(self.from)
    }
}

/// The role that we would make for a bucket that objects leave: at most 64 characters, one for each bucket.
pub fn own_role(site: &Site, bucket: &BucketName) -> RoleArn {
    let start: String = bucket.as_str().chars().take(50).collect();
    let hash = short_hash(&bucket_arn(&site.partition, bucket));
    RoleArn::of(
        &site.partition,
        &site.account,
        role::PATH,
        &format!("crr-{start}-{hash}"),
    )
}
