//! The trigger of an echo that does nothing but rest.
//!
//! While it is paused nothing is sent, and the function is told. But nobody needs to answer for a pause: the site may be
//! lost, and with it its events. So what cannot be reached is left as it is, with a warning.

use tfplugin::{ApplyRequest, ApplyResponse, Context, Diagnostics, PlanRequest, Value};

use super::schema::COMPUTED;
use super::schema::SHOWN;
use super::{may_have, without_unknowns};
use crate::echo_mode::config::{Resolution, resolve};
use crate::echo_mode::survey::{job, warn_of};
use crate::pair::Operation;
use crate::runtime::Runtime;

/// What was seen last stands for what cannot be looked at.
fn as_before(value: &mut Value, prior: &Value) {
    value.set(SHOWN, prior.get(SHOWN).cloned().unwrap_or(Value::Null));
    let (Some(mut trigger @ Value::Object(_)), Some(before @ Value::Object(_))) =
        (value.get("trigger").cloned(), prior.get("trigger"))
    else {
        return;
    };
    for (name, _) in COMPUTED {
        trigger.set(name, before.get(name).cloned().unwrap_or(Value::Null));
    }
    value.set("trigger", trigger);
}

/// Says in a planned value what the trigger will be.
pub async fn plan_rest(
    runtime: &Runtime,
    request: &PlanRequest,
    rested: &mut Value,
    diagnostics: &mut Diagnostics,
) {
    let (Some(prior), private) = (&request.prior, request.prior_private.as_slice()) else {
        return;
    };
    if !may_have(prior, private) && !may_have(rested, &[]) {
        rested.set(SHOWN, Value::Null);
        return;
    }
    let mut found = Diagnostics::new();
    if let Resolution::Known(resolved) = resolve(rested, runtime, &mut found).await {
        let prior = (Some(prior), private);
        super::plan(runtime, &resolved, prior, rested, &mut found).await;
    } else {
        as_before(rested, prior);
    }
    if found.has_errors() {
        as_before(rested, prior);
    }
    warn_of(found, diagnostics);
}

/// Stops the trigger where it can be reached.
pub async fn rest(
    runtime: &Runtime,
    context: &Context,
    request: ApplyRequest,
    planned: Value,
    diagnostics: &mut Diagnostics,
) -> ApplyResponse {
    let mut answer = ApplyResponse {
        state: Some(planned.clone()),
        private: request.private.clone(),
        identity: None,
    };
    let prior = request.prior.as_ref();
    let triggered = prior.is_some_and(|prior| may_have(prior, &request.private));
    if !triggered && !may_have(&planned, &request.private) {
        return answer;
    }
    let mut found = Diagnostics::new();
    let mut state = planned.clone();
    if let Resolution::Known(resolved) = resolve(&planned, runtime, &mut found).await {
        let job = job(context, &resolved, Operation::Update);
        let before = (prior, request.private.as_slice());
        let applied = super::apply(
            runtime, context, &resolved, &mut state, before, &job, &mut found,
        )
        .await;
        answer.private = applied.private;
        if state.get("agent_config").is_some_and(Value::is_unknown) {
            let told = super::agent_config::of(&state, runtime);
            state.set("agent_config", told);
        }
    }
    warn_of(found, diagnostics);
    answer.state = Some(without_unknowns(as_told(state, &planned)));
    answer
}

/// What Terraform was told is what it gets: where less was reached, the next refresh says so.
fn as_told(mut state: Value, planned: &Value) -> Value {
    let told = |value: Option<&Value>| value.filter(|value| value.is_wholly_known()).cloned();
    if let Some(shown) = told(planned.get(SHOWN)) {
        state.set(SHOWN, shown);
    }
    if let (Some(mut trigger @ Value::Object(_)), Some(planned)) =
        (state.get("trigger").cloned(), planned.get("trigger"))
    {
        for (name, _) in COMPUTED {
            if let Some(value) = told(planned.get(name)) {
                trigger.set(name, value);
            }
        }
        state.set("trigger", trigger);
    }
    state
}
