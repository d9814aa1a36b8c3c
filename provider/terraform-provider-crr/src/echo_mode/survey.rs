//! Looking at a whole site.

use cloud::Job;
use echo::{Ground, Survey};
use futures::FutureExt;
use futures::future::BoxFuture;
use replication::observed::Reads;
use replication::{Echo, Observed, RoleArn, RoleChoice, Seen};
use tfplugin::{Context, Diagnostics, Path, ReadRequest, ReadResponse, Severity, Value};
use tokio::time::Instant;

use super::config::{Moved, Resolution, Resolved, resolve_anywhere, target_account, timeout};
use super::{Surveys, coverage, handover, trigger};
use crate::diagnostics::add_error;
use crate::pair::Operation;
use crate::runtime::Runtime;

impl Ground for Runtime {
    fn cloud(&self) -> &cloud::Cloud {
        &self.cloud
    }

    fn hold(&self, about: Vec<Reads>) -> BoxFuture<'_, Box<dyn Send + '_>> {
        async move {
            let hold: Box<dyn Send + '_> = Box::new(Runtime::hold(self, about).await);
            hold
        }
        .boxed()
    }
}

/// What ends the work on a site early.
pub fn job(context: &Context, resolved: &Resolved, operation: Operation) -> Job {
    Job {
        cancel: context.cancel.clone(),
        deadline: Some(Instant::now() + resolved.pair.timeout(operation)),
    }
}

/// What ends the wait for an account early, before all of the configuration is known.
pub fn waiting(context: &Context, value: &Value, operation: Operation) -> Job {
    Job {
        cancel: context.cancel.clone(),
        deadline: timeout(value, operation).map(|timeout| Instant::now() + timeout),
    }
}

/// Looks at every bucket of the source.
pub async fn survey(
    runtime: &Runtime,
    echo: &Echo,
    job: &Job,
    diagnostics: &mut Diagnostics,
) -> Option<Survey> {
    let look = echo::survey(&runtime.cloud, echo, job);
    let ended = match job.deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, look).await,
        None => Ok(look.await),
    };
    match ended {
        Ok(Ok(survey)) => Some(survey),
        Ok(Err(error)) => {
            add_error(Path::root().attribute("source"), &error, diagnostics);
            None
        }
        Err(_) => {
            diagnostics.error_at(
                Path::root().attribute("timeouts"),
                format!(
                    "Site {} was not looked at in time",
                    echo.template.source.site.name
                ),
                "The look at its buckets took longer than `timeouts` allow.",
            );
            None
        }
    }
}

/// Refreshes: how every bucket stands.
///
/// An echo that is paused is often so since a site is lost. That must not keep Terraform from all else, so what cannot be looked
/// at is then a warning.
pub(super) async fn read(
    runtime: &Runtime,
    surveys: &Surveys,
    context: &Context,
    request: ReadRequest,
    diagnostics: &mut Diagnostics,
) -> ReadResponse {
    if !super::is_paused(&request.state) {
        return refresh(runtime, surveys, context, request, diagnostics).await;
    }
    let mut found = Diagnostics::new();
    let response = refresh(runtime, surveys, context, request, &mut found).await;
    warn_of(found, diagnostics);
    response
}

/// What is an error for an echo at work, and stops nothing while it is paused.
pub fn warn_of(found: Diagnostics, diagnostics: &mut Diagnostics) {
    for mut diagnostic in found {
        if diagnostic.severity == Severity::Error {
            diagnostic.severity = Severity::Warning;
            diagnostic.detail = format!(
                "{}\n\nThe echo is paused, so this stops nothing. It is shown as it was last seen.",
                diagnostic.detail
            );
        }
        diagnostics.push(diagnostic);
    }
}

async fn refresh(
    runtime: &Runtime,
    surveys: &Surveys,
    context: &Context,
    request: ReadRequest,
    diagnostics: &mut Diagnostics,
) -> ReadResponse {
    let resolved = match resolve_anywhere(&request.state, runtime, diagnostics).await {
        Resolution::Known(resolved) => resolved,
        Resolution::Unknown { .. } => {
            if let Some(unknown) = &runtime.unknown {
                diagnostics.warning(
                    "Not refreshed",
                    format!("The provider block's {unknown} is known after apply only, so the echo is shown as it was last seen."),
                );
            }
            return request.unchanged();
        }
        Resolution::Failed => return request.unchanged(),
    };
    // An error would keep whoever means it from replacing the echo.
    if let Some(moved) = Moved::of(&request.state, &resolved.echo) {
        moved.tell_unseen(diagnostics);
        return request.unchanged();
    }
    let job = job(context, &resolved, Operation::Read);
    let Some(survey) = survey(runtime, &resolved.echo, &job, diagnostics).await else {
        return request.unchanged();
    };
    let mut response = request.unchanged();
    if let Some(state) = &mut response.state {
        let private = std::mem::take(&mut response.private);
        let before = private.clone();
        let private = trigger::read(runtime, &resolved, state, private, diagnostics).await;
        response.private = handover::still_awaiting(&before, &private);
        state.set("coverage", coverage::to_value(&survey.coverage));
        state.set("target_account_id", target_account(&resolved.echo));
    }
    surveys.keep(&resolved.echo, survey);
    response
}

/// The roles that rules are to run under and that are not there.
///
/// S3 takes rules with a role that is not there, and then fails every object.
pub async fn missing_roles(
    runtime: &Runtime,
    echo: &Echo,
    diagnostics: &mut Diagnostics,
) -> Vec<RoleArn> {
    let observed = match runtime.cloud.observe(&echo.role_reads()).await {
        Ok(observed) => observed,
        Err(error) => {
            add_error(Path::root().attribute("role"), &error, diagnostics);
            return Vec::new();
        }
    };
    for (role, found) in &observed.roles {
        if let Seen::Denied { action, message } = &found.role {
            diagnostics.warning_at(
                Path::root().attribute("role"),
                format!("Role {role} could not be looked at"),
                format!("The service answered: {message}\n\nWhether it exists is not known. S3 takes rules with a role that does not, and then fails every object. Allow {action} on it for the credentials of the site."),
            );
        }
    }
    absent_roles(echo, &observed)
}

/// The roles that rules are to run under and that a look at [`Echo::role_reads`] found not to be there.
pub fn absent_roles(echo: &Echo, observed: &Observed) -> Vec<RoleArn> {
    let sides = [&echo.template.source, &echo.template.destination];
    let mut missing: Vec<RoleArn> = sides
        .into_iter()
        .filter_map(|side| match &side.role {
            RoleChoice::Existing(role) => Some(role),
            RoleChoice::Own => None,
        })
        .filter(|role| {
            observed
                .roles
                .get(*role)
                .is_some_and(|found| found.role.is_absent())
        })
        .cloned()
        .collect();
    missing.dedup();
    missing
}
