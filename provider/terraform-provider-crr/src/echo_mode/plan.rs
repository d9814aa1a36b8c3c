//! Planning an echo.
//!
//! Terraform plans twice, the second time right before it applies, and wants the same answer. Buckets come and go meanwhile.
//! So the planned coverage follows from the refreshed state alone; and where there is none of this configuration, it is known
//! after apply, and a warning says what a look shows now.

use replication::echo::Coverage;
use tfplugin::{Context, Deferred, Diagnostics, Path, PlanRequest, PlanResponse, Value};

use super::config::{Resolution, resolve};
use super::survey::{job, missing_roles, survey};
use super::{Surveys, accounts, agent_config, coverage, handover, schema};
use crate::pair::Operation;
use crate::runtime::Runtime;

/// What changes nothing about how buckets stand.
const BESIDE: [&str; 7] = [
    "id",
    // It is about the same account as before, or it is an error.
    "target_account_id",
    "paused",
    "on_destroy",
    "timeouts",
    "coverage",
    "agent_config",
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
    if unset {
        let two_way = echo.template.direction == replication::Direction::TwoWay;
        planned.set("replica_modifications", Value::from(two_way));
    }
    planned.set("id", Value::from(echo.id()));
    planned.set("target_account_id", target_account(echo));
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
        }
        None => {
            planned.set("coverage", Value::unknown());
            let mut last = surveys.take(echo);
            if last.is_none() {
                let job = job(context, &resolved, Operation::Read);
                last = survey(runtime, echo, &job, diagnostics).await;
            }
            if let Some(survey) = last {
                if resolved.paused {
                    diagnostics.warning(
                        format!("Echo {} is paused", echo.id()),
                        format!("Nothing will be touched. {}", words(&survey.coverage)),
                    );
                } else if survey.coverage.needs_work() {
                    diagnostics.warning(
                        format!(
                            "Echo {} will protect {}",
                            echo.id(),
                            buckets(survey.work.len())
                        ),
                        words(&survey.coverage),
                    );
                }
                warn(echo, &survey.coverage, diagnostics);
                surveys.keep(echo, survey);
            }
        }
    }
    if known.is_none() && !resolved.paused {
        for role in missing_roles(runtime, echo, diagnostics).await {
            if !runtime.is_noted_site_role(&role) {
                diagnostics.warning_at(
                    Path::root().attribute("role"),
                    format!("Role {role} does not exist yet"),
                    "If `replication_role` of the site's `crr_site` makes it in the same apply, name that site by `crr_site.NAME.name`. Otherwise the apply will fail, before it touches anything.",
                );
            }
        }
    }
    let mut response = request.as_proposed();
    response.planned = Some(planned);
    response
}

/// The account that the target is in.
pub fn target_account(echo: &replication::Echo) -> Value {
    Value::from(echo.template.destination.site.account.to_string())
}

/// "1 bucket", "12 buckets".
pub fn buckets(count: usize) -> String {
    if count == 1 {
        "1 bucket".to_owned()
    } else {
        format!("{count} buckets")
    }
}

/// How many names a diagnostic repeats.
const NAMED: usize = 20;

fn words(coverage: &Coverage) -> String {
    let counts = &coverage.counts;
    let mut text = format!(
        "Of {} {} protected, {} pending, {} drifted, {} cannot be looked at or protected, {} replicated by others, {} replicated elsewhere, {} excluded.",
        buckets(counts.buckets),
        counts.protected,
        counts.pending,
        counts.drifted,
        counts.failed,
        counts.by_others,
        counts.conflicts,
        counts.excluded
    );
    for (name, why) in coverage.exceptions.iter().take(NAMED) {
        text.push_str("\n- ");
        text.push_str(name);
        text.push_str(": ");
        text.push_str(why);
    }
    let more = coverage.exceptions.len().saturating_sub(NAMED) + coverage.unlisted;
    if more > 0 {
        text.push_str("\nand ");
        text.push_str(&more.to_string());
        text.push_str(" more");
    }
    text
}

/// Two echoes of one run would write over each other's rules.
fn contends(echo: &replication::Echo, other: &replication::Echo, diagnostics: &mut Diagnostics) {
    diagnostics.error_at(
        Path::root().attribute("select"),
        format!("Two echoes {} may be for one bucket", echo.id()),
        format!(
            "One is for {}, the other ({}) for {}. Both give their rules the same IDs, so in every apply the one would write over the other's. Let their selections share no bucket: by patterns that have no name in common, by `exclude`, or by different values of one tag.",
            echo.selection, other.id(), other.selection
        ),
    );
}

/// What no apply will mend by itself.
fn warn(echo: &replication::Echo, coverage: &Coverage, diagnostics: &mut Diagnostics) {
    let of = |kind: &str| -> String {
        coverage
            .exceptions
            .iter()
            .filter(|(_, why)| why.starts_with(kind))
            .take(NAMED)
            .map(|(name, why)| format!("- {name}: {why}"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    if coverage.counts.conflicts > 0 {
        diagnostics.warning(
            format!(
                "Site {} has {} in conflict with what others made",
                echo.template.source.site.name,
                buckets(coverage.counts.conflicts)
            ),
            format!("The echo leaves them alone. To stand beside rules that replicate elsewhere, set `merge = true`; to take a bucket that was there before as the target, `adopt_targets = true`; or exclude them.\n{}", of("conflict")),
        );
    }
    if coverage.counts.failed > 0 {
        diagnostics.warning(
            format!(
                "Site {} has {} that could not be protected so far",
                echo.template.source.site.name,
                buckets(coverage.counts.failed)
            ),
            format!("The apply tries again and says more.\n{}", of("failed")),
        );
    }
}

fn unknown(request: PlanRequest, provider: bool) -> PlanResponse {
    let deferral_allowed = request.deferral_allowed;
    let mut response = request.as_proposed();
    if let Some(planned) = &mut response.planned {
        for name in ["id", "target_account_id", "coverage", "agent_config"] {
            planned.set(name, Value::unknown());
        }
    }
    if provider && deferral_allowed {
        response.deferred = Some(Deferred::ProviderConfigUnknown);
    }
    response
}
