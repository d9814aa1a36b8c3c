//! Plan and apply: the two calls that decide what a resource becomes.

use std::sync::Arc;

use crate::context::Kept;
use crate::proto::tfplugin6::{apply_resource_change, plan_resource_change};
use crate::{
    ApplyRequest, ApplyResponse, Diagnostic, Diagnostics, PlanRequest, PlanResponse, Value,
};

use super::Service;
use super::agree::{plan_with_config, state_with_plan};
use super::settle::{Allow, without_unknowns};
use super::wire::{self, decode_some, deferral_allowed, deferred, diagnostics, encode, only};

/// What the user should know when a call was lost that had put something aside.
const KEPT: &str =
    " What it had made until then is in the state: the next apply goes on from there.";

impl Service {
    pub(super) async fn plan_resource_change(
        &self,
        request: plan_resource_change::Request,
    ) -> plan_resource_change::Response {
        self.plan(request)
            .await
            .unwrap_or_else(|error| plan_resource_change::Response {
                diagnostics: only(error),
                ..Default::default()
            })
    }

    async fn plan(
        &self,
        request: plan_resource_change::Request,
    ) -> Result<plan_resource_change::Response, Diagnostic> {
        let name = request.type_name;
        let catalog = self.configured_catalog("plan", &name)?;
        let offered = catalog.resource(&name)?;
        let prior = decode_some(
            request.prior_state.as_ref(),
            &offered.ty,
            &format!("The state of {name}"),
        )?;
        let config = decode_some(
            request.config.as_ref(),
            &offered.ty,
            &format!("The configuration of {name}"),
        )?;
        let proposed = decode_some(
            request.proposed_new_state.as_ref(),
            &offered.ty,
            &format!("The proposed state of {name}"),
        )?;
        let prior_identity = offered.decode_identity(request.prior_identity.as_ref(), &name)?;
        let (planned, requires_replace) = match (&config, &proposed) {
            (Some(config), Some(proposed)) => {
                let (planned, replace) =
                    crate::plan(&offered.schema, prior.as_ref(), config, proposed);
                (Some(planned), replace)
            }
            _ => (None, Vec::new()),
        };
        let plan = PlanRequest {
            prior: prior.clone(),
            config: config.clone(),
            planned: planned.clone(),
            requires_replace,
            prior_private: request.prior_private,
            prior_identity: prior_identity.clone(),
            deferral_allowed: deferral_allowed(request.client_capabilities.as_ref()),
        };
        let handler = Arc::clone(&offered.handler);
        let outcome = self
            .calls
            .run("plan", &name, |context| async move {
                let mut diagnostics = Diagnostics::new();
                let response = handler.plan(&context, plan, &mut diagnostics).await;
                (response, diagnostics)
            })
            .await;
        let (response, mut messages) = outcome?;
        let PlanResponse {
            planned: refined,
            requires_replace,
            private,
            identity,
            deferred: put_off,
        } = response;
        let what = format!("the plan of {name}");
        let refined = checked_plan(refined, planned, &name, &mut messages)
            .map(|refined| offered.settled(refined, Allow::PLAN, &what, &mut messages));
        if let (Some(config), Some(refined), false) = (&config, &refined, messages.has_errors()) {
            plan_with_config(
                &offered.schema,
                prior.as_ref(),
                config,
                refined,
                &name,
                &mut messages,
            );
        }
        // An identity that holds unknowns says nothing yet.
        let identity = identity.filter(Value::is_wholly_known);
        let identity = offered.encode_identity(identity, &name, &mut messages)?;
        Ok(plan_resource_change::Response {
            planned_state: Some(encode(&refined.unwrap_or(Value::Null), &offered.ty, &what)?),
            requires_replace: requires_replace.iter().map(wire::path).collect(),
            planned_private: private,
            legacy_type_system: false,
            deferred: put_off.map(deferred),
            planned_identity: identity,
            diagnostics: diagnostics(messages),
        })
    }

    pub(super) async fn apply_resource_change(
        &self,
        request: apply_resource_change::Request,
    ) -> apply_resource_change::Response {
        // What an error leaves standing, before anything was changed: the state as it came.
        let unchanged = apply_resource_change::Response {
            new_state: request.prior_state.clone(),
            private: request.planned_private.clone(),
            new_identity: request.planned_identity.clone(),
            ..Default::default()
        };
        match self.apply(request).await {
            Ok(response) => response,
            Err(error) => apply_resource_change::Response {
                diagnostics: only(error),
                ..unchanged
            },
        }
    }

    async fn apply(
        &self,
        request: apply_resource_change::Request,
    ) -> Result<apply_resource_change::Response, Diagnostic> {
        let name = request.type_name;
        let catalog = self.configured_catalog("apply", &name)?;
        let offered = catalog.resource(&name)?;
        let prior = decode_some(
            request.prior_state.as_ref(),
            &offered.ty,
            &format!("The state of {name}"),
        )?;
        let planned = decode_some(
            request.planned_state.as_ref(),
            &offered.ty,
            &format!("The plan of {name}"),
        )?;
        let config = decode_some(
            request.config.as_ref(),
            &offered.ty,
            &format!("The configuration of {name}"),
        )?;
        let identity = offered.decode_identity(request.planned_identity.as_ref(), &name)?;
        let operation = match (&prior, &planned) {
            (None, None) => return Ok(apply_resource_change::Response::default()),
            (None, Some(_)) => Operation::Create,
            (Some(_), Some(_)) => Operation::Update,
            (Some(_), None) => Operation::Delete,
        };
        let apply = ApplyRequest {
            prior: prior.clone(),
            planned: planned.clone(),
            config,
            private: request.planned_private.clone(),
            identity: identity.clone(),
        };
        let handler = Arc::clone(&offered.handler);
        let outcome = self
            .calls
            .run(operation.name(), &name, |context| async move {
                let mut diagnostics = Diagnostics::new();
                let response = match operation {
                    Operation::Create => handler.create(&context, apply, &mut diagnostics).await,
                    Operation::Update => handler.update(&context, apply, &mut diagnostics).await,
                    Operation::Delete => handler.delete(&context, apply, &mut diagnostics).await,
                };
                let kept = context.take_kept().unwrap_or_default();
                (response, diagnostics, kept)
            })
            .await;
        let (response, mut messages) = match outcome {
            Ok((response, messages, kept)) if response.state.is_none() && messages.has_errors() => {
                // No state beside an error is no proof that there is no object.
                (reached(kept, prior, request.planned_private), messages)
            }
            Ok((response, messages, _)) => (response, messages),
            Err(mut lost) => {
                if lost.kept.state.is_some() {
                    lost.reason.detail.push_str(KEPT);
                }
                let messages = Diagnostics::from_iter([lost.reason]);
                (reached(lost.kept, prior, request.planned_private), messages)
            }
        };
        let what = format!("the state of {name} after {}", operation.name());
        operation.check(response.state.is_some(), &name, &mut messages);
        let state = response
            .state
            .map(|state| offered.settled(state, Allow::STATE, &what, &mut messages));
        if let (Some(planned), Some(state), false) = (&planned, &state, messages.has_errors()) {
            state_with_plan(planned, state, &name, &mut messages);
        }
        let identity = state.as_ref().and(response.identity.or(identity));
        let new_identity = offered.encode_identity(identity, &name, &mut messages)?;
        Ok(apply_resource_change::Response {
            new_state: Some(encode(&state.unwrap_or(Value::Null), &offered.ty, &what)?),
            private: response.private,
            legacy_type_system: false,
            new_identity,
            diagnostics: diagnostics(messages),
        })
    }
}

/// A plan to destroy plans no state, and any other plans one.
fn checked_plan(
    refined: Option<Value>,
    planned: Option<Value>,
    name: &str,
    messages: &mut Diagnostics,
) -> Option<Value> {
    match (refined, planned) {
        (Some(_), None) => {
            messages.error(
                format!("The provider planned a state for {name}, which is to be destroyed"),
                "This is a bug in the provider.",
            );
            None
        }
        (None, Some(planned)) => {
            if !messages.has_errors() {
                messages.error(
                    format!("The provider planned no state for {name}"),
                    "This is a bug in the provider: it answered as for a destroy.",
                );
            }
            Some(planned)
        }
        (refined, _) => refined,
    }
}

/// The answer in place of a provider that gave none: what it kept, or else what was before.
fn reached(kept: Kept, prior: Option<Value>, private: Vec<u8>) -> ApplyResponse {
    ApplyResponse {
        state: kept.state.map(without_unknowns).or(prior),
        private: kept.private.unwrap_or(private),
        identity: kept.identity,
    }
}

/// What an apply does.
#[derive(Clone, Copy)]
enum Operation {
    Create,
    Update,
    Delete,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }

    /// Without errors, a creation and an update leave an object, and a deletion leaves none.
    fn check(self, leaves_state: bool, name: &str, messages: &mut Diagnostics) {
        if messages.has_errors() {
            return;
        }
        match (self, leaves_state) {
            (Self::Create | Self::Update, false) => messages.error(
                format!("The provider gave no state for {name} after {}", self.name()),
                "This is a bug in the provider: it reported no error, and so there must be an object.",
            ),
            (Self::Delete, true) => messages.error(
                format!("The provider gave a state for {name} after delete"),
                "This is a bug in the provider: it reported no error, and so there must be no object any more.",
            ),
            (Self::Create | Self::Update, true) | (Self::Delete, false) => {}
        }
    }
}
