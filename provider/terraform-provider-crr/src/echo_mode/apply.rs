//! Protecting what needs it.

use echo::{Found, Survey};
use replication::echo::{Coverage, Standing};
use tfplugin::{ApplyRequest, ApplyResponse, Context, Diagnostics, Path, Value};

use super::config::{Moved, Resolution, Resolved, resolve, target_account};
use super::plan::{buckets, only_rests, wants_the_same};
use super::survey::{job, missing_roles, survey, waiting};
use super::{Surveys, accounts, agent_config, coverage, handover, trigger};
use crate::pair::Operation;
use crate::runtime::Runtime;

/// How many failed buckets get a diagnostic of their own.
const TOLD: usize = 20;

/// Creates or changes an echo.
pub(super) async fn apply(
    runtime: &Runtime,
    surveys: &Surveys,
    context: &Context,
    request: ApplyRequest,
    diagnostics: &mut Diagnostics,
) -> ApplyResponse {
    let Some(planned) = request.planned.clone() else {
        return request.unchanged();
    };
    if only_rests(request.prior.as_ref(), &planned) {
        return trigger::rest(runtime, context, request, planned, diagnostics).await;
    }
    let operation = if request.prior.is_some() {
        Operation::Update
    } else {
        Operation::Create
    };
    let Some(resolved) = known(runtime, context, &planned, operation, diagnostics).await else {
        return request.unchanged();
    };
    let job = job(context, &resolved, operation);
    let echo = &resolved.echo;
    if let Some(prior) = &request.prior
        && let Some(moved) = Moved::of(prior, echo)
    {
        moved.refuse(diagnostics);
        return request.unchanged();
    }
    let mut state = planned.clone();
    if state
        .get("replica_modifications")
        .is_none_or(Value::is_unknown)
    {
        let two_way = echo.template.direction == replication::Direction::TwoWay;
        state.set("replica_modifications", Value::from(two_way));
    }
    state.set("id", Value::from(echo.id()));
    state.set("target_account_id", target_account(echo));
    // What it replaces has left its rules, and its trigger, to it.
    let replaced = request
        .prior
        .is_none()
        .then(|| handover::handed_over(&planned, &request.private))
        .flatten()
        .and_then(|names| runtime.echoes().take_replaced(&names));
    let former = request.prior.as_ref().or(replaced.as_ref());
    // From here on something may be made: whatever happens, state must know of it.
    context.keep_private(trigger::private(former, &request.private));
    context.keep(request.prior.clone().unwrap_or_else(|| state.clone()));
    // Before the buckets are looked at: what is made after the look, an event tells.
    let applied = trigger::apply(
        runtime,
        context,
        &resolved,
        &mut state,
        (former, &request.private),
        &job,
        diagnostics,
    )
    .await;
    state.set("agent_config", agent_config::of(&state, runtime));
    let private = applied.private;
    let last = surveys.take(echo).filter(|_| !applied.changed);
    let surveyed = match last {
        Some(survey) => survey,
        None => match survey(runtime, echo, &job, diagnostics).await {
            Some(survey) => survey,
            None => return failed(&request, state, private),
        },
    };
    if resolved.paused {
        if diagnostics.has_errors() {
            return failed(&request, with_coverage(state, &surveyed.coverage), private);
        }
        return finish(state, &planned, &surveyed.coverage, private, diagnostics);
    }
    context.keep(with_coverage(
        request.prior.clone().unwrap_or_else(|| state.clone()),
        &surveyed.coverage,
    ));
    let Survey {
        coverage: before,
        work,
        ..
    } = surveyed;
    let found = echo::protect(runtime, echo, work, &job).await;
    let after = before.after(found.iter().map(|f| (f.bucket.as_str(), &f.standing)));
    tell(&found, diagnostics);
    if !diagnostics.has_errors()
        && let Some(former) = former
    {
        release_former(runtime, former, &planned, &resolved, &job, diagnostics).await;
    }
    if diagnostics.has_errors() {
        return failed(&request, with_coverage(state, &after), private);
    }
    finish(state, &planned, &after, private, diagnostics)
}

/// The echo, and the account of its target made where that is wanted.
async fn known(
    runtime: &Runtime,
    context: &Context,
    planned: &Value,
    operation: Operation,
    diagnostics: &mut Diagnostics,
) -> Option<Box<Resolved>> {
    let mut resolution = resolve(planned, runtime, diagnostics).await;
    if let Resolution::Unknown {
        account: Some(_), ..
    } = &resolution
    {
        let job = waiting(context, planned, operation);
        accounts::make(planned, runtime, &job, diagnostics).await;
        if diagnostics.has_errors() {
            return None;
        }
        resolution = resolve(planned, runtime, diagnostics).await;
    }
    let resolved = match resolution {
        Resolution::Known(resolved) => resolved,
        Resolution::Unknown { .. } => {
            diagnostics.error(
                "Still unknown at apply",
                "A value that the echo needs is not known although everything it comes from has been applied. If it is in the provider block, make what it comes from first, with -target.",
            );
            return None;
        }
        Resolution::Failed => return None,
    };
    if resolved.paused {
        return Some(resolved);
    }
    for role in missing_roles(runtime, &resolved.echo, diagnostics).await {
        diagnostics.error_at(
            Path::root().attribute("role"),
            format!("Role {role} does not exist"),
            "IAM answers NoSuchEntity. S3 would take the rules all the same and then fail every object. Set `replication_role` on the `crr_site` of each site that objects leave, and name the site here by `crr_site.NAME.name`. Where that role has a name of its own, give it as `source_role` or `target_role` = `crr_site.NAME.replication_role_arn`.",
        );
    }
    (!diagnostics.has_errors()).then_some(resolved)
}

/// A change that failed leaves the old configuration in state, so that the next plan shows the change again. What is there
/// now is shown beside it.
fn failed(request: &ApplyRequest, reached: Value, private: Vec<u8>) -> ApplyResponse {
    let state = match request.prior.clone() {
        Some(mut kept) => {
            for name in ["coverage", trigger::schema::SHOWN] {
                if let Some(value @ (Value::Object(_) | Value::Map(_))) = reached.get(name) {
                    kept.set(name, value.clone());
                }
            }
            kept
        }
        None => trigger::without_unknowns(reached),
    };
    ApplyResponse {
        state: Some(state),
        private,
        identity: None,
    }
}

/// What the former configuration made and this one does not want.
async fn release_former(
    runtime: &Runtime,
    former: &Value,
    planned: &Value,
    resolved: &Resolved,
    job: &cloud::Job,
    diagnostics: &mut Diagnostics,
) {
    if wants_the_same(former, planned) {
        return;
    }
    let Resolution::Known(former) = resolve(former, runtime, diagnostics).await else {
        return;
    };
    if former.echo == resolved.echo {
        return;
    }
    let beyond = resolved.remove;
    release(runtime, &former.echo, &[], beyond, job, diagnostics).await;
}

/// Takes away what an echo made and no other one of this run wants, the one that it has become among them, nor one that follows
/// it needs as long as it does not stand itself. What stays is told.
pub(super) async fn release(
    runtime: &Runtime,
    former: &replication::Echo,
    follows: &[replication::Echo],
    beyond: bool,
    job: &cloud::Job,
    diagnostics: &mut Diagnostics,
) {
    let now = runtime.echoes().of_the_same_way(former);
    match echo::release(runtime, former, &now, follows, beyond, job).await {
        Ok(released) => {
            tell(&released.failures, diagnostics);
            tell_spared(former, &released.spared, diagnostics);
        }
        Err(error) => {
            crate::diagnostics::add_error(Path::root().attribute("source"), &error, diagnostics);
        }
    }
}

/// Rules that may be another echo's stay, and nobody would look for them if that is not so.
fn tell_spared(
    former: &replication::Echo,
    spared: &[replication::BucketName],
    diagnostics: &mut Diagnostics,
) {
    if spared.is_empty() {
        return;
    }
    let mut names: Vec<String> = spared
        .iter()
        .take(TOLD)
        .map(|bucket| format!("- {bucket}"))
        .collect();
    if spared.len() > TOLD {
        names.push(format!("and {} more", spared.len() - TOLD));
    }
    diagnostics.warning_at(
        Path::root().attribute("select").attribute("tags"),
        format!("Rules stay on {}", buckets(spared.len())),
        format!(
            "Echo {} was for {}. These have another value of such a tag by now, so their rules may be those of an echo that selects by that value: nothing else tells the two apart. If there is none, take the rules whose ID begins with \"crr/\" and goes on with \"/echo.\" off by hand.\n{}",
            former.id(),
            former.selection,
            names.join("\n")
        ),
    );
}

/// What Terraform was told is what it gets: where the site has changed since, the next refresh says so.
fn finish(
    mut state: Value,
    planned: &Value,
    reached: &Coverage,
    private: Vec<u8>,
    diagnostics: &mut Diagnostics,
) -> ApplyResponse {
    if let Some(told) = coverage::of(planned) {
        if told.counts != reached.counts {
            diagnostics.warning(
                "The site has changed since it was planned",
                format!(
                    "{}. Everything that was found and can be protected is; the next plan shows the new numbers.",
                    coverage::changes(&told.counts, &reached.counts)
                ),
            );
        }
    } else {
        state.set("coverage", coverage::to_value(reached));
    }
    ApplyResponse {
        state: Some(state),
        private,
        identity: None,
    }
}

fn with_coverage(mut state: Value, reached: &Coverage) -> Value {
    state.set("coverage", coverage::to_value(reached));
    state
}

/// Each bucket that failed is an error with its name and what to do.
pub fn tell(found: &[Found], diagnostics: &mut Diagnostics) {
    let failed: Vec<_> = found
        .iter()
        .filter_map(|found| match &found.standing {
            Standing::Failed { summary, detail } => Some((&found.bucket, summary, detail)),
            _ => None,
        })
        .collect();
    for (bucket, summary, detail) in failed.iter().take(TOLD) {
        diagnostics.error(format!("Bucket {bucket}: {summary}"), detail.as_str());
    }
    if failed.len() > TOLD {
        let names: Vec<String> = failed
            .iter()
            .skip(TOLD)
            .take(100)
            .map(|(bucket, summary, _)| format!("- {bucket}: {summary}"))
            .collect();
        diagnostics.error(
            format!("{} more failed", buckets(failed.len() - TOLD)),
            names.join("\n"),
        );
    }
}
