//! Planning an echo.
//!
//! Terraform plans twice, the second time right before it applies, and wants the same answer. Buckets come and go meanwhile.
//! So the planned coverage follows from the refreshed state alone; and where there is none of this configuration, it is known
//! after apply, and a warning says what a look shows now.

use tfplugin::{Context, Deferred, Diagnostics, PlanRequest, PlanResponse, Value};

use super::config::{Moved, Resolution, Resolved, resolve, resolve_anywhere, target_account};
use super::survey::{job, survey};
use super::{Surveys, accounts, agent_config, coverage, handover, schema, staying, trigger};
use crate::pair::{Operation, warn_of_targets};
use crate::runtime::Runtime;

mod roles;
mod warn;

use roles::warn_of_changed_roles;
use warn::{
    contends, warn, warn_of_missing_roles, warn_of_place, warn_of_public, warn_of_release,
    warn_of_work,
};

/// What changes nothing about how buckets stand.
const BESIDE: [&str; 9] = [
    "id",
    // It is about the same account as before, or it is an error.
    "target_account_id",
    "paused",
    "on_destroy",
    "timeouts",
    "coverage",
    "agent_config",
    "trigger",
    trigger::schema::SHOWN,
];

/// Whether two values of the resource's type want the same of every bucket.
pub fn wants_the_same(one: &Value, other: &Value) -> bool {
    schema::schema()
        .attributes()
        .filter(|(name, _)| !BESIDE.contains(name))
        .all(|(name, _)| one.get(name) == other.get(name))
}

/// Whether nothing is asked for but that the echo be, or stay, paused.
///
/// Nobody needs to answer for that: the reason may be that a site is lost.
pub fn only_rests(prior: Option<&Value>, planned: &Value) -> bool {
    super::is_paused(planned) && prior.is_some_and(|prior| wants_the_same(prior, planned))
}

/// Plans.
pub(super) async fn plan(
    runtime: &Runtime,
    surveys: &Surveys,
    context: &Context,
    request: PlanRequest,
    diagnostics: &mut Diagnostics,
) -> PlanResponse {
    let creates = request.prior.is_none();
    let mut response = plan_any(runtime, surveys, context, request, diagnostics).await;
    if creates {
        response.private = handover::mark(response.planned.as_ref());
    }
    response
}

async fn plan_any(
    runtime: &Runtime,
    surveys: &Surveys,
    context: &Context,
    request: PlanRequest,
    diagnostics: &mut Diagnostics,
) -> PlanResponse {
    let Some(mut planned) = request.planned.clone() else {
        if let Some(prior) = &request.prior {
            staying::warn(runtime, prior, diagnostics);
            if !staying::stay(prior) && !super::is_paused(prior) {
                losing(runtime, prior, &request.prior_private, None, diagnostics).await;
            }
        }
        return request.as_proposed();
    };
    let prior = request
        .prior
        .clone()
        .filter(|_| request.requires_replace.is_empty());
    // The pair's code gives it this value where the configuration leaves it to us.
    let unset = request.config.as_ref().is_some_and(|config| {
        config
            .get("replica_modifications")
            .is_none_or(Value::is_null)
    });
    if let Some(prior) = &prior {
        let mut rested = planned.clone();
        let given = |name: &str| prior.get(name).cloned().unwrap_or(Value::Null);
        if unset {
            rested.set("replica_modifications", given("replica_modifications"));
        }
        if only_rests(Some(prior), &rested) {
            for name in ["id", "target_account_id", "coverage"] {
                rested.set(name, given(name));
            }
            trigger::plan_rest(runtime, &request, &mut rested, diagnostics).await;
            rested.set("agent_config", agent_config::of(&rested, runtime));
            let mut response = request.as_proposed();
            response.planned = Some(rested);
            return response;
        }
    }
    // The target of what is planned may be another account than that of the state, which is carried on.
    let resolved = match resolve_anywhere(&planned, runtime, diagnostics).await {
        Resolution::Known(resolved) => resolved,
        Resolution::Unknown { provider, account } => {
            if let Some(creation) = account {
                accounts::tell(&creation, diagnostics);
            }
            return unknown(request, provider);
        }
        Resolution::Failed => return request.as_proposed(),
    };
    let echo = &resolved.echo;
    if let Some(moved) = prior.as_ref().and_then(|prior| Moved::of(prior, echo)) {
        moved.tell_refused(diagnostics);
        planned.set("target_account_id", target_account(echo));
        for name in ["coverage", "agent_config"] {
            planned.set(name, Value::unknown());
        }
        let mut response = request.as_proposed();
        response.planned = Some(planned);
        return response;
    }
    // In a statement of its own: the guard must not live into the next await.
    let other = runtime.echoes().plan(echo, resolved.paused, &planned);
    if let Some(other) = other {
        contends(echo, &other, diagnostics);
        return request.as_proposed();
    }
    if let Some(former) = request.prior.as_ref().filter(|_| prior.is_none()) {
        makes_way(runtime, former).await;
    }
    warn_of_targets(runtime, echo, diagnostics);
    warn_of_place(request.prior.as_ref(), echo, diagnostics);
    if unset {
        let two_way = echo.template.direction == replication::Direction::TwoWay;
        planned.set("replica_modifications", Value::from(two_way));
    }
    planned.set("id", Value::from(echo.id()));
    planned.set("target_account_id", target_account(echo));
    trigger::plan(
        runtime,
        &resolved,
        (prior.as_ref(), &request.prior_private),
        &mut planned,
        diagnostics,
    )
    .await;
    planned.set("agent_config", agent_config::of(&planned, runtime));
    plan_coverage(
        runtime,
        surveys,
        context,
        &resolved,
        prior.as_ref(),
        &mut planned,
        diagnostics,
    )
    .await;
    let mut response = request.as_proposed();
    response.planned = Some(planned);
    response
}

/// What the survey's numbers will be, and what they do not show.
async fn plan_coverage(
    runtime: &Runtime,
    surveys: &Surveys,
    context: &Context,
    resolved: &Resolved,
    prior: Option<&Value>,
    planned: &mut Value,
    diagnostics: &mut Diagnostics,
) {
    // What makes way for it is no conflict.
    let echo = &runtime.echoes().in_place(&resolved.echo);
    let known = prior
        .filter(|prior| wants_the_same(prior, planned))
        .and_then(coverage::of);
    match &known {
        Some(now) if resolved.paused => planned.set("coverage", coverage::to_value(now)),
        Some(now) => {
            planned.set("coverage", coverage::to_value(&now.once_protected()));
            warn(echo, now, diagnostics);
            if let Some(public) = surveys.public(echo) {
                warn_of_public(echo, &public, diagnostics);
            }
        }
        None => {
            planned.set("coverage", Value::unknown());
            let mut last = surveys.take(echo);
            if last.is_none() {
                let job = job(context, resolved, Operation::Read);
                last = survey(runtime, echo, &job, diagnostics).await;
            }
            if let Some(survey) = last {
                warn_of_work(echo, &survey, resolved.paused, diagnostics);
                warn(echo, &survey.coverage, diagnostics);
                warn_of_public(echo, &survey.public, diagnostics);
                surveys.keep(echo, survey);
            }
        }
    }
    if let Some(prior) = prior
        && known.is_none()
        && resolved.remove
        && !resolved.paused
    {
        losing(runtime, prior, &[], Some(&resolved.echo), diagnostics).await;
    }
    if known.is_none() && !resolved.paused {
        warn_of_missing_roles(runtime, echo, diagnostics).await;
    }
    if !resolved.paused {
        warn_of_changed_roles(runtime, echo, known.as_ref(), diagnostics).await;
    }
}

/// Notes an echo that another replaces: what it made goes once that one stands, or before it is made.
async fn makes_way(runtime: &Runtime, former: &Value) {
    if staying::stay(former) || super::is_paused(former) {
        return;
    }
    if let Resolution::Known(former) = resolve(former, runtime, &mut Diagnostics::new()).await {
        runtime.echoes().makes_way(former.echo);
    }
}

/// Tells of the buckets whose rules go.
async fn losing(
    runtime: &Runtime,
    prior: &Value,
    private: &[u8],
    now: Option<&replication::Echo>,
    diagnostics: &mut Diagnostics,
) {
    // What is wrong with the former configuration does not matter any more; what the cloud does not say is left out.
    let Resolution::Known(former) = resolve(prior, runtime, &mut Diagnostics::new()).await else {
        return;
    };
    let mut stay = runtime.echoes().of_the_same_way(&former.echo);
    stay.extend(now.cloned());
    // Theirs stand first, or the rules do not go.
    let unsaid = &mut Diagnostics::new();
    let follow = handover::successors(runtime, &former.echo, private, unsaid).await;
    stay.extend(follow.into_iter().map(|found| found.echo));
    if now.is_some_and(|now| now.selection == former.echo.selection) {
        return;
    }
    if let Ok(losing) = echo::losing(&runtime.cloud, &former.echo, &stay).await {
        warn_of_release(&former.echo, &losing, diagnostics);
    }
}

/// "1 bucket", "12 buckets".
pub fn buckets(count: usize) -> String {
    if count == 1 {
        "1 bucket".to_owned()
    } else {
        format!("{count} buckets")
    }
}

fn unknown(request: PlanRequest, provider: bool) -> PlanResponse {
    let deferral_allowed = request.deferral_allowed;
    let mut response = request.as_proposed();
    if let Some(planned) = &mut response.planned {
        for name in ["id", "target_account_id", "coverage", "agent_config"] {
            planned.set(name, Value::unknown());
        }
        let triggered = planned.get("trigger").is_some_and(|value| !value.is_null());
        let shown = if triggered {
            Value::unknown()
        } else {
            Value::Null
        };
        planned.set(trigger::schema::SHOWN, shown);
    }
    if provider && deferral_allowed {
        response.deferred = Some(Deferred::ProviderConfigUnknown);
    }
    response
}
