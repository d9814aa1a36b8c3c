//! What should be.

use std::collections::{BTreeMap, BTreeSet};

use crate::arn::{KeyArn, RoleArn};
use crate::bucket::{BucketRef, Encryption, Logging, Ownership, PublicAccessBlock, Retention};
use crate::mirror::DesiredMirror;
use crate::name::{Region, SiteName};
use crate::policy::{PolicyDocument, Statement};
use crate::problem::Problem;
use crate::rule::Rule;
use crate::trigger::Trigger;

/// The tag by which we know again the buckets and roles that we made.
pub const MADE_BY: (&str, &str) = ("crr:made-by", "terraform-provider-crr");

/// What the `Sid` of every statement begins with that a pair wrote into a policy of others.
pub const SID_PREFIX: &str = "Crr";

/// Our statements in a policy that others write too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnedStatements {
    /// A statement is ours if its `Sid` begins with this.
    pub prefix: String,
    /// What they should be.
    pub statements: Vec<Statement>,
    /// Whether the user wants them to stand alone: then a statement is ours, too, that no pair wrote.
    pub alone: bool,
    /// Whether they stay when what wrote them goes: what they permit then still goes on.
    pub stays: bool,
}

impl OwnedStatements {
    /// Whether a statement is ours.
    pub fn owns(&self, sid: Option<&str>) -> bool {
        let sid = sid.unwrap_or_default();
        sid.starts_with(&self.prefix) || self.alone && !sid.starts_with(SID_PREFIX)
    }

    /// The same ownership, and nothing that should be there.
    #[must_use]
    pub fn without_statements(&self) -> Self {
        Self {
            statements: Vec::new(),
            ..self.clone()
        }
    }
}

/// Our rules in a replication configuration that others write too.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnedRules {
    /// The role that the configuration should name; none: whatever it names.
    pub role: Option<RoleArn>,
    /// A rule is ours if its `ID` begins with this …
    pub prefix: String,
    /// … or is one of these: rules that others made and the user then gave to us.
    pub ids: BTreeSet<String>,
    /// What they should be.
    pub rules: Vec<Rule>,
    /// Whether V1 rules of others may be rewritten as V2 rules of the same meaning.
    pub rewrite_v1: bool,
}

impl OwnedRules {
    /// Whether a rule is ours.
    pub fn owns(&self, rule: &Rule) -> bool {
        rule.id.starts_with(&self.prefix) || self.ids.contains(&rule.id)
    }

    /// The same ownership, and nothing that should be there.
    #[must_use]
    pub fn without_rules(&self) -> Self {
        Self {
            role: None,
            rules: Vec::new(),
            rewrite_v1: false,
            ..self.clone()
        }
    }
}

/// What a bucket that we make is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Creation {
    /// Where.
    pub region: Region,
    /// Whether with Object Lock.
    pub object_lock: bool,
    /// What locks new objects there; none: not ours to set.
    pub retention: Option<Retention>,
    /// Its tags, [`MADE_BY`] among them.
    pub tags: BTreeMap<String, String>,
}

/// What a bucket should hold. A part that is none is not ours to set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredBucket {
    /// What facets call it: `source`, `destination`, or `source.logging` for the bucket that takes its access log.
    pub label: String,
    /// How to make it where it is missing; none: it must be there.
    pub creation: Option<Creation>,
    /// Whether versioning should be on.
    pub versioned: bool,
    /// Its public-access block.
    pub public_access_block: Option<PublicAccessBlock>,
    /// Its object ownership.
    pub ownership: Option<Ownership>,
    /// Its default encryption.
    pub encryption: Option<Encryption>,
    /// Where its access log should go.
    pub logging: Option<Logging>,
    /// Our statements in its policy.
    pub policy: Option<OwnedStatements>,
    /// Our rules in its replication configuration.
    pub rules: Option<OwnedRules>,
    /// What it should hold because the source does. Where both speak of one setting this goes before the others.
    pub mirror: DesiredMirror,
}

/// Whether a role is ours, or we put a policy on one that others made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleStanding {
    /// We make it, keep it as it should be, and remove it.
    Ours(OwnRole),
    /// We only put our inline policies on it.
    Guest,
}

/// A role of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnRole {
    /// Its path, from `/` to `/`.
    pub path: String,
    /// For the people who find it in the console.
    pub description: String,
    /// Who may assume it.
    pub trust: PolicyDocument,
    /// The ARN of its permissions boundary.
    pub boundary: Option<String>,
    /// Its tags, [`MADE_BY`] among them.
    pub tags: BTreeMap<String, String>,
}

/// One inline policy of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredPolicy {
    /// What facets call it.
    pub label: String,
    /// What it should say.
    pub document: PolicyDocument,
}

/// What a role should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredRole {
    /// What facets call it.
    pub label: String,
    /// Whose credentials reach it.
    pub site: SiteName,
    /// Ours or not.
    pub standing: RoleStanding,
    /// Our inline policies on it, by name.
    pub policies: BTreeMap<String, DesiredPolicy>,
}

/// Our statements in the policy of a KMS key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredKey {
    /// What facets call it.
    pub label: String,
    /// Whose credentials reach it.
    pub site: SiteName,
    /// Our statements.
    pub policy: OwnedStatements,
}

/// Everything that should be, for one pair or one site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Desired {
    /// The buckets.
    pub buckets: BTreeMap<BucketRef, DesiredBucket>,
    /// The roles.
    pub roles: BTreeMap<RoleArn, DesiredRole>,
    /// The keys.
    pub keys: BTreeMap<KeyArn, DesiredKey>,
    /// Roles that the rules no longer run under, with the policies of ours that may be left on them. Those
    /// are taken off once the rules run under another, and a role of ours goes with its last policy.
    pub strays: BTreeMap<RoleArn, DesiredRole>,
    /// What wakes a program that keeps a site protected.
    pub trigger: Option<Box<Trigger>>,
    /// What cannot be as the user wants it.
    pub problems: Vec<Problem>,
}

impl Desired {
    /// What of this is not in `new` any more: the way back of a pair that was two-way, the role of ours that
    /// another has replaced, the statement on a key that is no longer used. To be removed after `new` is there.
    #[must_use]
    pub fn leftovers(&self, new: &Self) -> Self {
        let mut left = Self::default();
        for (at, old) in &self.buckets {
            let kept = new.buckets.get(at);
            let mut bucket = DesiredBucket {
                creation: None,
                versioned: false,
                public_access_block: None,
                ownership: None,
                encryption: None,
                logging: None,
                // By then they are the bucket's own: taking them away could open it or lose its objects.
                mirror: DesiredMirror::default(),
                ..old.clone()
            };
            if kept.is_some_and(|b| b.rules.is_some()) {
                bucket.rules = None;
            }
            if kept.is_some_and(|b| b.policy.is_some())
                || bucket.policy.as_ref().is_some_and(|owned| owned.stays)
            {
                bucket.policy = None;
            }
            if bucket.rules.is_some() || bucket.policy.is_some() {
                left.buckets.insert(at.clone(), bucket);
            }
        }
        for (arn, old) in &self.roles {
            match new.roles.get(arn) {
                None => {
                    left.roles.insert(arn.clone(), old.clone());
                }
                Some(kept) => {
                    let mut role = old.clone();
                    role.policies
                        .retain(|name, _| !kept.policies.contains_key(name));
                    // The role stays; only what we no longer put on it goes.
                    role.standing = RoleStanding::Guest;
                    if !role.policies.is_empty() {
                        left.roles.insert(arn.clone(), role);
                    }
                }
            }
        }
        left.keys = self
            .keys
            .iter()
            .filter(|(key, _)| !new.keys.contains_key(*key))
            .map(|(key, old)| (key.clone(), old.clone()))
            .collect();
        left
    }
}
