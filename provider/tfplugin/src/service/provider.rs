//! Calls about the provider as a whole.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::proto::tfplugin6::{
    configure_provider, get_functions, get_metadata, get_provider_schema,
    get_resource_identity_schemas, stop_provider, validate_provider_config,
};
use crate::{ConfigureRequest, Diagnostic, Diagnostics, validate};

use super::Service;
use super::wire::{decode, deferral_allowed, diagnostics, only};

impl Service {
    pub(super) fn get_metadata(&self) -> get_metadata::Response {
        self.catalog().map_or_else(
            |error| get_metadata::Response {
                diagnostics: only(error),
                ..Default::default()
            },
            |catalog| catalog.metadata(),
        )
    }

    pub(super) fn get_provider_schema(&self) -> get_provider_schema::Response {
        self.catalog().map_or_else(
            |error| get_provider_schema::Response {
                diagnostics: only(error),
                ..Default::default()
            },
            |catalog| catalog.schemas(),
        )
    }

    pub(super) fn get_resource_identity_schemas(&self) -> get_resource_identity_schemas::Response {
        self.catalog().map_or_else(
            |error| get_resource_identity_schemas::Response {
                diagnostics: only(error),
                ..Default::default()
            },
            |catalog| catalog.identities(),
        )
    }

    pub(super) fn get_functions(&self) -> get_functions::Response {
        self.catalog().map_or_else(
            |error| get_functions::Response {
                diagnostics: only(error),
                ..Default::default()
            },
            |catalog| get_functions::Response {
                functions: catalog.function_signatures(),
                diagnostics: Vec::new(),
            },
        )
    }

    pub(super) async fn validate_provider_config(
        &self,
        request: validate_provider_config::Request,
    ) -> validate_provider_config::Response {
        let answer = self.validate_provider(request).await;
        validate_provider_config::Response {
            diagnostics: answer.map_or_else(only, diagnostics),
        }
    }

    async fn validate_provider(
        &self,
        request: validate_provider_config::Request,
    ) -> Result<Diagnostics, Diagnostic> {
        let catalog = self.catalog()?;
        let config = decode(
            request.config.as_ref(),
            &catalog.provider_type,
            "The provider's configuration",
        )?;
        let provider = Arc::clone(&self.provider);
        let outcome = self
            .calls
            .run("validate", "the provider", |_| async move {
                let mut diagnostics = validate(&catalog.provider, &config);
                provider.validate(&config, &mut diagnostics).await;
                diagnostics
            })
            .await;
        Ok(outcome?)
    }

    pub(super) async fn configure_provider(
        &self,
        request: configure_provider::Request,
    ) -> configure_provider::Response {
        let answer = self.configure(request).await;
        configure_provider::Response {
            diagnostics: answer.map_or_else(only, diagnostics),
        }
    }

    async fn configure(
        &self,
        request: configure_provider::Request,
    ) -> Result<Diagnostics, Diagnostic> {
        let catalog = self.catalog()?;
        let config = decode(
            request.config.as_ref(),
            &catalog.provider_type,
            "The provider's configuration",
        )?;
        let request = ConfigureRequest {
            terraform_version: request.terraform_version,
            config,
            deferral_allowed: deferral_allowed(request.client_capabilities.as_ref()),
        };
        let provider = Arc::clone(&self.provider);
        let outcome = self
            .calls
            .run("configure", "the provider", |_| async move {
                let mut diagnostics = Diagnostics::new();
                provider.configure(request, &mut diagnostics).await;
                diagnostics
            })
            .await;
        let diagnostics = outcome?;
        self.configured
            .store(!diagnostics.has_errors(), Ordering::Release);
        Ok(diagnostics)
    }

    pub(super) fn stop_provider(&self) -> stop_provider::Response {
        tracing::info!("asked to stop: cancelling what is under way");
        self.calls.stop();
        stop_provider::Response {
            error: String::new(),
        }
    }
}
