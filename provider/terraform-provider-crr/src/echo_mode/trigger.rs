//! The trigger of an echo: looked at with the site, planned and kept as it should be, taken away with the echo.
//!
//! State shows its parts as `trigger_facets`. An apply that failed keeps the former configuration in state, so the private
//! data beside the state remembers that something may have been made: the next look finds it by its name.

use cloud::Job;
use replication::trigger::Trigger;
use replication::{Facets, Observed, Problem, Removal};
use tfplugin::{Context, Diagnostics, Path, Value};

use super::agent_config;
use super::config::Resolved;
use crate::diagnostics::{add_error, add_failure, add_problems};
use crate::facets;
use crate::runtime::Runtime;

mod claim;
mod config;
pub(super) mod owner;
mod package;
mod reach;
mod rest;
pub(super) mod schema;
mod shown;
mod stated;

use config::{Program, Wanted};
pub(super) use rest::{plan_rest, rest};
use schema::SHOWN;
use shown::show;
pub(super) use shown::without_unknowns;
pub use stated::look_at_trigger;

/// Whether there may be a trigger of this echo.
pub(super) fn may_have(state: &Value, private: &[u8]) -> bool {
    let given = |name: &str| state.get(name).is_some_and(|value| !value.is_null());
    given("trigger") || given(SHOWN) || owner::may_have(private)
}

/// The private data to begin an apply with.
pub(super) fn private(former: Option<&Value>, private: &[u8]) -> Vec<u8> {
    match former {
        Some(former) if may_have(former, private) => {
            owner::private(owner::id(former, private).as_deref())
        }
        _ => Vec::new(),
    }
}

/// Looks, and shows what is there in state. Returns the private data that go with it.
pub(super) async fn read(
    runtime: &Runtime,
    resolved: &Resolved,
    state: &mut Value,
    private: Vec<u8>,
    diagnostics: &mut Diagnostics,
) -> Vec<u8> {
    if !may_have(state, &private) {
        return private;
    }
    let named = named(runtime, resolved, (state, &private), diagnostics).await;
    if let Some(id) = &named.id {
        runtime.echoes().know_trigger(id);
    }
    let Some(observed) = look(runtime, &named, diagnostics).await else {
        return private;
    };
    let found = Facets::observed(&named.desired(), &observed);
    let wanted = state.get("trigger").is_some_and(|value| !value.is_null());
    show(state, &named, Some(&observed));
    *state = without_unknowns(std::mem::replace(state, Value::Null));
    if !wanted && found.0.is_empty() {
        state.set(SHOWN, Value::Null);
        return Vec::new();
    }
    state.set(SHOWN, facets::to_value(&found));
    owner::private(named.id.as_deref())
}

/// The trigger by its names, whether or not its program is there any more.
async fn named(
    runtime: &Runtime,
    resolved: &Resolved,
    (state, private): (&Value, &[u8]),
    diagnostics: &mut Diagnostics,
) -> Trigger {
    let wanted = config::read(state, resolved, Program::Named, runtime, diagnostics).await;
    let mut trigger = match wanted {
        Wanted::Trigger(trigger) => *trigger,
        _ => config::bare(state, resolved, runtime),
    };
    if let Some(function) = &mut trigger.function {
        // What it should be does not matter: it is shown as it is.
        function.configuration = Some(String::new());
    }
    trigger.id = owner::id(state, private);
    trigger
}

async fn look(
    runtime: &Runtime,
    trigger: &Trigger,
    diagnostics: &mut Diagnostics,
) -> Option<Observed> {
    match runtime.cloud.observe(&trigger.reads()).await {
        Ok(observed) => Some(observed),
        Err(error) => {
            add_error(Path::root().attribute("trigger"), &error, diagnostics);
            None
        }
    }
}

/// Says in a planned value what the trigger will be.
///
/// Where the prior echo has none, the one that is there may be that of another that goes before this one is made, as in a
/// replacement. Terraform plans again once it is gone, and must get the same answer: so nothing is said of what is there.
pub(super) async fn plan(
    runtime: &Runtime,
    resolved: &Resolved,
    (prior, private): (Option<&Value>, &[u8]),
    planned: &mut Value,
    diagnostics: &mut Diagnostics,
) {
    if !claim::claim(runtime, resolved, planned, diagnostics) {
        return;
    }
    let goes_on = prior
        .and_then(|prior| prior.get("trigger"))
        .is_some_and(|trigger| !trigger.is_null());
    let program = if prior.is_some_and(package::is_in) {
        Program::Kept
    } else {
        Program::Read
    };
    match config::read(planned, resolved, program, runtime, diagnostics).await {
        Wanted::Nothing => planned.set(SHOWN, Value::Null),
        Wanted::Unknown | Wanted::Failed => planned.set(SHOWN, Value::unknown()),
        Wanted::Trigger(mut trigger) => {
            if !is_possible(runtime, &trigger, diagnostics).await {
                return;
            }
            let Some(observed) = look(runtime, &trigger, diagnostics).await else {
                return;
            };
            trigger.id = prior.and_then(|prior| owner::id(prior, private));
            owner::warn_of_taking_over(runtime, &trigger, &observed, diagnostics);
            package::keep(&mut trigger, &observed);
            show(planned, &trigger, goes_on.then_some(&observed));
            let text = configuration(planned, resolved, runtime, &mut trigger);
            add_problems(&trigger.check(&text), diagnostics);
            let problems = replication::plan(&trigger.desired(), &observed).problems;
            add_problems(&at_the_trigger(&problems), diagnostics);
            let mut shown = facets::to_value(&Facets::desired(&trigger.desired()));
            if trigger
                .function
                .as_ref()
                .is_some_and(|function| function.configuration.is_none())
            {
                shown.set("trigger.function_configuration", Value::unknown());
            }
            if trigger.id.is_none() || trigger.edition.is_none() {
                shown.set("trigger.queue_tags", Value::unknown());
            }
            planned.set(SHOWN, shown);
        }
    }
}

/// Tells the function what it is for, where that is known; else returns what will be told but for the queue's URL.
fn configuration(
    value: &Value,
    resolved: &Resolved,
    runtime: &Runtime,
    trigger: &mut Trigger,
) -> String {
    let block = reach::block(value, resolved, runtime);
    let known = agent_config::with_block(value, &block);
    if let Some(function) = &mut trigger.function {
        function.configuration.clone_from(&known);
    }
    known.unwrap_or_else(|| {
        let mut value = value.clone();
        value.set("trigger", Value::Null);
        agent_config::with_block(&value, &block).unwrap_or_default()
    })
}

/// Whether there is an EventBridge where the buckets are.
async fn is_possible(runtime: &Runtime, trigger: &Trigger, diagnostics: &mut Diagnostics) -> bool {
    let site = &trigger.source.name;
    let at = Path::root().attribute("trigger");
    let endpoints = match runtime.cloud.identity(site).await {
        Ok(identity) => identity.endpoints,
        Err(error) => {
            add_error(at, &error, diagnostics);
            return false;
        }
    };
    let of_others = endpoints
        .get("s3")
        .filter(|url| !url.contains(".amazonaws.com"));
    let Some(url) = of_others else {
        return true;
    };
    if ["events", "sqs"]
        .iter()
        .all(|name| endpoints.contains_key(*name))
    {
        return true;
    }
    diagnostics.error_at(
        at,
        format!("Site {site} has no EventBridge"),
        format!("Its S3 is at {url}, which is not AWS. Leave `trigger` out: the agent, `crr echo`, polls any S3. Where the site does have EventBridge and SQS, give their `endpoints` as `events` and `sqs`."),
    );
    false
}

/// The model speaks of a role as of a pair's; a trigger has one for its function.
fn at_the_trigger(problems: &[Problem]) -> Vec<Problem> {
    let of_trigger = |problem: &Problem| {
        let mut problem = problem.clone();
        if problem.at.last().is_some_and(|last| last == "role") {
            problem.at = ["trigger", "function", "role_arn"]
                .map(str::to_owned)
                .into();
            "It lacks the tag crr:made-by, so it is left as it is. Delete or rename it, or give the function a role of your own as `role_arn`.".clone_into(&mut problem.detail);
        }
        problem
    };
    problems.iter().map(of_trigger).collect()
}

/// What became of a trigger.
pub(super) struct Applied {
    /// Whether it was made or changed: what happened before it was there, no event tells.
    pub changed: bool,
    /// The private data to go with the state.
    pub private: Vec<u8>,
}

/// Makes the trigger as it should be, or takes it away where it is not wanted any more.
pub(super) async fn apply(
    runtime: &Runtime,
    context: &Context,
    resolved: &Resolved,
    state: &mut Value,
    before: (Option<&Value>, &[u8]),
    job: &Job,
    diagnostics: &mut Diagnostics,
) -> Applied {
    let (prior, private) = before;
    let wanted = config::read(state, resolved, Program::Read, runtime, diagnostics).await;
    let id = owner::id(state, &[])
        .or_else(|| owner::id(prior.unwrap_or(&Value::Null), private))
        .or_else(|| owner::handed_over(runtime, state))
        .unwrap_or_else(owner::new_id);
    let mut applied = Applied {
        changed: false,
        private: self::private(prior, private),
    };
    let mut trigger = match wanted {
        Wanted::Trigger(trigger) => trigger,
        Wanted::Nothing => {
            if let Some(prior) = prior.filter(|prior| may_have(prior, private)) {
                context.keep_private(applied.private.clone());
                if !remove(runtime, resolved, (prior, private), job, diagnostics).await {
                    return applied;
                }
            }
            state.set(SHOWN, Value::Null);
            applied.private = Vec::new();
            return applied;
        }
        Wanted::Unknown => {
            diagnostics.error_at(
                Path::root().attribute("trigger"),
                "Still unknown at apply",
                "A value of the trigger is not known although everything it comes from has been applied.",
            );
            return applied;
        }
        Wanted::Failed => return applied,
    };
    if !is_possible(runtime, &trigger, diagnostics).await {
        return applied;
    }
    // From here on something may be made.
    applied.private = owner::private(Some(&id));
    context.keep_private(applied.private.clone());
    trigger.id = Some(id);
    applied.changed = make(runtime, resolved, *trigger, state, job, diagnostics).await;
    applied
}

/// Makes it, in two goes where the function is to be told a queue's URL that SQS gives it only then.
async fn make(
    runtime: &Runtime,
    resolved: &Resolved,
    mut trigger: Trigger,
    state: &mut Value,
    job: &Job,
    diagnostics: &mut Diagnostics,
) -> bool {
    let mut changed = false;
    let _guard = runtime.cloud.lock([], [trigger.own_role()], []).await;
    for _ in 0..2 {
        let Some(observed) = look(runtime, &trigger, diagnostics).await else {
            return changed;
        };
        show(state, &trigger, Some(&observed));
        configuration(state, resolved, runtime, &mut trigger);
        let plan = replication::plan(&trigger.desired(), &observed);
        add_problems(&at_the_trigger(&plan.problems), diagnostics);
        if plan.has_errors() {
            return changed;
        }
        if plan.is_empty() {
            break;
        }
        changed = true;
        tracing::info!(
            trigger = trigger.name(),
            plan = plan.describe(),
            "making the trigger"
        );
        if let Err(error) = runtime.cloud.execute(&plan, job).await {
            add_failure(&error, diagnostics);
            break;
        }
        let waits = trigger.function.as_ref();
        if waits.is_none_or(|function| function.configuration.is_some()) {
            break;
        }
    }
    let Some(observed) = look(runtime, &trigger, diagnostics).await else {
        return changed;
    };
    show(state, &trigger, Some(&observed));
    let desired = trigger.desired();
    let (wanted, found) = (
        Facets::desired(&desired),
        Facets::observed(&desired, &observed),
    );
    if wanted != found && !diagnostics.has_errors() {
        diagnostics.error_at(
            Path::root().attribute("trigger"),
            format!("Trigger {} is not as it was made", trigger.name()),
            facets::differences(&wanted, &found),
        );
    }
    state.set(SHOWN, facets::to_value(&found));
    changed
}

/// Takes the trigger away, unless another echo of this run has it by now, or another state. Whether nothing of this one is left; if not, a
/// diagnostic says why.
pub(super) async fn remove(
    runtime: &Runtime,
    resolved: &Resolved,
    of: (&Value, &[u8]),
    job: &Job,
    diagnostics: &mut Diagnostics,
) -> bool {
    let trigger = named(runtime, resolved, of, diagnostics).await;
    let _guard = runtime.cloud.lock([], [trigger.own_role()], []).await;
    // Once it is locked: before an echo makes its trigger, it is planned.
    if claim::is_claimed(runtime, &trigger) {
        return true;
    }
    let Some(observed) = look(runtime, &trigger, diagnostics).await else {
        return false;
    };
    if owner::is_left(&trigger, &observed, diagnostics) {
        return true;
    }
    let plan = replication::plan_removal(&trigger.desired(), &observed, &Removal::default());
    add_problems(&at_the_trigger(&plan.problems), diagnostics);
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
