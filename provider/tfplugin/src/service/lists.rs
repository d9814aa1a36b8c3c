//! Calls about list resources.

use std::sync::Arc;

use futures::StreamExt;
use futures::stream;
use tokio::sync::mpsc;
use tonic::codegen::tokio_stream::wrappers::ReceiverStream;

use crate::proto::tfplugin6::{list_resource, validate_list_resource_config};
use crate::{Diagnostic, Diagnostics, Found, ListRequest, Listed, validate};

use super::catalog::{Catalog, OfferedResource};
use super::settle::Allow;
use super::wire::{decode, diagnostics, encode, error, only};
use super::{Answers, Service};

/// How many found objects may wait for Terraform to take them.
const BACKLOG: usize = 64;

impl Service {
    pub(super) async fn validate_list_resource_config(
        &self,
        request: validate_list_resource_config::Request,
    ) -> validate_list_resource_config::Response {
        let answer = self.validate_list(request).await;
        validate_list_resource_config::Response {
            diagnostics: answer.map_or_else(only, diagnostics),
        }
    }

    async fn validate_list(
        &self,
        request: validate_list_resource_config::Request,
    ) -> Result<Diagnostics, Diagnostic> {
        let name = request.type_name;
        let catalog = self.catalog()?;
        let offered = catalog.list_resource(&name)?;
        let config = decode(
            request.config.as_ref(),
            &offered.ty,
            &format!("The configuration of list {name}"),
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

    pub(super) fn list_resource(
        &self,
        request: list_resource::Request,
    ) -> Answers<list_resource::Event> {
        self.list(request)
            .unwrap_or_else(|error| Box::pin(stream::iter([Ok(closing(only(error)))])))
    }

    fn list(
        &self,
        request: list_resource::Request,
    ) -> Result<Answers<list_resource::Event>, Diagnostic> {
        let name = request.type_name;
        let catalog = self.configured_catalog("list", &name)?;
        let offered = catalog.list_resource(&name)?;
        if catalog.resource(&name)?.identity.is_none() {
            return Err(error(
                format!("{name} cannot be listed: it has no identity"),
                "This is a bug in the provider: a list resource goes by the name of a resource with an identity.",
            ));
        }
        let config = decode(
            request.config.as_ref(),
            &offered.ty,
            &format!("The configuration of list {name}"),
        )?;
        // Zero means that the user set no limit.
        let limit = usize::try_from(request.limit)
            .ok()
            .filter(|limit| *limit > 0)
            .unwrap_or(usize::MAX);
        let include_resource = request.include_resource_object;
        let wanted = ListRequest {
            config,
            include_resource,
            limit,
        };
        let handler = Arc::clone(&offered.handler);
        let calls = self.calls();
        let (sender, found) = mpsc::channel(BACKLOG);
        let (end_sender, end) = mpsc::channel(1);
        let listed_type = name.clone();
        tokio::spawn(async move {
            let nobody_listens = sender.clone();
            let work = calls.run("list", &listed_type, |context| async move {
                let mut diagnostics = Diagnostics::new();
                handler
                    .list(&context, wanted, &Found::new(sender), &mut diagnostics)
                    .await;
                diagnostics
            });
            let outcome = tokio::select! {
                outcome = work => outcome,
                // Dropping the work cancels it.
                () = nobody_listens.closed() => return,
            };
            let messages = match outcome {
                Ok(messages) => messages,
                Err(lost) => Diagnostics::from_iter([lost.reason]),
            };
            if !messages.is_empty() {
                let _ = end_sender.send(Ok(closing(diagnostics(messages)))).await;
            }
        });
        let events = ReceiverStream::new(found).take(limit).map(move |listed| {
            Ok(event(&catalog, &name, listed, include_resource)
                .unwrap_or_else(|error| closing(only(error))))
        });
        Ok(Box::pin(events.chain(ReceiverStream::new(end))))
    }
}

/// An event that carries only diagnostics: Terraform takes a warning or an error without an identity as such.
fn closing(diagnostic: Vec<crate::proto::tfplugin6::Diagnostic>) -> list_resource::Event {
    list_resource::Event {
        diagnostic,
        ..Default::default()
    }
}

fn event(
    catalog: &Catalog,
    name: &str,
    listed: Listed,
    include_resource: bool,
) -> Result<list_resource::Event, Diagnostic> {
    let Listed {
        identity,
        display_name,
        resource,
        diagnostics: mut messages,
    } = listed;
    let offered: &OfferedResource = catalog.resource(name)?;
    let identity = offered.encode_identity(Some(identity), name, &mut messages)?;
    let what = format!("the listed state of {name}");
    let resource_object = match resource.filter(|_| include_resource) {
        Some(resource) => {
            let resource = offered.settled(resource, Allow::IMPORT, &what, &mut messages);
            Some(encode(&resource, &offered.ty, &what)?)
        }
        None => None,
    };
    Ok(list_resource::Event {
        identity,
        display_name,
        resource_object,
        diagnostic: diagnostics(messages),
    })
}
