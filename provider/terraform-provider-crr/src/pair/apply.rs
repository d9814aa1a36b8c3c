//! Taking the steps of a pair.

use cloud::Job;
use replication::{Desired, Facets, Observed, Pair, Problem};
use tfplugin::{ApplyRequest, ApplyResponse, Context, Diagnostics, Path, Value};
use tokio::time::Instant;

use super::attempts::Attempts;
use super::config::{Operation, PairAttributes, Resolution};
use super::look::{ABSENT_ROLE, absent_roles, covers, look};
use super::remove::{INCOMPLETE, is_made_by_us, remove_leftovers};
use super::state::{Computed, facets_of, identity};
use crate::diagnostics::{add_failure, add_problems};
use crate::facets;
use crate::runtime::Runtime;

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
    if problems.iter().any(Problem::is_error) {
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
        deadline: Instant::now().checked_add(attributes.timeout(operation)),
    };
    let creating = prior.is_none();
    let attempts = Attempts::read(&request.private);
    let Some(mut old) = attempts.pairs(runtime, diagnostics).await else {
        return request.unchanged();
    };
    if let Some(prior) = &prior {
        match prior.resolve(Some(prior), runtime, diagnostics).await {
            Resolution::Known(prior) => old.push(*prior),
            _ => return request.unchanged(),
        }
    }
    let work = Work {
        runtime,
        context,
        pair: &pair,
        old,
        attempts,
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
    /// What it was, and what it was to be by changes that failed.
    old: Vec<Pair>,
    attempts: Attempts,
    job: Job,
}

impl Work<'_> {
    async fn run(self, request: ApplyRequest, diagnostics: &mut Diagnostics) -> ApplyResponse {
        let id = self.pair.id().to_string();
        // Until the pair is done, and what it no longer has is gone.
        let about = self.old.iter().chain([self.pair]);
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
        self.keep(&request, &desired, &observed);
        let mut whole = true;
        if let Err(error) = self.runtime.cloud.execute(&plan, &self.job).await {
            add_failure(&error, diagnostics);
            whole = false;
        }
        for old in &self.old {
            whole = whole
                && remove_leftovers(self.runtime, &self.job, old, &desired, diagnostics).await;
        }
        self.answer(request, &desired, diagnostics).await
    }

    /// From here on something may be made: whatever happens, state must know of it.
    fn keep(&self, request: &ApplyRequest, desired: &Desired, observed: &Observed) {
        let mut facets = Facets::observed(desired, observed);
        let reached = self.reached(request, desired, &facets);
        self.context.keep_identity(identity(&self.pair.id()));
        if let Some(prior) = &request.prior {
            let attempts = self.attempts.clone().with(reached);
            attempts.show(&mut facets);
            self.context.keep(with_facets(prior.clone(), &facets));
            self.context.keep_private(attempts.to_private());
        } else {
            self.context.keep(reached);
            self.context.keep_private(INCOMPLETE.to_vec());
        }
    }

    /// S3 takes a role that is not there, and then fails every object.
    fn check_roles(&self, observed: &Observed, diagnostics: &mut Diagnostics) {
        for (label, role) in absent_roles(self.pair, observed) {
            diagnostics.error_at(
                Path::root().attribute(label).attribute("role"),
                format!("Role {role} does not exist"),
                ABSENT_ROLE,
            );
        }
    }

    /// Looks again: that is the new state.
    async fn answer(
        self,
        request: ApplyRequest,
        planned: &Desired,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        let seen = look(self.runtime, self.pair, diagnostics).await;
        let observed = seen.map(|seen| seen.observed);
        let mut facets = observed.as_ref().map_or_else(Facets::default, |observed| {
            Facets::observed(&self.pair.desired(observed), observed)
        });
        let wanted = Facets::desired(planned);
        if let Some(observed) = observed.as_ref().filter(|_| !diagnostics.has_errors()) {
            // What may not be read looks like something else, and the problem says what is to be allowed.
            let problems = replication::plan(planned, observed).problems;
            let errors: Vec<_> = problems.into_iter().filter(Problem::is_error).collect();
            add_problems(&errors, diagnostics);
        }
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
        if request.prior.is_some() {
            let reached = self.reached(&request, planned, &facets);
            let attempts = self.attempts.with(reached);
            attempts.show(&mut facets);
            return ApplyResponse {
                state: request.prior.map(|prior| with_facets(prior, &facets)),
                private: attempts.to_private(),
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

fn with_facets(mut state: Value, facets: &Facets) -> Value {
    state.set("facets", facets::to_value(facets));
    state
}
