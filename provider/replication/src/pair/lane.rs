//! A lane: one direction of a pair. A two-way pair has two, and each is the other's mirror.

use super::{Direction, Pair, RoleChoice, Side, short_hash};
use crate::arn::RoleArn;
use crate::bucket::Ownership;
use crate::document::ReplicationDocument;
use crate::observed::Observed;

/// The path of the roles that we make: policies of operators can name it.
pub(super) const ROLE_PATH: &str = "/crr/";

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

impl<'a> Lane<'a> {
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
        format!("crr/{}/", self.to.bucket)
    }

    /// The name of this lane's inline policy on the source bucket's role.
    pub fn policy_name(&self) -> String {
        format!("crr-to-{}", self.to.bucket)
    }

    /// The prefix of this lane's statements in the destination's policies. A `Sid` takes letters and digits only.
    pub fn sid_prefix(&self) -> String {
        format!("CrrFrom{}", short_hash(&self.from.arn()))
    }

    /// The role that we would make for the source bucket: at most 64 characters, one for each bucket.
    pub fn own_role(&self) -> RoleArn {
        let bucket: String = self.from.bucket.as_str().chars().take(50).collect();
        let name = format!("crr-{bucket}-{}", short_hash(&self.from.arn()));
        RoleArn::of(
            &self.from.site.partition,
            &self.from.site.account,
            ROLE_PATH,
            &name,
        )
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

    /// Whether replicas need to be told to belong to the destination's owner.
    ///
    /// Where the destination enforces bucket ownership they do anyway.
    pub fn owner_override(&self, observed: &Observed) -> bool {
        if !self.crosses_accounts() {
            return false;
        }
        self.pair.owner_override.unwrap_or_else(|| {
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
