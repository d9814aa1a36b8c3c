//! Calls about ephemeral resources.

use std::sync::Arc;

use crate::proto::tfplugin6::{
    close_ephemeral_resource, open_ephemeral_resource, renew_ephemeral_resource,
    validate_ephemeral_resource_config,
};
use crate::{Diagnostic, Diagnostics, OpenRequest, OpenResponse, Value, validate};

use super::Service;
use super::settle::{Allow, settle};
use super::wire::{decode, deferral_allowed, deferred, diagnostics, encode, only, timestamp};

impl Service {
    pub(super) async fn validate_ephemeral_resource_config(
        &self,
        request: validate_ephemeral_resource_config::Request,
    ) -> validate_ephemeral_resource_config::Response {
        let answer = self.validate_ephemeral(request).await;
        validate_ephemeral_resource_config::Response {
            diagnostics: answer.map_or_else(only, diagnostics),
        }
    }

    async fn validate_ephemeral(
        &self,
        request: validate_ephemeral_resource_config::Request,
    ) -> Result<Diagnostics, Diagnostic> {
        let name = request.type_name;
        let catalog = self.catalog()?;
        let offered = catalog.ephemeral_resource(&name)?;
        let config = decode(
            request.config.as_ref(),
            &offered.ty,
            &format!("The configuration of ephemeral {name}"),
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

    pub(super) async fn open_ephemeral_resource(
        &self,
        request: open_ephemeral_resource::Request,
    ) -> open_ephemeral_resource::Response {
        self.open(request)
            .await
            .unwrap_or_else(|error| open_ephemeral_resource::Response {
                diagnostics: only(error),
                ..Default::default()
            })
    }

    async fn open(
        &self,
        request: open_ephemeral_resource::Request,
    ) -> Result<open_ephemeral_resource::Response, Diagnostic> {
        let name = request.type_name;
        let catalog = self.configured_catalog("open", &name)?;
        let offered = catalog.ephemeral_resource(&name)?;
        let config = decode(
            request.config.as_ref(),
            &offered.ty,
            &format!("The configuration of ephemeral {name}"),
        )?;
        let open = OpenRequest {
            config,
            deferral_allowed: deferral_allowed(request.client_capabilities.as_ref()),
        };
        let handler = Arc::clone(&offered.handler);
        let outcome = self
            .calls
            .run("open", &name, |context| async move {
                let mut diagnostics = Diagnostics::new();
                let response = handler.open(&context, open, &mut diagnostics).await;
                (response, diagnostics)
            })
            .await;
        let (
            OpenResponse {
                result,
                private,
                renew_at,
                deferred: put_off,
            },
            mut messages,
        ) = outcome?;
        let what = format!("the result of ephemeral {name}");
        if result.is_none() && put_off.is_none() && !messages.has_errors() {
            messages.error(
                format!("The provider gave no result for ephemeral {name}"),
                "This is a bug in the provider.",
            );
        }
        let allow = if put_off.is_some() {
            Allow::PLAN
        } else {
            Allow::STATE
        };
        let result = result.map_or(Value::Null, |result| {
            settle(result, &offered.ty, allow, &what, &mut messages)
        });
        Ok(open_ephemeral_resource::Response {
            result: Some(encode(&result, &offered.ty, &what)?),
            private: Some(private),
            renew_at: renew_at.map(timestamp),
            deferred: put_off.map(deferred),
            diagnostics: diagnostics(messages),
        })
    }

    pub(super) async fn renew_ephemeral_resource(
        &self,
        request: renew_ephemeral_resource::Request,
    ) -> renew_ephemeral_resource::Response {
        self.renew(request)
            .await
            .unwrap_or_else(|error| renew_ephemeral_resource::Response {
                diagnostics: only(error),
                ..Default::default()
            })
    }

    async fn renew(
        &self,
        request: renew_ephemeral_resource::Request,
    ) -> Result<renew_ephemeral_resource::Response, Diagnostic> {
        let name = request.type_name;
        let catalog = self.configured_catalog("renew", &name)?;
        let handler = Arc::clone(&catalog.ephemeral_resource(&name)?.handler);
        let private = request.private.unwrap_or_default();
        let outcome = self
            .calls
            .run("renew", &name, |context| async move {
                let mut diagnostics = Diagnostics::new();
                let response = handler.renew(&context, private, &mut diagnostics).await;
                (response, diagnostics)
            })
            .await;
        let (response, messages) = outcome?;
        Ok(renew_ephemeral_resource::Response {
            renew_at: response.renew_at.map(timestamp),
            private: Some(response.private),
            diagnostics: diagnostics(messages),
        })
    }

    pub(super) async fn close_ephemeral_resource(
        &self,
        request: close_ephemeral_resource::Request,
    ) -> close_ephemeral_resource::Response {
        let answer = self.close(request).await;
        close_ephemeral_resource::Response {
            diagnostics: answer.map_or_else(only, diagnostics),
        }
    }

    async fn close(
        &self,
        request: close_ephemeral_resource::Request,
    ) -> Result<Diagnostics, Diagnostic> {
        let name = request.type_name;
        let catalog = self.configured_catalog("close", &name)?;
        let handler = Arc::clone(&catalog.ephemeral_resource(&name)?.handler);
        let private = request.private.unwrap_or_default();
        let outcome = self
            .calls
            .run("close", &name, |context| async move {
                let mut diagnostics = Diagnostics::new();
                handler.close(&context, private, &mut diagnostics).await;
                diagnostics
            })
            .await;
        Ok(outcome?)
    }
}
