//! Calls about actions.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream;
use tokio::sync::{mpsc, oneshot};

use crate::proto::tfplugin6::invoke_action::{self, event};
use crate::proto::tfplugin6::{plan_action, validate_action_config};
use crate::{Diagnostic, Diagnostics, InvokeActionRequest, PlanActionRequest, Progress, validate};

use super::wire::{decode, deferral_allowed, deferred, diagnostics, only};
use super::{Answers, Service};

impl Service {
    pub(super) async fn validate_action_config(
        &self,
        request: validate_action_config::Request,
    ) -> validate_action_config::Response {
        let answer = self.validate_action(request).await;
        validate_action_config::Response {
            diagnostics: answer.map_or_else(only, diagnostics),
        }
    }

    async fn validate_action(
        &self,
        request: validate_action_config::Request,
    ) -> Result<Diagnostics, Diagnostic> {
        let name = request.type_name;
        let catalog = self.catalog()?;
        let offered = catalog.action(&name)?;
        let config = decode(
            request.config.as_ref(),
            &offered.ty,
            &format!("The configuration of action {name}"),
        )?;
        let (schema, handler) = (Arc::clone(&offered.schema), Arc::clone(&offered.handler));
        let outcome = self
            .calls
            .run("validate", &name, |_| async move {
                let mut diagnostics = validate(&schema, &config);
                handler.validate(&config, &mut diagnostics).await;
                diagnostics
            })
            .await;
        Ok(outcome?)
    }

    pub(super) async fn plan_action(&self, request: plan_action::Request) -> plan_action::Response {
        self.plan_an_action(request)
            .await
            .unwrap_or_else(|error| plan_action::Response {
                diagnostics: only(error),
                deferred: None,
            })
    }

    async fn plan_an_action(
        &self,
        request: plan_action::Request,
    ) -> Result<plan_action::Response, Diagnostic> {
        let name = request.action_type;
        let catalog = self.configured_catalog("plan", &name)?;
        let offered = catalog.action(&name)?;
        let config = decode(
            request.config.as_ref(),
            &offered.ty,
            &format!("The configuration of action {name}"),
        )?;
        let plan = PlanActionRequest {
            config,
            deferral_allowed: deferral_allowed(request.client_capabilities.as_ref()),
        };
        let handler = Arc::clone(&offered.handler);
        let outcome = self
            .calls
            .run("plan", &name, |context| async move {
                let mut diagnostics = Diagnostics::new();
                let deferred = handler.plan(&context, plan, &mut diagnostics).await;
                (deferred, diagnostics)
            })
            .await;
        let (put_off, messages) = outcome?;
        Ok(plan_action::Response {
            diagnostics: diagnostics(messages),
            deferred: put_off.map(deferred),
        })
    }

    pub(super) fn invoke_action(
        &self,
        request: invoke_action::Request,
    ) -> Answers<invoke_action::Event> {
        self.invoke(request)
            .unwrap_or_else(|error| Box::pin(stream::iter([Ok(completed(only(error)))])))
    }

    fn invoke(
        &self,
        request: invoke_action::Request,
    ) -> Result<Answers<invoke_action::Event>, Diagnostic> {
        let name = request.action_type;
        let catalog = self.configured_catalog("invoke", &name)?;
        let offered = catalog.action(&name)?;
        let config = decode(
            request.config.as_ref(),
            &offered.ty,
            &format!("The configuration of action {name}"),
        )?;
        let handler = Arc::clone(&offered.handler);
        let calls = self.calls();
        let (sender, messages) = mpsc::unbounded_channel();
        let (end_sender, mut end) = oneshot::channel();
        tokio::spawn(async move {
            let nobody_listens = sender.clone();
            let work = calls.run("invoke", &name, |context| async move {
                let mut diagnostics = Diagnostics::new();
                let request = InvokeActionRequest { config };
                handler
                    .invoke(&context, request, &Progress::new(sender), &mut diagnostics)
                    .await;
                diagnostics
            });
            let outcome = tokio::select! {
                outcome = work => outcome,
                // Dropping the work cancels it.
                () = nobody_listens.closed() => return,
            };
            let ended = match outcome {
                Ok(messages) => diagnostics(messages),
                Err(lost) => only(lost.reason),
            };
            let _ = end_sender.send(completed(ended));
        });
        let progress = stream::unfold(messages, |mut messages| async {
            let message = messages.recv().await?;
            Some((Ok(progressed(message)), messages))
        });
        let ended = stream::once(async move { (&mut end).await.ok().map(Ok) })
            .filter_map(|event| async { event });
        Ok(Box::pin(progress.chain(ended)))
    }
}

fn progressed(message: String) -> invoke_action::Event {
    invoke_action::Event {
        r#type: Some(event::Type::Progress(event::Progress { message })),
    }
}

fn completed(diagnostics: Vec<crate::proto::tfplugin6::Diagnostic>) -> invoke_action::Event {
    invoke_action::Event {
        r#type: Some(event::Type::Completed(event::Completed { diagnostics })),
    }
}
