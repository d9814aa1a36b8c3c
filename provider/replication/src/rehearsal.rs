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
use crate::desired::{Desired, OwnedStatements, RoleStanding};
use crate::observed::{Existence, Observed, Seen};
use crate::pair::Pair;
use crate::policy::ResourcePolicy;
use crate::policy::evaluate::{Decision, PartlyDenied, Request, denied_in_part, evaluate};

mod needs;
mod standing;

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

/// A policy that many write: what others have in it, and what is ours.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SharedPapers {
    /// What stands there, or why that is not known.
    pub standing: Seen<String>,
    /// Our statements, of each resource of the plan.
    pub owned: Vec<OwnedStatements>,
}

impl SharedPapers {
    /// Whether anything is known of what stands there, if only that it may not be read.
    fn was_seen(&self) -> bool {
        matches!(self.standing, Seen::Present(_) | Seen::Denied { .. })
    }

    /// What it would say, as far as it is known.
    fn text(&self) -> String {
        let standing = self.standing.present();
        if self.owned.is_empty() {
            return standing.cloned().unwrap_or_default();
        }
        standing
            .and_then(|text| ResourcePolicy::parse(text).ok())
            .unwrap_or_default()
            .merged(&self.owned)
            .unwrap_or_default()
    }

    /// Each resource has statements of its own in it.
    fn extend(&mut self, other: Self) {
        if !matches!(other.standing, Seen::NotLooked) {
            self.standing = other.standing;
        }
        self.owned.extend(other.owned);
    }
}

/// The policies that would exist.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Papers {
    /// Of the roles.
    pub roles: BTreeMap<RoleArn, RolePapers>,
    /// Of the buckets, others' statements included where they were seen.
    pub buckets: BTreeMap<BucketRef, SharedPapers>,
    /// Of the keys, likewise.
    pub keys: BTreeMap<KeyArn, SharedPapers>,
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
        for (at, found) in &observed.buckets {
            let standing = match &found.existence {
                Existence::Exists => found.policy.clone(),
                Existence::Forbidden { message } => Seen::Denied {
                    action: "s3:ListBucket".to_owned(),
                    message: message.clone(),
                },
                // A bucket that is yet to be made has no policy but ours.
                Existence::Missing | Existence::Elsewhere { .. } => continue,
            };
            papers.buckets.entry(at.clone()).or_default().standing = standing;
        }
        for (at, wanted) in &desired.buckets {
            let owned = [wanted.policy.clone(), wanted.mirror.policy.clone()];
            let of_bucket = papers.buckets.entry(at.clone()).or_default();
            of_bucket.owned.extend(owned.into_iter().flatten());
        }
        for (key, found) in &observed.keys {
            papers.keys.entry(key.clone()).or_default().standing = found.policy.clone();
        }
        for (key, wanted) in &desired.keys {
            let of_key = papers.keys.entry(key.clone()).or_default();
            of_key.owned.push(wanted.policy.clone());
        }
        papers
    }

    /// Adds what another resource of the same plan would leave: policies add up.
    pub fn extend(&mut self, other: Self) {
        for (arn, role) in other.roles {
            let known = self.roles.entry(arn).or_default();
            known.trust = known.trust.take().or(role.trust);
            known.policies.extend(role.policies);
            known.whole |= role.whole;
        }
        for (at, policy) in other.buckets {
            self.buckets.entry(at).or_default().extend(policy);
        }
        for (key, policy) in other.keys {
            self.keys.entry(key).or_default().extend(policy);
        }
    }
}

/// What came of a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is allowed.
    Allowed,
    /// It is not: in words, by what.
    Refused(String),
    /// It is not for some objects: in words, for which and by what.
    RefusedInPart(String),
    /// It cannot be told.
    Unknown {
        /// Why.
        why: String,
        /// The action that whoever looked may not do, where that is why.
        lacks: Option<String>,
    },
}

impl Outcome {
    fn unknown(why: String) -> Self {
        Self::Unknown { why, lacks: None }
    }
}

/// Puts a need before the policies that would exist.
pub fn rehearse(need: &Need, papers: &Papers) -> Outcome {
    let outcome = as_asked(need, papers);
    let Some(otherwise) = &need.otherwise else {
        return outcome;
    };
    let other = Need {
        request: otherwise.clone(),
        ..need.clone()
    };
    match (outcome, as_asked(&other, papers)) {
        (Outcome::Allowed, Outcome::Refused(why)) | (Outcome::Refused(why), Outcome::Allowed) => {
            Outcome::unknown(format!(
                "{why}, or it does: that depends on whether the bucket has an S3 Bucket Key, which is not known here"
            ))
        }
        (Outcome::Allowed, other) => other,
        (outcome, _) => outcome,
    }
}

fn as_asked(need: &Need, papers: &Papers) -> Outcome {
    match &need.subject {
        Subject::Trust => match papers.roles.get(&need.role).and_then(|r| r.trust.as_ref()) {
            Some(trust) => decide(&[trust], true, "the trust policy of the role", need),
            None => Outcome::unknown(format!("the trust policy of {} is not known", need.role)),
        },
        Subject::Role => match papers.roles.get(&need.role) {
            Some(role) => {
                let policies: Vec<&str> = role.policies.values().map(String::as_str).collect();
                let decision = evaluate(policies.iter().copied(), &need.request);
                if decision == Decision::NotAllowed && !role.whole {
                    return Outcome::unknown(format!(
                        "{} is a role that others made, and its own policies are not known here",
                        need.role
                    ));
                }
                decide(&policies, true, "the role's policies", need)
            }
            None => Outcome::unknown(format!(
                "{} is a role that others made, and its policies are not known here",
                need.role
            )),
        },
        Subject::Bucket { at, must_allow } => of_shared(
            papers.buckets.get(at),
            *must_allow,
            &format!("the policy of bucket {at}"),
            need,
        ),
        // Our statements open a key to another account's role; to one of its own account it is the rest that does.
        Subject::Key { key, must_be_known } => match papers.keys.get(key) {
            Some(papers) if papers.was_seen() || *must_be_known && !papers.owned.is_empty() => {
                of_shared(Some(papers), true, &format!("the policy of {key}"), need)
            }
            _ if *must_be_known => Outcome::unknown(format!("the policy of {key} is not known")),
            _ => Outcome::Allowed,
        },
    }
}

/// What a policy that others put on the role has against a need. It need not allow anything.
pub fn under_policy_of_others(need: &Need, policy: &str) -> Outcome {
    decide(&[policy], false, "it", need)
}

fn of_shared(papers: Option<&SharedPapers>, must_allow: bool, which: &str, need: &Need) -> Outcome {
    let text = papers.map(SharedPapers::text).unwrap_or_default();
    let outcome = decide(&[&text], must_allow, which, need);
    // Others may deny in what may not be read, and allow in it what ours does not.
    if let Some(Seen::Denied { action, message }) = papers.map(|papers| &papers.standing) {
        return Outcome::Unknown {
            why: format!("{which} may not be read. The service answers: {message}"),
            lacks: Some(action.clone()),
        };
    }
    outcome
}

/// `must_allow`: else it is enough that nothing denies.
fn decide(policies: &[&str], must_allow: bool, which: &str, need: &Need) -> Outcome {
    let Request {
        action, resource, ..
    } = &need.request;
    let policies = policies.iter().copied();
    match evaluate(policies.clone(), &need.request) {
        Decision::Denied => Outcome::Refused(format!(
            "a statement of {which} denies {action} on {resource}"
        )),
        Decision::MaybeDenied(by) => Outcome::unknown(format!(
            "a statement of {which} denies {action} on {resource}, unless {by} says otherwise, which cannot be judged here"
        )),
        Decision::NotAllowed if must_allow => Outcome::Refused(format!(
            "no statement of {which} allows {action} on {resource}"
        )),
        Decision::MaybeAllowed(by) if must_allow => Outcome::unknown(format!(
            "a statement of {which} allows {action} on {resource} only by {by}, which cannot be judged here"
        )),
        Decision::Allowed | Decision::NotAllowed | Decision::MaybeAllowed(_) => {
            let parts = denied_in_part(policies, &need.request, &need.objects);
            in_part(&parts, which, action)
        }
    }
}

fn in_part(parts: &[PartlyDenied], which: &str, action: &str) -> Outcome {
    let named = |judged: bool| {
        let of_kind = parts.iter().filter(|part| part.maybe.is_none() == judged);
        let patterns: Vec<&str> = of_kind.map(|part| part.objects.as_str()).collect();
        patterns.join(" and ")
    };
    let (surely, maybe) = (named(true), named(false));
    let by = parts.iter().find_map(|part| part.maybe.as_ref());
    match (surely.as_str(), by) {
        ("", None) => Outcome::Allowed,
        ("", Some(by)) => Outcome::unknown(format!(
            "a statement of {which} denies {action} on {maybe}, unless {by} says otherwise, which cannot be judged here"
        )),
        (surely, _) => Outcome::RefusedInPart(format!(
            "a statement of {which} denies {action} on {surely}"
        )),
    }
}

impl Pair {
    /// The policies of its buckets and keys too: a rehearsal reads them whether or not the pair writes them. Others may deny
    /// there, and a key whose policy does not let the role in opens to no role of its account.
    pub fn rehearsal_reads(&self) -> crate::observed::Reads {
        let mut reads = self.reads();
        let keys = [&self.source, &self.destination].map(|side| side.key.is_some());
        for bucket in reads.buckets.values_mut() {
            bucket.policy = true;
            bucket.encryption |= keys.contains(&true);
        }
        for key in reads.keys.values_mut() {
            key.policy = true;
        }
        reads
    }
}

#[cfg(test)]
mod tests;
