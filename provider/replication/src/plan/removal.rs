//! Taking it all away again, without losing a byte.

use std::collections::{BTreeMap, BTreeSet};

use super::Plan;
use super::build::delete_role;
use super::problems::of_removal;
use crate::arn::RoleArn;
use crate::bucket::BucketRef;
use crate::desired::{Desired, DesiredBucket, DesiredRole};
use crate::document::ReplicationDocument;
use crate::facet::role::is_last;
use crate::observed::{Existence, Observed, ObservedBucket, ObservedRole, Reads};
use crate::policy::ResourcePolicy;
use crate::problem::Problem;
use crate::step::{PlannedStep, Stage, Step};

mod others;
mod trigger;

/// What may go besides what we put on buckets of others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Removal {
    /// Buckets that we made and that the user wants emptied and deleted, in as many words. One that others replicate from or
    /// to stays all the same.
    pub buckets: BTreeSet<BucketRef>,
}

impl Removal {
    /// Adds what to look at before a bucket is deleted: whether we made it, and who else stands on it.
    pub fn look(&self, reads: &mut Reads) {
        for at in &self.buckets {
            let bucket = reads.buckets.entry(at.clone()).or_default();
            bucket.tags = true;
            bucket.replication = true;
            bucket.policy = true;
        }
    }
}

/// The order of removal: rules first, so that S3 never works with half of its permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Rules,
    Policies,
    Roles,
    Objects,
    Buckets,
}

/// Plans the removal of everything in `desired` that is ours. Versioning stays on: switching it off could lose data.
///
/// Where something may be ours and will not be read, the plan has an error and no step: to take away the rest
/// and call it done would leave orphans that nobody remembers.
///
/// A bucket is deleted only where nobody else's replication is seen to stand on it; else a warning says whose.
pub fn plan_removal(desired: &Desired, observed: &Observed, removal: &Removal) -> Plan {
    let mut ranked: BTreeMap<Rank, Vec<PlannedStep>> = BTreeMap::new();
    let mut problems = of_removal(desired, observed, removal);
    let mut push = |rank: Rank, step: Step| {
        ranked.entry(rank).or_default().push(PlannedStep {
            step,
            because: vec!["removed".to_owned()],
        });
    };
    for (at, wanted) in &desired.buckets {
        let Some(found) = observed
            .buckets
            .get(at)
            .filter(|b| b.existence == Existence::Exists)
        else {
            continue;
        };
        remove_from_bucket(at, wanted, found, &mut push);
        if !removal.buckets.contains(at) {
            continue;
        }
        let others = others::on_bucket(wanted, found);
        if others.is_empty() {
            push(Rank::Objects, Step::EmptyBucket { at: at.clone() });
            push(Rank::Buckets, Step::DeleteBucket { at: at.clone() });
        } else {
            problems.push(others::keep(at, wanted, &others));
        }
    }
    for (key, wanted) in &desired.keys {
        let Some(text) = observed.keys.get(key).and_then(|k| k.policy.present()) else {
            continue;
        };
        let Ok(policy) = ResourcePolicy::parse(text) else {
            continue;
        };
        if policy.owned(&wanted.policy).is_empty() {
            continue;
        }
        let without = wanted.policy.without_statements();
        let merged = policy.merged(std::slice::from_ref(&without));
        if let Some(policy) = merged.filter(|policy| policy != text) {
            push(
                Rank::Policies,
                Step::PutKeyPolicy {
                    site: wanted.site.clone(),
                    key: key.clone(),
                    policy,
                    owned: without,
                },
            );
        }
    }
    if let (Some(wanted), Some(found)) = (&desired.trigger, &observed.trigger) {
        trigger::remove(wanted, found, &mut push);
    }
    for (arn, wanted) in desired.roles.iter().chain(&desired.strays) {
        if let Some(found) = observed.roles.get(arn) {
            remove_from_role(arn, wanted, found, desired, observed, &mut push);
        }
    }
    // Half of it would leave rules without their permissions, and nobody to know of them.
    if problems.iter().any(Problem::is_error) {
        ranked.clear();
    }
    Plan {
        stages: ranked.into_values().map(|steps| Stage { steps }).collect(),
        problems,
    }
}

fn remove_from_bucket(
    at: &BucketRef,
    wanted: &DesiredBucket,
    found: &ObservedBucket,
    push: &mut impl FnMut(Rank, Step),
) {
    if let Some(owned) = &wanted.rules
        && let Some(document) = found
            .replication
            .present()
            .and_then(|xml| ReplicationDocument::parse(xml).ok())
        && document.rules.iter().any(|r| owned.owns(&r.rule))
    {
        let owned = owned.without_rules();
        let document = document.merged(&owned).map(|d| d.to_xml());
        push(
            Rank::Rules,
            Step::PutReplicationRules {
                at: at.clone(),
                document,
                owned,
            },
        );
    }
    if let Some(owned) = wanted.policy.as_ref().filter(|owned| !owned.stays)
        && let Some(Ok(policy)) = found.policy.present().map(|t| ResourcePolicy::parse(t))
        && !policy.owned(owned).is_empty()
    {
        let owned = vec![owned.without_statements()];
        push(
            Rank::Policies,
            Step::PutBucketPolicy {
                at: at.clone(),
                policy: policy.merged(&owned),
                owned,
            },
        );
    }
}

fn remove_from_role(
    arn: &RoleArn,
    wanted: &DesiredRole,
    found: &ObservedRole,
    desired: &Desired,
    observed: &Observed,
    push: &mut impl FnMut(Rank, Step),
) {
    if found.role.present().is_none() {
        return;
    }
    let site = wanted.site.clone();
    let ours: Vec<&String> = wanted
        .policies
        .keys()
        .filter(|name| {
            found
                .policies
                .get(*name)
                .is_some_and(|p| p.present().is_some())
        })
        .collect();
    // Another pair's policy on the role, or a rule that stays and runs under it: the role is still in use.
    if is_last(wanted, found) && !still_named(arn, desired, observed) {
        push(Rank::Roles, delete_role(arn, wanted, found));
        return;
    }
    for name in ours {
        push(
            Rank::Policies,
            Step::DeleteRolePolicy {
                site: site.clone(),
                role: arn.clone(),
                name: name.clone(),
            },
        );
    }
}

/// Whether rules of others, which stay, run under the role.
fn still_named(arn: &RoleArn, desired: &Desired, observed: &Observed) -> bool {
    desired.buckets.iter().any(|(at, wanted)| {
        let document = observed
            .buckets
            .get(at)
            .and_then(|b| b.replication.present())
            .and_then(|xml| ReplicationDocument::parse(xml).ok());
        match (document, &wanted.rules) {
            (Some(document), Some(owned)) => {
                document.role == arn.as_str() && document.foreign(owned).next().is_some()
            }
            _ => false,
        }
    })
}
