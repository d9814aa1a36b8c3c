//! The Terraform provider `crr`: one file a resource, data source or function.
//!
//! # Flow
//!
//! Terraform's configuration comes in as values that may be unknown. Here, and only here, they become the model's
//! types, in which nothing is unknown: see [`pair`] for the path of `crr_pair`. What the model answers goes back as
//! attributes and diagnostics, each at the attribute that it speaks of.
//!
//! # What it must not know
//!
//! How to call a service (crate `cloud`), or what a bucket should look like (crate `replication`).

use std::sync::Arc;

use async_trait::async_trait;
use tfplugin::{
    ConfigureRequest, DataSource, Diagnostics, Function, Provider, Resource, Schema, ServeOptions,
    Value,
};

mod coverage_data_source;
mod diagnostics;
mod duration;
pub mod echo_mode;
mod facets;
pub mod functions;
mod known;
pub mod pair;
pub mod pair_data_source;
mod protection_data_source;
pub mod provider_block;
pub mod runtime;
pub mod site;
pub mod stated;
mod validators;

use runtime::Shared;

/// How this provider introduces itself.
pub const OPTIONS: ServeOptions = ServeOptions {
    log_targets: &["cloud", "replication", "terraform_provider_crr"],
    ..ServeOptions::new(
        "crr",
        "registry.terraform.io/crr-dr/crr",
        env!("CARGO_PKG_VERSION"),
    )
};

/// The provider.
#[derive(Default)]
pub struct Crr {
    shared: Arc<Shared>,
}

#[async_trait]
impl Provider for Crr {
    fn schema(&self) -> Schema {
        provider_block::schema()
    }

    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        vec![
            (
                "crr_site",
                Arc::new(site::SiteResource::new(self.shared.clone())),
            ),
            (
                "crr_pair",
                Arc::new(pair::PairResource::new(self.shared.clone())),
            ),
            (
                echo_mode::NAMES[0],
                Arc::new(echo_mode::EchoModeResource::new(self.shared.clone())),
            ),
            (
                echo_mode::NAMES[1],
                Arc::new(echo_mode::EchoModeResource::new(self.shared.clone())),
            ),
        ]
    }

    fn data_sources(&self) -> Vec<(&'static str, Arc<dyn DataSource>)> {
        vec![
            (
                "crr_pair",
                Arc::new(pair_data_source::PairDataSource::new(self.shared.clone())),
            ),
            (
                "crr_coverage",
                Arc::new(coverage_data_source::CoverageDataSource::new(
                    self.shared.clone(),
                )),
            ),
            (
                "crr_protection",
                Arc::new(protection_data_source::ProtectionDataSource::new(
                    self.shared.clone(),
                )),
            ),
        ]
    }

    fn functions(&self) -> Vec<(&'static str, Arc<dyn Function>)> {
        functions::all()
    }

    async fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        provider_block::validate(config, diagnostics);
    }

    async fn configure(&self, request: ConfigureRequest, diagnostics: &mut Diagnostics) {
        if let Some(runtime) = provider_block::configure(&request, diagnostics)
            && let Some(before) = self.shared.set(runtime)
        {
            before.close().await;
        }
    }

    async fn close(&self) {
        if let Some(runtime) = self.shared.take() {
            runtime.close().await;
        }
    }
}
