//! How each part stands: what a plan would say, as a report for people who only want to know.
//!
//! [`examine`] puts every facet beside what was seen, as [`plan()`](crate::plan()) does, and says of each whether it is as it
//! should be, differs, is not there, or could not be seen. It takes the remedies from the very steps that a plan would take,
//! so a report and an apply cannot disagree.

use std::collections::{BTreeMap, BTreeSet};

use crate::bucket::BucketRef;
use crate::desired::Desired;
use crate::facet::{Comparison, Part, TriggerPart, compare};
use crate::observed::{Existence, Observed, ObservedBucket, Seen};
use crate::plan::{Plan, plan};
use crate::problem::Problem;
use crate::trigger::ObservedTrigger;

mod outranked;

pub use outranked::outranked;

/// How one facet stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FacetStanding {
    /// As it should be.
    InSync,
    /// Something else than it should be, or there although it should not be.
    Drifted,
    /// Not there.
    Missing,
    /// The service would not say.
    Unknown(Denial),
}

/// A refusal to say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Denial {
    /// The action that is not allowed.
    pub action: String,
    /// The service's own words.
    pub message: String,
}

impl Denial {
    /// Why something was not seen; none where it was, or was not looked at.
    pub fn of<T>(seen: &Seen<T>) -> Option<Self> {
        match seen {
            Seen::Denied { action, message } => Some(Self {
                action: action.clone(),
                message: message.clone(),
            }),
            _ => None,
        }
    }
}

/// One facet, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetHealth {
    /// Its name.
    pub facet: String,
    /// How it stands.
    pub standing: FacetStanding,
    /// What it should be.
    pub should: Option<String>,
    /// What it is.
    pub is: Option<String>,
    /// The step that an apply would take; none where nothing is amiss or no step mends it.
    pub remedy: Option<String>,
}

/// How everything that should be stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// Every facet, in the model's order.
    pub facets: Vec<FacetHealth>,
    /// What no step mends, except what [`FacetStanding::Unknown`] says already.
    pub problems: Vec<Problem>,
    /// Every refusal, also those of what no facet shows.
    pub denials: BTreeSet<Denial>,
}

/// Says how each facet of `desired` stands.
pub fn examine(desired: &Desired, observed: &Observed) -> Health {
    let steps = plan(desired, observed);
    let remedies = remedies(&steps);
    let mut facets = Vec::new();
    for comparison in compare(desired, observed) {
        if comes_with_its_bucket(&comparison.part, observed) {
            continue;
        }
        let standing = standing(&comparison, observed);
        let Comparison {
            facet, should, is, ..
        } = comparison;
        let mut is = is;
        if let (Part::Bucket(at), FacetStanding::Drifted) = (&comparison.part, &standing) {
            is = elsewhere(at, observed);
        }
        let amiss = matches!(standing, FacetStanding::Drifted | FacetStanding::Missing);
        let remedy = amiss.then(|| remedies.get(&facet).cloned()).flatten();
        facets.push(FacetHealth {
            facet,
            standing,
            should,
            is,
            remedy,
        });
    }
    Health {
        facets,
        problems: steps
            .problems
            .into_iter()
            .filter(|problem| !problem.unseen)
            .collect(),
        denials: denials(desired, observed),
    }
}

fn remedies(plan: &Plan) -> BTreeMap<String, String> {
    let mut remedies = BTreeMap::new();
    for step in plan.steps() {
        for facet in &step.because {
            remedies.insert(facet.clone(), step.step.to_string());
        }
    }
    remedies
}

/// Of a bucket that is not there, or is in another region, its being there is the one thing to say.
fn comes_with_its_bucket(part: &Part, observed: &Observed) -> bool {
    if matches!(part, Part::Bucket(_)) {
        return false;
    }
    part.bucket()
        .and_then(|at| observed.buckets.get(at))
        .is_some_and(|bucket| {
            matches!(
                bucket.existence,
                Existence::Missing | Existence::Elsewhere { .. }
            )
        })
}

fn elsewhere(at: &BucketRef, observed: &Observed) -> Option<String> {
    match &observed.buckets.get(at)?.existence {
        Existence::Elsewhere { region } => Some(match region {
            Some(region) => format!("in {region}"),
            None => "in another region".to_owned(),
        }),
        _ => None,
    }
}

fn standing(comparison: &Comparison, observed: &Observed) -> FacetStanding {
    // What should not be there and was not seen is not worth an alarm: an apply does without, too.
    if comparison.should.is_none() && comparison.is.is_none() {
        return FacetStanding::InSync;
    }
    if let Some(denial) = denial(&comparison.part, observed) {
        return FacetStanding::Unknown(denial);
    }
    if comparison.should == comparison.is {
        return FacetStanding::InSync;
    }
    if let Part::Bucket(at) = &comparison.part
        && elsewhere(at, observed).is_some()
    {
        return FacetStanding::Drifted;
    }
    if comparison.is.is_none() {
        FacetStanding::Missing
    } else {
        FacetStanding::Drifted
    }
}

/// Why a part could not be seen; none where it was.
fn denial(part: &Part, observed: &Observed) -> Option<Denial> {
    if let Some(at) = part.bucket() {
        let bucket = observed.buckets.get(at)?;
        return match part {
            Part::Bucket(_) => match &bucket.existence {
                Existence::Forbidden { message } => {
                    Some(of_bucket(bucket).pop_first().unwrap_or(Denial {
                        action: "s3:ListBucket".to_owned(),
                        message: message.clone(),
                    }))
                }
                _ => None,
            },
            Part::Versioning(_) => Denial::of(&bucket.versioning),
            Part::PublicAccessBlock(_) => Denial::of(&bucket.public_access_block),
            Part::Ownership(_) => Denial::of(&bucket.ownership),
            Part::Encryption(_) => Denial::of(&bucket.encryption),
            Part::BucketTags(_) => Denial::of(&bucket.tags),
            Part::ObjectLock(_) => Denial::of(&bucket.object_lock),
            Part::Lifecycle(_) => Denial::of(&bucket.lifecycle),
            Part::Cors(_) => Denial::of(&bucket.cors),
            Part::Logging(_) => Denial::of(&bucket.logging),
            Part::BucketPolicy(_) => Denial::of(&bucket.policy),
            _ => Denial::of(&bucket.replication),
        };
    }
    match part {
        Part::Role(arn) | Part::Trust(arn) | Part::Boundary(arn) | Part::RoleTags(arn) => {
            Denial::of(&observed.roles.get(arn)?.role)
        }
        Part::RolePolicy(arn, name) | Part::StrayPolicy(arn, name) => {
            let role = observed.roles.get(arn)?;
            role.policies
                .get(name)
                .and_then(Denial::of)
                .or_else(|| Denial::of(&role.role))
        }
        Part::StrayRole(arn) => {
            let role = observed.roles.get(arn)?;
            Denial::of(&role.role).or_else(|| Denial::of(&role.policy_names))
        }
        Part::KeyPolicy(key) => Denial::of(&observed.keys.get(key)?.policy),
        Part::Trigger(part) => of_trigger(*part, observed.trigger.as_deref()?),
        _ => None,
    }
}

fn of_trigger(part: TriggerPart, seen: &ObservedTrigger) -> Option<Denial> {
    match part {
        TriggerPart::DeadLetterQueue
        | TriggerPart::DeadLetterTags
        | TriggerPart::Queue
        | TriggerPart::QueueTags => seen.queues.values().find_map(Denial::of),
        TriggerPart::Rule
        | TriggerPart::RuleTarget
        | TriggerPart::RuleTags
        | TriggerPart::Look
        | TriggerPart::LookTarget
        | TriggerPart::LookTags => seen.rules.values().find_map(Denial::of),
        TriggerPart::FunctionCode | TriggerPart::Function | TriggerPart::FunctionTags => {
            Denial::of(&seen.function)
        }
        TriggerPart::Mapping => Denial::of(&seen.mapping),
    }
}

fn of_bucket(bucket: &ObservedBucket) -> BTreeSet<Denial> {
    [
        Denial::of(&bucket.versioning),
        Denial::of(&bucket.replication),
        Denial::of(&bucket.policy),
        Denial::of(&bucket.encryption),
        Denial::of(&bucket.ownership),
        Denial::of(&bucket.public_access_block),
        Denial::of(&bucket.tags),
        Denial::of(&bucket.object_lock),
        Denial::of(&bucket.lifecycle),
        Denial::of(&bucket.cors),
        Denial::of(&bucket.logging),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What of the things that should be may not be looked at.
fn denials(desired: &Desired, observed: &Observed) -> BTreeSet<Denial> {
    let mut denials: BTreeSet<Denial> = observed.buckets.values().flat_map(of_bucket).collect();
    let roles = desired.roles.keys();
    for role in roles.filter_map(|arn| observed.roles.get(arn)) {
        denials.extend(Denial::of(&role.role));
        denials.extend(role.policies.values().filter_map(Denial::of));
    }
    let keys = desired.keys.keys();
    denials.extend(keys.filter_map(|key| Denial::of(&observed.keys.get(key)?.policy)));
    denials
}
