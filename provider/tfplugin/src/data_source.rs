//! What a data source is: a question about what exists.

use async_trait::async_trait;

use crate::{Context, Deferred, Diagnostics, Schema, Value};

/// A data source type.
#[async_trait]
pub trait DataSource: Send + Sync + 'static {
    /// The schema of the data block.
    fn schema(&self) -> Schema;

    /// Checks the block beyond what the schema's own validators check. Values may be unknown.
    async fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Answers the question. The configuration is wholly known.
    async fn read(
        &self,
        context: &Context,
        request: DataSourceRequest,
        diagnostics: &mut Diagnostics,
    ) -> DataSourceResponse;
}

/// What [`DataSource::read`] is given.
#[derive(Clone)]
pub struct DataSourceRequest {
    /// The data block.
    pub config: Value,
    /// Whether Terraform takes a deferred answer.
    pub deferral_allowed: bool,
}

/// What [`DataSource::read`] answers.
#[derive(Clone, Default)]
pub struct DataSourceResponse {
    /// The data block with its computed attributes filled in; `None` only beside an error or a deferral.
    pub state: Option<Value>,
    /// Set where this cannot be known in this run.
    pub deferred: Option<Deferred>,
}
