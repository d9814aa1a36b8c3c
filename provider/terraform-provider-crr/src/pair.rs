//! `crr_pair`: two buckets, and what replicates from the one to the other.
//!
//! # Flow
//!
//! `config` turns attributes into the model's pair. `look` looks at the world for it. `plan`, `apply` and `remove` then
//! ask the model, which says what should be, what is wrong, and which steps lead there. What a change had made when it
//! failed stays known by `attempts`.

use std::sync::Arc;

use async_trait::async_trait;
use tfplugin::{
    ApplyRequest, ApplyResponse, Context, Diagnostics, IdentitySchema, ImportRequest, Imported,
    PlanRequest, PlanResponse, ReadRequest, ReadResponse, Resource, Schema, Value,
};

use crate::runtime::Shared;

mod apply;
mod attempts;
mod config;
mod contest;
mod deletion;
mod import;
mod look;
mod plan;
mod remove;
pub mod schema;
mod state;
mod stated;
mod validate;

pub(crate) use config::{Operation, PairAttributes, Resolution as PairResolution};
pub use deletion::warn_of_targets;
pub use plan::warn_of_one_place;
pub(crate) use state::identity as identity_value;
pub(crate) use stated::absent_role;
pub use stated::{look_at_pair, resolve_pair};

/// The resource.
pub struct PairResource {
    shared: Arc<Shared>,
}

impl PairResource {
    /// The resource over what the provider block made.
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl Resource for PairResource {
    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    async fn validate(&self, config: &Value, diagnostics: &mut Diagnostics) {
        let mut reading = Diagnostics::new();
        match config::PairAttributes::read(config, &mut reading) {
            Some(attributes) => attributes.validate(diagnostics),
            // What the schema refused cannot be read either, and has been said in better words.
            None if diagnostics.has_errors() => {}
            None => diagnostics.extend(reading),
        }
    }

    async fn read(
        &self,
        _context: &Context,
        request: ReadRequest,
        diagnostics: &mut Diagnostics,
    ) -> ReadResponse {
        match self.shared.get(diagnostics) {
            Some(runtime) => look::read(&runtime, request, diagnostics).await,
            None => request.unchanged(),
        }
    }

    async fn plan(
        &self,
        _context: &Context,
        request: PlanRequest,
        diagnostics: &mut Diagnostics,
    ) -> PlanResponse {
        match self.shared.get(diagnostics) {
            Some(runtime) => plan::plan(&runtime, request, diagnostics).await,
            None => request.as_proposed(),
        }
    }

    async fn create(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        self.apply(context, request, diagnostics).await
    }

    async fn update(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        self.apply(context, request, diagnostics).await
    }

    async fn delete(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        match self.shared.get(diagnostics) {
            Some(runtime) => remove::remove(&runtime, context, request, diagnostics).await,
            None => request.unchanged(),
        }
    }

    async fn import(
        &self,
        _context: &Context,
        request: ImportRequest,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Imported> {
        match self.shared.get(diagnostics) {
            Some(runtime) => import::import(&runtime, request, diagnostics)
                .await
                .into_iter()
                .collect(),
            None => Vec::new(),
        }
    }
}

impl PairResource {
    async fn apply(
        &self,
        context: &Context,
        request: ApplyRequest,
        diagnostics: &mut Diagnostics,
    ) -> ApplyResponse {
        match self.shared.get(diagnostics) {
            Some(runtime) => apply::apply(&runtime, context, request, diagnostics).await,
            None => request.unchanged(),
        }
    }
}
