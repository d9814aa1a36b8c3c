//! From what should be and what is to the steps between.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::bucket::BucketRef;
use crate::desired::Desired;
use crate::facet::{Part, compare};
use crate::observed::Observed;
use crate::problem::Problem;
use crate::step::{PlannedStep, Stage};

mod build;
mod problems;
mod removal;
mod sizes;

pub use removal::{Removal, plan_removal};

/// The steps between what is and what should be, and what they cannot mend.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Take these in order; the steps of a stage at once.
    pub stages: Vec<Stage>,
    /// What no step mends. With an error among them, take no step.
    pub problems: Vec<Problem>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// Every step in its order.
    pub fn steps(&self) -> impl Iterator<Item = &PlannedStep> {
        self.stages.iter().flat_map(|stage| &stage.steps)
    }

    /// Whether a problem stops it.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }

    /// One line a step, for logs, snapshots and people.
    pub fn describe(&self) -> String {
        let mut text = String::new();
        for (number, stage) in self.stages.iter().enumerate() {
            for step in &stage.steps {
                // Writing to a String cannot fail.
                let _ = writeln!(
                    text,
                    "{}. {} ({})",
                    number + 1,
                    step.step,
                    step.because.join(", ")
                );
            }
        }
        text
    }
}

/// When a step may be taken: what it stands on comes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Buckets and roles come into being; settings of buckets that were there.
    Make,
    /// Settings of buckets that were just made; policies that name a role.
    Configure,
    /// Rules: after all that they need, so that no object meets one whose permissions are still missing.
    Replicate,
    /// What the rules no longer need.
    Tidy,
}

/// Plans what leads from `observed` to `desired`.
///
/// A step is planned exactly for the parts whose facets differ, so planning after it was taken gives nothing.
pub fn plan(desired: &Desired, observed: &Observed) -> Plan {
    let mut problems = desired.problems.clone();
    problems.extend(problems::problems(desired, observed));

    let mut because: BTreeMap<Part, Vec<String>> = BTreeMap::new();
    for comparison in compare(desired, observed) {
        if comparison.should != comparison.is {
            because
                .entry(comparison.part)
                .or_default()
                .push(comparison.facet);
        }
    }
    let made: BTreeSet<&BucketRef> = because
        .keys()
        .filter_map(|part| match part {
            Part::Bucket(at) => Some(at),
            _ => None,
        })
        .collect();

    let mut ranked: BTreeMap<Rank, Vec<PlannedStep>> = BTreeMap::new();
    for (part, facets) in &because {
        if let Some((rank, step)) = build::step(part, desired, observed, &made) {
            let steps = ranked.entry(rank).or_default();
            match steps.iter_mut().find(|planned| planned.step == step) {
                Some(planned) => planned.because.extend(facets.iter().cloned()),
                None => steps.push(PlannedStep {
                    step,
                    because: facets.clone(),
                }),
            }
        }
    }
    problems.extend(sizes::problems(
        desired,
        observed,
        ranked.values().flatten().map(|planned| &planned.step),
    ));
    let stages = ranked.into_values().map(|steps| Stage { steps }).collect();
    Plan { stages, problems }
}
