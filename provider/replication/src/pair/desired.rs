//! From a pair to what should be.

use std::collections::{BTreeMap, BTreeSet};

use super::lane::{Lane, ROLE_PATH};
use super::{Pair, PairRule, RoleChoice, Side, short_hash};
use crate::arn::RoleArn;
use crate::bucket::{Encryption, Ownership, PublicAccessBlock};
use crate::desired::{
    Creation, Desired, DesiredBucket, DesiredKey, DesiredPolicy, DesiredRole, MADE_BY, OwnRole,
    OwnedRules, OwnedStatements, RoleStanding,
};
use crate::observed::{Existence, Observed, Seen};
use crate::problem::Problem;
use crate::role::{KeyUse, Permissions, destination_statement, key_statement, trust_policy};
use crate::rule::Rule;

/// Allotted priorities lie in slots of this size, a slot a lane, so that a lane's rules keep their order.
const SLOT: u32 = 1_000;
/// How many slots there are: two lanes on one bucket share one by a chance of one in a million.
const SLOTS: u32 = 1_000_000;

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
        for lane in self.lanes() {
            self.lane(&lane, observed, &mut desired);
        }
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
        let mut wanted = DesiredBucket {
            label: label.to_owned(),
            creation: None,
            versioned: true,
            public_access_block: None,
            ownership: None,
            encryption: None,
            policy: None,
            rules: None,
        };
        if !side.create {
            return wanted;
        }
        let found = observed.buckets.get(&side.at());
        let exists = found.is_some_and(|b| b.existence == Existence::Exists);
        let tagged = found
            .and_then(|b| b.tags.present())
            .is_some_and(|tags| tags.contains_key(MADE_BY.0));
        if exists && !tagged && !side.created {
            problems.push(Problem::warning(
                [label, "create"],
                format!("Bucket {} exists already and was not made by this provider", side.at()),
                "It is used as it is: its encryption, ownership and public-access block are left alone, and `force_destroy` never deletes it.",
            ));
            return wanted;
        }
        let locked = observed
            .buckets
            .get(&other.at())
            .is_some_and(|b| b.object_lock.present().is_some());
        let mut tags = self.tags.clone();
        tags.insert(MADE_BY.0.to_owned(), MADE_BY.1.to_owned());
        wanted.creation = Some(Creation {
            region: side.site.region.clone(),
            object_lock: locked,
            tags,
        });
        wanted.public_access_block = Some(PublicAccessBlock::ALL);
        wanted.ownership = Some(Ownership::BucketOwnerEnforced);
        wanted.encryption = Some(Encryption::with_key(side.key.as_ref()));
        wanted
    }

    fn lane(&self, lane: &Lane<'_>, observed: &Observed, desired: &mut Desired) {
        let owner_override = lane.owner_override(observed);
        let locked = lane.locked(observed);
        let role = self.role(lane, observed, owner_override, locked, desired);
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
            });
        }
        if lane.writes_key_policy()
            && let Some(key) = &lane.to.key
        {
            let sid = format!("{}Key", lane.sid_prefix());
            desired.keys.insert(
                key.clone(),
                DesiredKey {
                    label: lane.to_label.to_owned(),
                    site: lane.to.site.name.clone(),
                    policy: OwnedStatements {
                        prefix: lane.sid_prefix(),
                        statements: vec![key_statement(sid, role.as_str())],
                    },
                },
            );
        }
        self.warn(lane, observed, locked, desired);
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
            if let Some(shared) = shared.filter(|shared| shared != role.as_str()) {
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
                    lane.policy_name()
                ),
            ));
        }
        let arn = guest.clone().unwrap_or_else(|| lane.own_role());
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
        // A two-way pair may meet the same role of others on both sides: one role, two policies.
        desired
            .roles
            .entry(arn.clone())
            .or_insert_with(|| DesiredRole {
                label: lane.from_label.to_owned(),
                site: lane.from.site.name.clone(),
                standing,
                policies: BTreeMap::new(),
            })
            .policies
            .insert(lane.policy_name(), policy);
        arn
    }

    fn own_role(&self, lane: &Lane<'_>) -> OwnRole {
        let mut tags = self.tags.clone();
        tags.insert(MADE_BY.0.to_owned(), MADE_BY.1.to_owned());
        tags.insert("crr:source".to_owned(), lane.from.bucket.to_string());
        OwnRole {
            path: ROLE_PATH.to_owned(),
            description: format!("S3 replicates {} under this role", lane.from.bucket),
            trust: trust_policy(&lane.from.site.account, &[lane.from.arn()]),
            boundary: self.boundary.clone(),
            tags,
        }
    }

    fn warn(&self, lane: &Lane<'_>, observed: &Observed, locked: bool, desired: &mut Desired) {
        if let Some(to) = observed.buckets.get(&lane.to.at())
            && to.existence == Existence::Exists
        {
            let created = desired
                .buckets
                .get(&lane.to.at())
                .is_some_and(|b| b.creation.is_some());
            if locked && to.object_lock.is_absent() && !created {
                desired.problems.push(Problem::warning(
                    [lane.to_label, "bucket"],
                    format!("Bucket {} has Object Lock, bucket {} has not", lane.from.at(), lane.to.at()),
                    "S3 may take the rules and then fail every locked object with DstBucketObjectLockConfigMissing. Enable Object Lock on the destination, too.",
                ));
            }
        }
        for (side, label) in [(lane.from, lane.from_label), (lane.to, lane.to_label)] {
            let seen = side
                .key
                .as_ref()
                .and_then(|key| Some((key, observed.keys.get(key)?)));
            let Some((key, found)) = seen else { continue };
            let problem = match &found.key {
                Seen::Present(facts) if facts.state != "Enabled" => {
                    Some(format!("KMS reports its state as {}.", facts.state))
                }
                Seen::Absent => Some("KMS answers NotFoundException.".to_owned()),
                _ => None,
            };
            if let Some(problem) = problem {
                desired.problems.push(Problem::error(
                    [label, "kms_key_arn"],
                    format!("KMS key {key} cannot be used"),
                    format!("{problem} S3 would take the rules all the same and then fail every object. Enable the key, or name another."),
                ));
            }
        }
        let Some(document) = lane.document(observed) else {
            return;
        };
        let owned = lane.ownership_of_rules();
        let beside: BTreeSet<&str> = document
            .foreign(&owned)
            .filter(|r| r.rule.enabled && r.rule.destination == lane.to.arn())
            .map(|r| r.rule.id.as_str())
            .collect();
        if !beside.is_empty() {
            let names: Vec<&str> = beside.into_iter().collect();
            desired.problems.push(Problem::warning(
                [lane.from_label, "bucket"],
                format!("Others already replicate {} to {}", lane.from.at(), lane.to.bucket),
                format!(
                    "Rules {} have the same destination. They stay as they are; for an object that several rules match, the one of the highest priority decides. To give them to this pair, import it.",
                    names.join(", ")
                ),
            ));
        }
    }
}

impl Lane<'_> {
    /// Which rules on the source bucket are this lane's.
    pub fn ownership_of_rules(&self) -> OwnedRules {
        let named = self.pair.rules.iter().filter_map(|r| r.id.clone());
        OwnedRules {
            role: None,
            prefix: self.rule_prefix(),
            ids: named
                .chain(self.pair.remembered_ids.iter().cloned())
                .collect(),
            rules: Vec::new(),
            rewrite_v1: false,
        }
    }

    /// Whether the destination's key is in another account than the role, and one that we reach.
    pub fn writes_key_policy(&self) -> bool {
        self.crosses_accounts()
            && self
                .to
                .key
                .as_ref()
                .is_some_and(|k| k.account() == self.to.site.account.as_str())
    }

    fn rules(&self, owner_override: bool, observed: &Observed) -> Vec<Rule> {
        let owned = self.ownership_of_rules();
        let document = self.document(observed);
        let mut taken: BTreeSet<u32> = document
            .iter()
            .flat_map(|d| d.foreign(&owned))
            .filter_map(|r| r.rule.priority)
            .collect();
        taken.extend(self.pair.rules.iter().filter_map(|r| r.priority));
        let slot =
            u32::from_str_radix(&short_hash(&self.rule_prefix()), 16).unwrap_or_default() % SLOTS;
        let mut next = (slot + 1) * SLOT;
        self.pair
            .rules
            .iter()
            .map(|rule| {
                let priority = rule.priority.unwrap_or_else(|| {
                    while taken.contains(&next) {
                        next += 1;
                    }
                    next += 1;
                    next - 1
                });
                self.rule(rule, priority, owner_override)
            })
            .collect()
    }

    fn rule(&self, rule: &PairRule, priority: u32, owner_override: bool) -> Rule {
        let id = rule
            .id
            .clone()
            .unwrap_or_else(|| format!("{}{}", self.rule_prefix(), rule.name));
        let mut s3 = Rule::to(id, self.to.arn());
        s3.priority = Some(priority);
        s3.enabled = rule.enabled;
        s3.filter = rule.filter.clone();
        s3.delete_markers = rule.delete_markers;
        s3.replica_modifications = rule.replica_modifications;
        s3.rtc = rule.rtc;
        s3.metrics = rule.metrics;
        s3.storage_class = rule
            .storage_class
            .clone()
            .or_else(|| self.to.storage_class.clone());
        // Without `Account` S3 does not check whose bucket the destination is.
        s3.account = self
            .crosses_accounts()
            .then(|| self.to.site.account.to_string());
        s3.owner_override = owner_override;
        s3.replica_key = self.to.key.as_ref().map(ToString::to_string);
        s3.kms_objects = s3.replica_key.is_some();
        s3
    }
}
