//! Rehearsal: whether the policies that would exist let S3 replicate, and which objects fail where they do not.
//!
//! S3 takes any role and any key with an answer of 200, and then fails the objects. So what S3 needs of a pair ([`needs`]) is
//! put before the policies that the pair's plan would leave ([`Papers`]), by [`evaluate`](crate::policy::evaluate). What S3
//! reports for an object that fails is the event's `failureReason`.
//!
//! Service control policies, session policies and the contents of permissions boundaries are not in it: nothing here knows them.

use std::collections::BTreeMap;

use crate::arn::{KeyArn, RoleArn};
use crate::bucket::BucketRef;
use crate::desired::{Desired, RoleStanding};
use crate::observed::{Existence, Observed, Seen};
use crate::pair::Pair;
use crate::policy::ResourcePolicy;
use crate::policy::evaluate::{Decision, Request, evaluate};

mod needs;

pub use needs::{Need, Subject, needs};

/// What a role says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RolePapers {
    /// Its trust policy; none: not known.
    pub trust: Option<String>,
    /// Its policies by name, as far as they are known.
    pub policies: BTreeMap<String, String>,
    /// Whether these are all: a role that others made may have more.
    pub whole: bool,
}

/// The policies that would exist.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Papers {
    /// Of the roles.
    pub roles: BTreeMap<RoleArn, RolePapers>,
    /// Of the buckets, others' statements included where they were seen.
    pub buckets: BTreeMap<BucketRef, String>,
    /// Of the keys, likewise.
    pub keys: BTreeMap<KeyArn, String>,
}

impl Papers {
    /// The policies that would exist once what should be is.
    pub fn of(desired: &Desired, observed: &Observed) -> Self {
        let mut papers = Self::default();
        for (arn, role) in &desired.roles {
            let ours = match &role.standing {
                RoleStanding::Ours(own) => Some(own.trust.to_json()),
                RoleStanding::Guest => None,
            };
            let found = observed.roles.get(arn).and_then(|role| role.role.present());
            let policies = role
                .policies
                .iter()
                .map(|(name, policy)| (name.clone(), policy.document.to_json()));
            let of_role = RolePapers {
                whole: ours.is_some(),
                trust: ours.or_else(|| found.map(|facts| facts.trust.clone())),
                policies: policies.collect(),
            };
            papers.roles.insert(arn.clone(), of_role);
        }
        // A bucket that is yet to be made has no policy but ours.
        for (at, found) in &observed.buckets {
            if found.existence == Existence::Exists
                && let Seen::Present(text) = &found.policy
            {
                papers.buckets.insert(at.clone(), text.clone());
            }
        }
        for (at, wanted) in &desired.buckets {
            let owned: Vec<_> = [wanted.policy.clone(), wanted.mirror.policy.clone()]
                .into_iter()
                .flatten()
                .collect();
            if owned.is_empty() {
                continue;
            }
            let standing = papers
                .buckets
                .get(at)
                .and_then(|text| ResourcePolicy::parse(text).ok())
                .unwrap_or_default();
            papers
                .buckets
                .insert(at.clone(), standing.merged(&owned).unwrap_or_default());
        }
        for (key, wanted) in &desired.keys {
            let seen = observed.keys.get(key).and_then(|key| key.policy.present());
            let standing = seen
                .and_then(|text| ResourcePolicy::parse(text).ok())
                .unwrap_or_default();
            if let Some(text) = standing.merged(std::slice::from_ref(&wanted.policy)) {
                papers.keys.insert(key.clone(), text);
            }
        }
        papers
    }

    /// Adds what another resource of the same plan would leave: a role's policies add up.
    pub fn extend(&mut self, other: Self) {
        for (arn, role) in other.roles {
            let known = self.roles.entry(arn).or_default();
            known.trust = known.trust.take().or(role.trust);
            known.policies.extend(role.policies);
            known.whole |= role.whole;
        }
        self.buckets.extend(other.buckets);
        self.keys.extend(other.keys);
    }
}

/// What came of a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is allowed.
    Allowed,
    /// It is not: in words, by what.
    Refused(String),
    /// It cannot be told: why.
    Unknown(String),
}

/// Puts a need before the policies that would exist.
pub fn rehearse(need: &Need, papers: &Papers) -> Outcome {
    let decide = |text: &str| evaluate([text], &need.request);
    match &need.subject {
        Subject::Trust => match papers.roles.get(&need.role).and_then(|r| r.trust.as_ref()) {
            Some(trust) => outcome(decide(trust), "the trust policy of the role", need),
            None => Outcome::Unknown(format!("the trust policy of {} is not known", need.role)),
        },
        Subject::Role => match papers.roles.get(&need.role) {
            Some(role) => {
                let decision = evaluate(role.policies.values().map(String::as_str), &need.request);
                if decision == Decision::NotAllowed && !role.whole {
                    return Outcome::Unknown(format!(
                        "{} is a role that others made, and its own policies are not known here",
                        need.role
                    ));
                }
                outcome(decision, "the role's policies", need)
            }
            None => Outcome::Unknown(format!(
                "{} is a role that others made, and its policies are not known here",
                need.role
            )),
        },
        Subject::Bucket { at, must_allow } => {
            let text = papers
                .buckets
                .get(at)
                .map(String::as_str)
                .unwrap_or_default();
            of_resource(
                decide(text),
                *must_allow,
                &format!("the policy of bucket {at}"),
                need,
            )
        }
        Subject::Key { key, must_allow } => match papers.keys.get(key) {
            Some(text) => of_resource(
                decide(text),
                *must_allow,
                &format!("the policy of {key}"),
                need,
            ),
            None if *must_allow => Outcome::Unknown(format!("the policy of {key} is not known")),
            None => Outcome::Allowed,
        },
    }
}

fn of_resource(decision: Decision, must_allow: bool, which: &str, need: &Need) -> Outcome {
    if decision == Decision::NotAllowed && !must_allow {
        return Outcome::Allowed;
    }
    outcome(decision, which, need)
}

fn outcome(decision: Decision, which: &str, need: &Need) -> Outcome {
    let Request {
        action, resource, ..
    } = &need.request;
    match decision {
        Decision::Allowed => Outcome::Allowed,
        Decision::NotAllowed => Outcome::Refused(format!(
            "no statement of {which} allows {action} on {resource}"
        )),
        Decision::Denied => Outcome::Refused(format!(
            "a statement of {which} denies {action} on {resource}"
        )),
    }
}

impl Pair {
    /// The policies of its buckets: a rehearsal reads them whether or not the pair writes them, since others may deny there.
    pub fn rehearsal_reads(&self) -> crate::observed::Reads {
        let mut reads = self.reads();
        for bucket in reads.buckets.values_mut() {
            bucket.policy = true;
        }
        reads
    }
}

#[cfg(test)]
mod tests;
