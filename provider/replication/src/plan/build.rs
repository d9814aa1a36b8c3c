//! The step that mends a part.

use std::collections::BTreeSet;

use super::Rank;
use crate::arn::RoleArn;
use crate::bucket::BucketRef;
use crate::desired::{Desired, DesiredBucket, DesiredRole, RoleStanding};
use crate::document::ReplicationDocument;
use crate::facet::Part;
use crate::facet::role::is_last;
use crate::observed::{Existence, Observed, ObservedBucket, ObservedRole, Seen};
use crate::policy::ResourcePolicy;
use crate::step::Step;

mod setting;
mod trigger;

/// The step that sets `part` as it should be. Several parts may name the same step; it is taken once.
pub(super) fn step(
    part: &Part,
    desired: &Desired,
    observed: &Observed,
    made: &BTreeSet<&BucketRef>,
) -> Option<(Rank, Step)> {
    if let Some(at) = part.bucket() {
        return bucket(part, at, desired.buckets.get(at)?, observed, made);
    }
    match part {
        Part::Role(arn)
        | Part::Trust(arn)
        | Part::Boundary(arn)
        | Part::RoleTags(arn)
        | Part::RolePolicy(arn, _) => role(part, arn, desired.roles.get(arn)?, observed),
        Part::StrayRole(arn) | Part::StrayPolicy(arn, _) => {
            let wanted = desired.strays.get(arn)?;
            let found = observed.roles.get(arn)?;
            let step = match part {
                Part::StrayPolicy(_, name) if !is_last(wanted, found) => Step::DeleteRolePolicy {
                    site: wanted.site.clone(),
                    role: arn.clone(),
                    name: name.clone(),
                },
                _ => delete_role(arn, wanted, found),
            };
            Some((Rank::Tidy, step))
        }
        Part::Trigger(part) => trigger::step(
            *part,
            desired.trigger.as_deref()?,
            observed.trigger.as_deref(),
        ),
        Part::KeyPolicy(key) => {
            let wanted = desired.keys.get(key)?;
            // Every key has a policy, and one that locks everybody out cannot be mended: unseen, it stays.
            let text = observed.keys.get(key)?.policy.present()?;
            let policy = ResourcePolicy::parse(text).ok()?;
            let policy = policy.merged(std::slice::from_ref(&wanted.policy))?;
            let step = Step::PutKeyPolicy {
                site: wanted.site.clone(),
                key: key.clone(),
                policy,
                owned: wanted.policy.clone(),
            };
            Some((Rank::Configure, step))
        }
        // Those of a bucket are seen to above.
        _ => None,
    }
}

/// The deletion of a role with those policies of ours that are on it.
pub(super) fn delete_role(arn: &RoleArn, wanted: &DesiredRole, found: &ObservedRole) -> Step {
    let there = |name: &&String| {
        found
            .policies
            .get(*name)
            .is_some_and(|policy| policy.present().is_some())
    };
    Step::DeleteRole {
        site: wanted.site.clone(),
        role: arn.clone(),
        policies: wanted.policies.keys().filter(there).cloned().collect(),
    }
}

/// A document that others may write too; `Err` where it was not seen, so that it must stay.
fn shared<T: Clone>(
    found: Option<&ObservedBucket>,
    seen: Option<&Seen<T>>,
) -> Result<Option<T>, Unseen> {
    if found.is_none_or(|bucket| bucket.existence != Existence::Exists) {
        return Ok(None);
    }
    match seen {
        Some(Seen::Present(document)) => Ok(Some(document.clone())),
        Some(Seen::Absent) => Ok(None),
        _ => Err(Unseen),
    }
}

/// What was not seen must not be overwritten.
struct Unseen;

fn bucket(
    part: &Part,
    at: &BucketRef,
    wanted: &DesiredBucket,
    observed: &Observed,
    made: &BTreeSet<&BucketRef>,
) -> Option<(Rank, Step)> {
    let found = observed.buckets.get(at);
    if let Some(bucket) = found
        && matches!(
            bucket.existence,
            Existence::Elsewhere { .. } | Existence::Forbidden { .. }
        )
    {
        return None;
    }
    let settings = if made.contains(at) {
        Rank::Configure
    } else {
        Rank::Make
    };
    let at = at.clone();
    let creation = wanted.creation.as_ref();
    let retention = creation.and_then(|creation| creation.retention.clone());
    Some(match part {
        Part::Bucket(_) => {
            // Without `creation` a missing bucket is a problem, not a step.
            let creation = wanted.creation.as_ref()?;
            let step = Step::CreateBucket {
                at,
                region: creation.region.clone(),
                object_lock: creation.object_lock,
                tags: setting::with_mirrored(creation.tags.clone(), wanted),
            };
            (Rank::Make, step)
        }
        // Made with it: see CreateBucket.
        Part::BucketTags(_) if made.contains(&at) => return None,
        Part::ObjectLock(_) if made.contains(&at) && retention.is_none() => return None,
        Part::Versioning(_) => (settings, Step::PutVersioning { at }),
        // Object Lock stands on versioning, which may be a step of this very plan.
        Part::ObjectLock(_) => (Rank::Configure, Step::PutObjectLock { at, retention }),
        // The bucket that takes it, and its permission, may be steps of this very plan.
        Part::Logging(_) => {
            let logging = wanted.logging.clone()?;
            (Rank::Replicate, Step::PutLogging { at, logging })
        }
        Part::BucketPolicy(_) => {
            let both = [wanted.policy.clone(), wanted.mirror.policy.clone()];
            let owned: Vec<_> = both.into_iter().flatten().collect();
            let policy = match shared(found, found.map(|b| &b.policy)).ok()? {
                Some(text) => ResourcePolicy::parse(&text).ok()?,
                None => ResourcePolicy::default(),
            };
            let policy = policy.merged(&owned);
            // It names a role, which may be a step of this very plan.
            (Rank::Configure, Step::PutBucketPolicy { at, policy, owned })
        }
        Part::Rules(_) => {
            let owned = wanted.rules.clone()?;
            let document = match shared(found, found.map(|b| &b.replication)).ok()? {
                Some(xml) => ReplicationDocument::parse(&xml).ok()?,
                None => ReplicationDocument::empty(""),
            };
            let document = document.merged(&owned).map(|d| d.to_xml());
            (
                Rank::Replicate,
                Step::PutReplicationRules {
                    at,
                    document,
                    owned,
                },
            )
        }
        _ => (settings, setting::step(part, at, wanted, found)?),
    })
}

fn role(
    part: &Part,
    arn: &RoleArn,
    wanted: &DesiredRole,
    observed: &Observed,
) -> Option<(Rank, Step)> {
    let exists = observed
        .roles
        .get(arn)
        .is_some_and(|r| r.role.present().is_some());
    let site = wanted.site.clone();
    let role = arn.clone();
    if let Part::RolePolicy(_, name) = part {
        let policy = wanted.policies.get(name)?.document.to_json();
        let step = Step::PutRolePolicy {
            site,
            role,
            name: name.clone(),
            policy,
        };
        return Some((Rank::Configure, step));
    }
    let RoleStanding::Ours(own) = &wanted.standing else {
        return None;
    };
    let step = match part {
        _ if !exists => Step::CreateRole {
            site,
            role,
            path: own.path.clone(),
            description: own.description.clone(),
            trust: own.trust.to_json(),
            boundary: own.boundary.clone(),
            tags: own.tags.clone(),
        },
        Part::Trust(_) => Step::PutRoleTrust {
            site,
            role,
            trust: own.trust.to_json(),
        },
        Part::Boundary(_) => Step::PutRoleBoundary {
            site,
            role,
            boundary: own.boundary.clone(),
        },
        Part::RoleTags(_) => Step::TagRole {
            site,
            role,
            tags: own.tags.clone(),
        },
        _ => return None,
    };
    Some((Rank::Make, step))
}
