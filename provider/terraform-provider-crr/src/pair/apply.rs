//! Taking the steps of a pair, and taking the pair away.

use cloud::{ExecuteError, Job};
use replication::bucket::BucketRef;
use replication::desired::MADE_BY;
use replication::observed::Existence;
use replication::{Desired, Facets, Observed, Pair, Removal};
use tfplugin::{ApplyRequest, ApplyResponse, Context, Diagnostics, Path, Value};
use tokio::time::Instant;

use super::config::{Operation, PairAttributes, Resolution};
use super::look::{covers, look};
use super::state::{Computed, facets_of, identity};
use crate::diagnostics::{add_error, add_failure, add_problems};
use crate::facets;
use crate::runtime::Runtime;

/// Private data beside a pair whose creation failed half-way. Terraform then replaces it, and the removal of what
/// was never whole must not empty a bucket on the way to making it again.
const INCOMPLETE: &[u8] = b"incomplete";

/// Creates or changes a pair.
pub async fn apply(
    runtime: &Runtime,
    context: &Context,
    request: ApplyRequest,
    diagnostics: &mut Diagnostics,
) -> ApplyResponse {
    let Some(planned) = &request.planned else {
        return request.unchanged();
    };
    let Some(attributes) = PairAttributes::read(planned, diagnostics) else {
        return request.unchanged();
    };
    let prior = request
        .prior
        .as_ref()
        .and_then(|prior| PairAttributes::read(prior, diagnostics));
    let pair = match attributes
        .resolve(prior.as_ref(), runtime, diagnostics)
        .await
    {
        Resolution::Known(pair) => pair,
        Resolution::Unknown { .. } => {
            diagnostics.error(
                "Still unknown at apply",
                "A value that the pair needs is not known although everything it comes from has been applied. If it is in the provider block, make what it comes from first, with -target.",
            );
            return request.unchanged();
        }
        Resolution::Failed => return request.unchanged(),
    };
    let problems = pair.check();
    if problems.iter().any(replication::Problem::is_error) {
        add_problems(&problems, diagnostics);
        return request.unchanged();
    }
    let taken = match prior {
        None => runtime.claims().claim(&pair),
        Some(_) => None,
    };
    if let Some(lane) = taken {
        diagnostics.error_at(
            Path::root().attribute("destination"),
            format!("Another resource of this configuration replicates {lane}"),
            "Two resources for one direction of one pair would write over each other. Keep one; a two-way pair is both directions.",
        );
        return request.unchanged();
    }
    let operation = if prior.is_some() {
        Operation::Update
    } else {
        Operation::Create
    };
    let job = Job {
        cancel: context.cancel.clone(),
        deadline: Some(Instant::now() + attributes.timeout(operation)),
    };
    let old = match &prior {
        Some(prior) => match prior.resolve(Some(prior), runtime, diagnostics).await {
            Resolution::Known(old) => Some(old),
            _ => return request.unchanged(),
        },
        None => None,
    };
    let creating = old.is_none();
    let work = Work {
        runtime,
        context,
        pair: &pair,
        old: old.as_deref(),
        job,
    };
    let response = work.run(request, diagnostics).await;
    if creating && diagnostics.has_errors() {
        runtime.claims().release(&pair);
    }
    response
}

/// One apply of a pair whose every value is known.
struct Work<'a> {
    runtime: &'a Runtime,
    context: &'a Context,
    pair: &'a Pair,
    old: Option<&'a Pair>,
    job: Job,
}

impl Work<'_> {
    async fn run(&self, request: ApplyRequest, diagnostics: &mut Diagnostics) -> ApplyResponse {
        let id = self.pair.id().to_string();
        // Until the pair is done, and what it no longer has is gone.
        let about = [Some(self.pair), self.old].into_iter().flatten();
        let _hold = self.runtime.hold(about.map(Pair::reads)).await;
        let observed = match self.runtime.recall_fresh(&id) {
            Some(seen) if covers(self.pair, &seen.observed) => seen.observed,
            _ => match look(self.runtime, self.pair, diagnostics).await {
                Some(seen) => seen.observed,
                None => return request.unchanged(),
            },
        };
        let desired = self.pair.desired(&observed);
        let plan = replication::plan(&desired, &observed);
        let errors: Vec<_> = plan
            .problems
            .iter()
            .filter(|p| p.is_error())
            .cloned()
            .collect();
        add_problems(&errors, diagnostics);
        self.check_roles(&observed, diagnostics);
        if let Some(planned) = request.planned.as_ref().and_then(facets_of) {
            let now = Facets::desired(&desired);
            if planned != now {
                diagnostics.error(
                    format!("Pair {id} changed since it was planned"),
                    format!(
                        "Nothing was touched. Plan again to see what has changed:\n{}",
                        facets::differences(&planned, &now)
                    ),
                );
            }
        }
        if diagnostics.has_errors() {
            return request.unchanged();
        }
        // From here on something may be made: whatever happens, state must know of it.
        self.context
            .keep(self.reached(&request, &desired, &Facets::observed(&desired, &observed)));
        self.context.keep_identity(identity(&self.pair.id()));
        if request.prior.is_none() {
            self.context.keep_private(INCOMPLETE.to_vec());
        }
        let mut result = self.runtime.cloud.execute(&plan, &self.job).await;
        if result.is_ok() {
            result = self.remove_leftovers(&desired, diagnostics).await;
        }
        self.answer(request, &desired, result, diagnostics).await
    }

    /// S3 takes a role that is not there, and then fails every object.
    fn check_roles(&self, observed: &Observed, diagnostics: &mut Diagnostics) {
        for (label, side) in [
            ("source", &self.pair.source),
            ("destination", &self.pair.destination),
        ] {
            if let replication::RoleChoice::Existing(role) = &side.role
                && observed
                    .roles
                    .get(role)
                    .is_some_and(|found| found.role.is_absent())
            {
                diagnostics.error_at(
                    Path::root().attribute(label).attribute("role"),
                    format!("Role {role} does not exist"),
                    "IAM answers NoSuchEntity. S3 would take the rules all the same and then fail every object. Make the role first; for `role = \"site\"` set `replication_role` on the site's `crr_site`.",
                );
            }
        }
    }

    /// Removes what the pair no longer has: after the new is there, so that no object falls in between.
    async fn remove_leftovers(
        &self,
        desired: &Desired,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), ExecuteError> {
        let Some(old) = self.old else { return Ok(()) };
        let reads = old.removal_reads();
        let observed = match self
            .runtime
            .observe(&reads, |seen| old.reads_after(seen))
            .await
        {
            Ok(observed) => observed,
            Err(error) => {
                add_error(Path::root(), &error, diagnostics);
                return Ok(());
            }
        };
        let leftovers = old.desired(&observed).leftovers(desired);
        let plan = replication::plan_removal(&leftovers, &observed, &Removal::default());
        add_problems(&plan.problems, diagnostics);
        if plan.has_errors() {
            return Ok(());
        }
        self.runtime.cloud.execute(&plan, &self.job).await
    }

    /// Looks again: that is the new state.
    async fn answer(
        &self,
        request: ApplyRequest,
        planned: &Desired,
        result: Result<(), ExecuteError>,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        if let Err(error) = &result {
            add_failure(error, diagnostics);
        }
        let seen = look(self.runtime, self.pair, diagnostics).await;
        let observed = seen.map(|seen| seen.observed);
        let facets = observed.as_ref().map_or_else(Facets::default, |observed| {
            Facets::observed(&self.pair.desired(observed), observed)
        });
        let wanted = Facets::desired(planned);
        if !diagnostics.has_errors() && facets != wanted {
            diagnostics.error(
                format!("Pair {} is not as it was made", self.pair.id()),
                format!(
                    "Every step was taken, and a look right after shows something else. Somebody else may be writing to the same buckets. Apply again to mend it:\n{}",
                    facets::differences(&wanted, &facets)
                ),
            );
        }
        let identity = Some(identity(&self.pair.id()));
        if !diagnostics.has_errors() {
            return ApplyResponse {
                state: Some(self.reached(&request, planned, &facets)),
                private: Vec::new(),
                identity,
            };
        }
        // A change that failed leaves the old configuration in state, so that the next plan shows the change again.
        if let Some(mut state) = request.prior {
            state.set("facets", facets::to_value(&facets));
            return ApplyResponse {
                state: Some(state),
                private: Vec::new(),
                identity,
            };
        }
        let mut computed = Computed::with(self.pair, planned, facets);
        computed.source_created = is_made_by_us(observed.as_ref(), &self.pair.source.at());
        computed.destination_created =
            is_made_by_us(observed.as_ref(), &self.pair.destination.at());
        let mut state = request.planned.unwrap_or(Value::Null);
        computed.write(&mut state);
        ApplyResponse {
            state: Some(state),
            private: INCOMPLETE.to_vec(),
            identity,
        }
    }

    fn reached(&self, request: &ApplyRequest, desired: &Desired, facets: &Facets) -> Value {
        let mut state = request.planned.clone().unwrap_or(Value::Null);
        Computed::with(self.pair, desired, facets.clone()).write(&mut state);
        state
    }
}

/// Whether a bucket carries the tag that we make buckets with.
fn is_made_by_us(observed: Option<&Observed>, at: &BucketRef) -> bool {
    observed
        .and_then(|observed| observed.buckets.get(at)?.tags.present())
        .is_some_and(|tags| tags.contains_key(MADE_BY.0))
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
        deadline: Some(Instant::now() + attributes.timeout(Operation::Delete)),
    };
    let reads = pair.removal_reads();
    let _hold = runtime.hold([reads.clone()]).await;
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
    let mut removal = removal(&pair, &observed, &attributes, incomplete, diagnostics);
    removal.buckets.retain(|at| !runtime.claims().stand_on(at));
    let plan = replication::plan_removal(&desired, &observed, &removal);
    add_problems(&plan.problems, diagnostics);
    if plan.has_errors() {
        return request.unchanged();
    }
    tracing::debug!(pair = %pair.id(), steps = %plan.describe(), "removing");
    if let Err(error) = runtime.cloud.execute(&plan, &job).await {
        add_failure(&error, diagnostics);
        return request.unchanged();
    }
    ApplyResponse::default()
}

/// The buckets that go with the pair: those that the user wants gone and that carry our tag.
///
/// State alone is not enough to delete a bucket by: under its name another may stand by now. And an unfinished creation
/// is replaced by Terraform at the next apply: its buckets stay, since they are to be used again at once, and a name that
/// was just given up is not free at once.
fn removal(
    pair: &Pair,
    observed: &Observed,
    attributes: &PairAttributes,
    incomplete: bool,
    diagnostics: &mut Diagnostics,
) -> Removal {
    let mut removal = Removal::default();
    for (label, side) in [("source", &pair.source), ("destination", &pair.destination)] {
        let at = side.at();
        let exists = observed
            .buckets
            .get(&at)
            .is_some_and(|bucket| bucket.existence == Existence::Exists);
        if !(exists && side.create && attributes.force_destroy(label)) {
            continue;
        }
        let reason = if !is_made_by_us(Some(observed), &at) {
            format!(
                "It lacks the tag {} = {} that the provider makes buckets with, so it may be somebody else's by now, although `force_destroy` is set.",
                MADE_BY.0, MADE_BY.1
            )
        } else if incomplete {
            "The pair's creation had not come to its end, so the bucket is kept for the next one, although `force_destroy` is set.".to_owned()
        } else {
            removal.buckets.insert(at);
            continue;
        };
        diagnostics.warning(
            format!("Bucket {at} stays"),
            format!("{reason} If it is not wanted, delete it by hand."),
        );
    }
    removal
}
