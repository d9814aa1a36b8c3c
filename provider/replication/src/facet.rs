//! Facets: every part of a pair as one line of text, so that a plan, a report and a test can show it.
//!
//! A facet's name says where it is (`source.versioning`, `destination.rule.invoices`), its value what it is,
//! in words or canonical JSON. What should be and what is are two sets of facets; where they differ is drift.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::arn::{KeyArn, RoleArn};
use crate::bucket::BucketRef;
use crate::desired::Desired;
use crate::observed::Observed;

mod bucket;
mod mirror;
pub(crate) mod role;
mod statements;
mod trigger;

pub use trigger::TriggerPart;

/// Facets by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facets(pub BTreeMap<String, String>);

impl Facets {
    /// Facets as they should be.
    pub fn desired(desired: &Desired) -> Self {
        // What should be does not depend on what is, so comparing with nothing gives it whole.
        let comparisons = compare(desired, &Observed::default());
        Self(
            comparisons
                .into_iter()
                .filter_map(|c| Some((c.facet, c.should?)))
                .collect(),
        )
    }

    /// The same facets as they are, and those of ours that should not be.
    pub fn observed(desired: &Desired, observed: &Observed) -> Self {
        let comparisons = compare(desired, observed);
        Self(
            comparisons
                .into_iter()
                .filter_map(|c| Some((c.facet, c.is?)))
                .collect(),
        )
    }
}

/// The one thing that a step would set to mend a facet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// A bucket's being there.
    Bucket(BucketRef),
    /// Its versioning.
    Versioning(BucketRef),
    /// Its public-access block.
    PublicAccessBlock(BucketRef),
    /// Its object ownership.
    Ownership(BucketRef),
    /// Its default encryption.
    Encryption(BucketRef),
    /// Its tags.
    BucketTags(BucketRef),
    /// Its Object Lock.
    ObjectLock(BucketRef),
    /// Its lifecycle configuration.
    Lifecycle(BucketRef),
    /// Its CORS configuration.
    Cors(BucketRef),
    /// Where its access log goes.
    Logging(BucketRef),
    /// Its policy.
    BucketPolicy(BucketRef),
    /// Its replication configuration.
    Rules(BucketRef),
    /// A role's being there.
    Role(RoleArn),
    /// Who may assume it.
    Trust(RoleArn),
    /// Its permissions boundary.
    Boundary(RoleArn),
    /// Its tags.
    RoleTags(RoleArn),
    /// One of its inline policies.
    RolePolicy(RoleArn, String),
    /// A key's policy.
    KeyPolicy(KeyArn),
    /// A role of ours that the rules have left.
    StrayRole(RoleArn),
    /// An inline policy of ours on a role that the rules have left.
    StrayPolicy(RoleArn, String),
    /// A part of a trigger.
    Trigger(TriggerPart),
}

impl Part {
    /// The bucket that it is of.
    pub(crate) fn bucket(&self) -> Option<&BucketRef> {
        match self {
            Self::Bucket(at)
            | Self::Versioning(at)
            | Self::PublicAccessBlock(at)
            | Self::Ownership(at)
            | Self::Encryption(at)
            | Self::BucketTags(at)
            | Self::ObjectLock(at)
            | Self::Lifecycle(at)
            | Self::Cors(at)
            | Self::Logging(at)
            | Self::BucketPolicy(at)
            | Self::Rules(at) => Some(at),
            Self::Role(_)
            | Self::Trust(_)
            | Self::Boundary(_)
            | Self::RoleTags(_)
            | Self::RolePolicy(..)
            | Self::KeyPolicy(_)
            | Self::StrayRole(_)
            | Self::StrayPolicy(..)
            | Self::Trigger(_) => None,
        }
    }
}

/// One facet: what should be beside what is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Its name.
    pub facet: String,
    /// What a step would set.
    pub part: Part,
    /// What it should be; none: it should not be there.
    pub should: Option<String>,
    /// What it is; none: it is not there, or was not seen.
    pub is: Option<String>,
}

/// A facet that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its name.
    pub facet: String,
    /// What it should be.
    pub should: Option<String>,
    /// What it is.
    pub is: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
        write!(
            f,
            "{} is {}, should be {}",
            self.facet,
            text(&self.is),
            text(&self.should)
        )
    }
}

/// Every facet of what should be beside what is. Parts that were not looked at count as not there.
pub fn compare(desired: &Desired, observed: &Observed) -> Vec<Comparison> {
    let mut comparisons = Vec::new();
    for (at, bucket) in &desired.buckets {
        bucket::compare(at, bucket, observed.buckets.get(at), &mut comparisons);
    }
    for (arn, role) in &desired.roles {
        role::compare(arn, role, observed.roles.get(arn), &mut comparisons);
    }
    for (arn, role) in &desired.strays {
        role::compare_stray(arn, role, observed.roles.get(arn), &mut comparisons);
    }
    for (key, wanted) in &desired.keys {
        let policy = observed.keys.get(key).and_then(|k| k.policy.present());
        let label = format!("{}.key_policy", wanted.label);
        statements::compare(
            &label,
            &Part::KeyPolicy(key.clone()),
            &wanted.policy,
            policy,
            &mut comparisons,
        );
    }
    if let Some(wanted) = &desired.trigger {
        trigger::compare(wanted, observed.trigger.as_deref(), &mut comparisons);
    }
    comparisons
}

/// The facets that are not as they should be.
pub fn differences(desired: &Desired, observed: &Observed) -> Vec<Difference> {
    compare(desired, observed)
        .into_iter()
        .filter(|c| c.should != c.is)
        .map(|c| Difference {
            facet: c.facet,
            should: c.should,
            is: c.is,
        })
        .collect()
}

/// Two maps side by side: every name that is in either.
fn beside<'a>(
    should: &'a BTreeMap<String, String>,
    is: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = (&'a str, Option<String>, Option<String>)> {
    let names: BTreeSet<&String> = should.keys().chain(is.keys()).collect();
    names.into_iter().map(|name| {
        (
            name.as_str(),
            should.get(name).cloned(),
            is.get(name).cloned(),
        )
    })
}

/// Tags as a facet shows them: those of ours only, since others may tag what we made.
fn our_tags(should: &BTreeMap<String, String>, is: &BTreeMap<String, String>) -> String {
    let ours: BTreeMap<&String, &String> = is
        .iter()
        .filter(|(key, _)| should.contains_key(*key))
        .collect();
    serde_json::json!(ours).to_string()
}
