//! Calls about data sources.

use std::sync::Arc;

use crate::proto::tfplugin6::{read_data_source, validate_data_resource_config};
use crate::{DataSourceRequest, DataSourceResponse, Diagnostic, Diagnostics, Value, validate};

use super::Service;
use super::settle::{Allow, settle};
use super::wire::{decode, deferral_allowed, deferred, diagnostics, encode, only};

impl Service {
    pub(super) async fn validate_data_resource_config(
        &self,
        request: validate_data_resource_config::Request,
    ) -> validate_data_resource_config::Response {
        let answer = self.validate_data_source(request).await;
        validate_data_resource_config::Response {
            diagnostics: answer.map_or_else(only, diagnostics),
        }
    }

    async fn validate_data_source(
        &self,
        request: validate_data_resource_config::Request,
    ) -> Result<Diagnostics, Diagnostic> {
        let name = request.type_name;
        let catalog = self.catalog()?;
        let offered = catalog.data_source(&name)?;
        let config = decode(
            request.config.as_ref(),
            &offered.ty,
            &format!("The configuration of data {name}"),
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

    pub(super) async fn read_data_source(
        &self,
        request: read_data_source::Request,
    ) -> read_data_source::Response {
        self.read_data(request)
            .await
            .unwrap_or_else(|error| read_data_source::Response {
                diagnostics: only(error),
                ..Default::default()
            })
    }

    async fn read_data(
        &self,
        request: read_data_source::Request,
    ) -> Result<read_data_source::Response, Diagnostic> {
        let name = request.type_name;
        let catalog = self.configured_catalog("read", &name)?;
        let offered = catalog.data_source(&name)?;
        let config = decode(
            request.config.as_ref(),
            &offered.ty,
            &format!("The configuration of data {name}"),
        )?;
        let read = DataSourceRequest {
            config,
            deferral_allowed: deferral_allowed(request.client_capabilities.as_ref()),
        };
        let handler = Arc::clone(&offered.handler);
        let outcome = self
            .calls
            .run("read", &name, |context| async move {
                let mut diagnostics = Diagnostics::new();
                let response = handler.read(&context, read, &mut diagnostics).await;
                (response, diagnostics)
            })
            .await;
        let (
            DataSourceResponse {
                state,
                deferred: put_off,
            },
            mut messages,
        ) = outcome?;
        let what = format!("the result of data {name}");
        if state.is_none() && put_off.is_none() && !messages.has_errors() {
            messages.error(
                format!("The provider gave no result for data {name}"),
                "This is a bug in the provider.",
            );
        }
        // A deferred answer may leave open what it could not ask for.
        let allow = if put_off.is_some() {
            Allow::PLAN
        } else {
            Allow::STATE
        };
        let state = state.map_or(Value::Null, |state| {
            settle(state, &offered.ty, allow, &what, &mut messages)
        });
        Ok(read_data_source::Response {
            state: Some(encode(&state, &offered.ty, &what)?),
            deferred: put_off.map(deferred),
            diagnostics: diagnostics(messages),
        })
    }
}
