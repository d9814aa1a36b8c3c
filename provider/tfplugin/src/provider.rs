//! What a provider is: its own block, and the things that it offers by name.

use std::sync::Arc;

use async_trait::async_trait;

use crate::{
    Action, DataSource, Diagnostics, EphemeralResource, Function, ListResource, Resource, Schema,
    Value,
};

/// A provider: the root of everything that Terraform can ask for.
///
/// # Flow
///
/// The lists of offers are taken once, when the process starts, and kept. [`Provider::validate`] may be called
/// with unknown values; [`Provider::configure`] is called before any work on resources. What configure makes
/// (clients, settings) is the provider's own to share with its resources: usually an `Arc` of a cell that both
/// hold.
///
/// # Guarantees
///
/// A resource, data source, list resource, ephemeral resource or action is not read, planned or applied before
/// [`Provider::configure`] has succeeded: the framework answers such calls with a diagnostic. Validation, state
/// upgrades, moves and functions may come before.
///
/// Calls run in parallel, also on one and the same object; hence `&self`.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// The schema of the provider block.
    fn schema(&self) -> Schema;

    /// Managed resources by their full type names, such as `toy_box`.
    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        Vec::new()
    }

    /// Data sources by their full type names.
    fn data_sources(&self) -> Vec<(&'static str, Arc<dyn DataSource>)> {
        Vec::new()
    }

    /// Functions by their bare names: configuration says `provider::toy::NAME(…)`.
    fn functions(&self) -> Vec<(&'static str, Arc<dyn Function>)> {
        Vec::new()
    }

    /// Ephemeral resources by their full type names.
    fn ephemeral_resources(&self) -> Vec<(&'static str, Arc<dyn EphemeralResource>)> {
        Vec::new()
    }

    /// List resources by the type names of the managed resources that they list; those must have an identity.
    fn list_resources(&self) -> Vec<(&'static str, Arc<dyn ListResource>)> {
        Vec::new()
    }

    /// Actions by their full type names.
    fn actions(&self) -> Vec<(&'static str, Arc<dyn Action>)> {
        Vec::new()
    }

    /// Checks the provider block beyond what the schema's own validators check. Values may be unknown.
    async fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Takes the provider block. Values may still be unknown while planning, where they come from resources
    /// that do not exist yet. It is called once in the life of a process, except under a debugger, where one
    /// Terraform after the other attaches to the same process: then the last block counts.
    async fn configure(&self, request: ConfigureRequest, diagnostics: &mut Diagnostics);

    /// Gives back what the process has made for itself alone. Called once when it ends, after the last call; Terraform waits two
    /// seconds for it and not longer.
    async fn close(&self) {}
}

/// What [`Provider::configure`] is given.
#[derive(Clone)]
pub struct ConfigureRequest {
    /// The version of Terraform on the other side.
    pub terraform_version: String,
    /// The provider block, of the type of [`Provider::schema`].
    pub config: Value,
    /// Whether Terraform takes deferred answers in this run.
    pub deferral_allowed: bool,
}
