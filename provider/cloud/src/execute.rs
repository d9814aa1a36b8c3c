//! Taking the steps of a plan: stage after stage, the targets of a stage at once, the steps of a target in their order.

use std::collections::BTreeMap;

use futures::future::{join, join_all};
use replication::step::{PlannedStep, Target};
use replication::{Plan, Stage, Step};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::ahead::Ahead;
use crate::cloud::Cloud;
use crate::error::{CloudError, ExecuteError};
use crate::job::Job;
use crate::wait::{Patience, cut_off, over};

mod ahead;
mod bucket;
mod cors;
mod creation;
mod emptying;
mod key;
mod lifecycle;
mod lock_and_log;
mod policy;
mod replication_rules;
mod role;
mod tags;
mod trigger;

/// Takes the plan. After a stage in which a step failed no other is begun, and what the stage still waits for is given up: the
/// reason may be the same, such as a bucket that was deleted.
pub(crate) async fn execute(cloud: &Cloud, plan: &Plan, job: &Job) -> Result<(), ExecuteError> {
    let began = Instant::now();
    let total = plan.steps().count();
    let mut taken = 0;
    let mut ahead = Ahead::default();
    for (number, stage) in plan.stages.iter().enumerate() {
        let steps = targets(stage).into_values();
        let under = Under {
            job,
            began,
            failed: CancellationToken::new(),
        };
        let work = join_all(steps.map(|steps| take_all(cloud, &under, &ahead, steps)));
        let next = Ahead::read(cloud, plan.stages.get(number + 1));
        let (outcomes, next) = join(work, next).await;
        ahead = next;
        let mut failures = Vec::new();
        for outcome in outcomes {
            taken += outcome.taken;
            failures.extend(outcome.failure);
        }
        if !failures.is_empty() {
            return Err(ExecuteError {
                failures,
                taken,
                left: total - taken,
            });
        }
    }
    Ok(())
}

/// The steps of a stage by what they write to.
fn targets(stage: &Stage) -> BTreeMap<Target, Vec<&PlannedStep>> {
    let mut targets: BTreeMap<Target, Vec<&PlannedStep>> = BTreeMap::new();
    for step in &stage.steps {
        targets.entry(step.step.target()).or_default().push(step);
    }
    targets
}

/// What the steps of a stage are taken under.
struct Under<'a> {
    job: &'a Job,
    /// When the plan's first step was begun.
    began: Instant,
    /// Cancelled when a step of the stage has failed.
    failed: CancellationToken,
}

/// How far the steps on one target came.
struct Outcome {
    taken: usize,
    failure: Option<CloudError>,
}

async fn take_all(
    cloud: &Cloud,
    under: &Under<'_>,
    ahead: &Ahead,
    steps: Vec<&PlannedStep>,
) -> Outcome {
    let mut taken = 0;
    for planned in steps {
        if let Err(failure) = take(cloud, under, ahead, planned).await {
            under.failed.cancel();
            let failure = Some(failure);
            return Outcome { taken, failure };
        }
        taken += 1;
    }
    Outcome {
        taken,
        failure: None,
    }
}

async fn take(
    cloud: &Cloud,
    under: &Under<'_>,
    ahead: &Ahead,
    planned: &PlannedStep,
) -> Result<(), CloudError> {
    let job = under.job;
    let (step, read) = ahead.of(&planned.step);
    let target = step.target();
    if let Some(ended) = over(job) {
        return Err(ended.before(step.to_string(), target));
    }
    let because = planned.because.join(", ");
    tracing::info!(step = %step, because, "taking a step");
    let looked = read.unwrap_or(under.began);
    let patience = Patience::new(job, &under.failed, &cloud.inner.recent, step, looked);
    // Each kind of step is some kilobytes of state: boxed, only the one that runs takes them.
    let work = async {
        match &target {
            Target::Bucket(at) => Box::pin(bucket::take(cloud, at, step, patience)).await,
            Target::Role(role) => Box::pin(role::take(cloud, role, step, patience)).await,
            Target::Key(key) => Box::pin(key::take(cloud, key, step, patience)).await,
            Target::Resource(at) => Box::pin(trigger::take(cloud, at, step, patience)).await,
        }
    };
    let result = tokio::select! {
        result = work => result,
        ended = cut_off(job) => Err(ended.before(step.to_string(), target.clone())),
    };
    match &result {
        Ok(()) => {
            if is_made_known_slowly(step) {
                cloud.inner.recent.note(target);
            }
        }
        Err(error) => tracing::warn!(step = %step, error = %error, "a step failed"),
    }
    result
}

/// Whether services need a while to know what the step did. A bucket that others made and that took a step is known.
fn is_made_known_slowly(step: &Step) -> bool {
    matches!(
        step,
        Step::CreateBucket { .. }
            | Step::CreateRole { .. }
            | Step::PutRoleTrust { .. }
            | Step::PutRolePolicy { .. }
    )
}
