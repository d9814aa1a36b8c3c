//! Planning an echo.
//!
//! Terraform plans twice, the second time right before it applies, and wants the same answer. Buckets come and go meanwhile.
//! So the planned coverage follows from the refreshed state alone; and where there is none of this configuration, it is known
//! after apply, and a warning says what a look shows now.

use tfplugin::{Context, Deferred, Diagnostics, PlanRequest, PlanResponse, Value};

use super::config::{Resolution, resolve, target_account};
use super::survey::{job, survey};
use super::{Surveys, accounts, agent_config, coverage, handover, schema, staying, trigger};
use crate::pair::Operation;
use crate::runtime::Runtime;

mod warn;

use warn::{contends, warn, warn_of_missing_roles, warn_of_place, warn_of_public, warn_of_work};

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
    let resolved = match resolve(&planned, runtime, diagnostics).await {
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
    // In a statement of its own: the guard must not live into the next await.
    let other = runtime.echoes().plan(echo);
    if let Some(other) = other {
        contends(echo, &other, diagnostics);
        return request.as_proposed();
    }
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
    let known = prior
        .as_ref()
        .filter(|prior| wants_the_same(prior, &planned))
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
                let job = job(context, &resolved, Operation::Read);
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
    if known.is_none() && !resolved.paused {
        warn_of_missing_roles(runtime, echo, diagnostics).await;
    }
    let mut response = request.as_proposed();
    response.planned = Some(planned);
    response
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
