//! Taking a pair away, or a part of it.

use cloud::Job;
use replication::bucket::BucketRef;
use replication::desired::MADE_BY;
use replication::observed::{BucketReads, Reads};
use replication::{Desired, Observed, Pair, Removal};
use tfplugin::{ApplyRequest, ApplyResponse, Context, Diagnostics, Path};
use tokio::time::Instant;

use super::attempts::Attempts;
use super::config::{Operation, PairAttributes, Resolution};
use super::deletion;
use crate::diagnostics::{add_error, add_failure, add_problems};
use crate::runtime::Runtime;

/// Private data beside a pair whose creation failed half-way. Terraform then replaces it, and the removal of what
/// was never whole must not empty a bucket on the way to making it again.
pub const INCOMPLETE: &[u8] = b"incomplete";

/// Whether a bucket carries the tag that we make buckets with.
pub fn is_made_by_us(observed: Option<&Observed>, at: &BucketRef) -> bool {
    observed
        .and_then(|observed| observed.buckets.get(at)?.tags.present())
        .is_some_and(|tags| tags.contains_key(MADE_BY.0))
}

/// Removes what of an old pair is not desired any more: after the new is there, so that no object falls in between.
/// Whether all of it is gone; if not, a diagnostic says why.
pub async fn remove_leftovers(
    runtime: &Runtime,
    job: &Job,
    old: &Pair,
    desired: &Desired,
    diagnostics: &mut Diagnostics,
) -> bool {
    let reads = old.removal_reads();
    let observed = match runtime.observe(&reads, |seen| old.reads_after(seen)).await {
        Ok(observed) => observed,
        Err(error) => {
            add_error(Path::root(), &error, diagnostics);
            return false;
        }
    };
    let leftovers = old.desired(&observed).leftovers(desired);
    let plan = replication::plan_removal(&leftovers, &observed, &Removal::default());
    add_problems(&plan.problems, diagnostics);
    if plan.has_errors() {
        return false;
    }
    match runtime.cloud.execute(&plan, job).await {
        Ok(()) => true,
        Err(error) => {
            add_failure(&error, diagnostics);
            false
        }
    }
}

/// Takes a pair away: what we put on the buckets, and the buckets themselves only where the user said so.
pub async fn remove(
    runtime: &Runtime,
    context: &Context,
    request: ApplyRequest,
    diagnostics: &mut Diagnostics,
) -> ApplyResponse {
    let Some(attributes) = request
        .prior
        .as_ref()
        .and_then(|prior| PairAttributes::read(prior, diagnostics))
    else {
        return request.unchanged();
    };
    let Resolution::Known(pair) = attributes
        .resolve(Some(&attributes), runtime, diagnostics)
        .await
    else {
        return request.unchanged();
    };
    let job = Job {
        cancel: context.cancel.clone(),
        deadline: Instant::now().checked_add(attributes.timeout(Operation::Delete)),
    };
    let attempts = Attempts::read(&request.private);
    let Some(tried) = attempts.pairs(runtime, diagnostics).await else {
        return request.unchanged();
    };
    let wanted = deletion::wanted(&pair, &attributes);
    let mut reads = pair.removal_reads();
    wanted.look(&mut reads);
    let about = tried.iter().map(Pair::removal_reads);
    let _hold = runtime.hold(about.chain([reads.clone()])).await;
    let observed = match runtime.observe(&reads, |seen| pair.reads_after(seen)).await {
        Ok(observed) => observed,
        Err(error) => {
            add_error(Path::root(), &error, diagnostics);
            return request.unchanged();
        }
    };
    let mut desired = pair.desired(&observed);
    for successor in runtime.claims().successors(&pair) {
        diagnostics.warning(
            format!("What replicates {} stays", pair.id()),
            format!(
                "{} was made in the same apply, and stands on the same rules, roles and buckets: `create_before_destroy` does so, or a new address. Only what it has no use for is taken away. For a new address a `moved` block spares both steps.",
                successor.id()
            ),
        );
        desired = desired.leftovers(&successor.desired(&observed));
    }
    let incomplete = request.private == INCOMPLETE;
    let mut removal = deletion::admitted(wanted, &observed, incomplete, diagnostics);
    removal.buckets.retain(|at| !runtime.claims().stand_on(at));
    let plan = replication::plan_removal(&desired, &observed, &removal);
    add_problems(&plan.problems, diagnostics);
    if plan.has_errors() {
        return request.unchanged();
    }
    // First: as long as this fails, all of it stays known.
    for tried in &tried {
        if !remove_leftovers(runtime, &job, tried, &desired, diagnostics).await {
            return request.unchanged();
        }
    }
    tracing::debug!(pair = %pair.id(), steps = %plan.describe(), "removing");
    if let Err(error) = runtime.cloud.execute(&plan, &job).await {
        add_failure(&error, diagnostics);
        return request.unchanged();
    }
    if !stays_removed(runtime, &job, &desired, &reads, diagnostics).await {
        return request.unchanged();
    }
    deletion::leave(runtime, &pair, &removal, &plan);
    deletion::inherit(runtime, &pair, &job, diagnostics).await;
    if diagnostics.has_errors() {
        return request.unchanged();
    }
    ApplyResponse::default()
}

/// How often what comes back is taken away again.
const ROUNDS: usize = 3;

/// Looks again at what others write, too: S3 has no conditional write, so another process that read a bucket's rules before
/// ours went may have written them back. Once state has forgotten the pair, nobody would look for them.
async fn stays_removed(
    runtime: &Runtime,
    job: &Job,
    desired: &Desired,
    reads: &Reads,
    diagnostics: &mut Diagnostics,
) -> bool {
    let shared = Desired {
        buckets: desired.buckets.clone(),
        ..Desired::default()
    };
    let documents = reads.buckets.iter().map(|(at, reads)| {
        let documents = BucketReads {
            replication: reads.replication,
            policy: reads.policy,
            ..BucketReads::default()
        };
        (at.clone(), documents)
    });
    let reads = Reads {
        buckets: documents
            .filter(|(_, reads)| *reads != BucketReads::default())
            .collect(),
        ..Reads::default()
    };
    for _ in 0..ROUNDS {
        let observed = match runtime.cloud.observe(&reads).await {
            Ok(observed) => observed,
            Err(error) => {
                add_error(Path::root(), &error, diagnostics);
                return false;
            }
        };
        let plan = replication::plan_removal(&shared, &observed, &Removal::default());
        add_problems(&plan.problems, diagnostics);
        if plan.has_errors() {
            return false;
        }
        if plan.is_empty() {
            return true;
        }
        if let Err(error) = runtime.cloud.execute(&plan, job).await {
            add_failure(&error, diagnostics);
            return false;
        }
    }
    diagnostics.error(
        "What was removed comes back",
        format!(
            "Somebody else keeps writing to the same buckets, and writes our rules or statements back: they were removed {ROUNDS} times. Find out who, then run again."
        ),
    );
    false
}
