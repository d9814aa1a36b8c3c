//! What an ephemeral resource is: a value that lives for one run and never enters state or plan.

use std::time::SystemTime;

use async_trait::async_trait;

use crate::{Context, Deferred, Diagnostics, Schema, Value};

/// An ephemeral resource type.
#[async_trait]
pub trait EphemeralResource: Send + Sync + 'static {
    /// The schema of the ephemeral block.
    fn schema(&self) -> Schema;

    /// Checks the block beyond what the schema's own validators check. Values may be unknown.
    async fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Makes the value.
    async fn open(
        &self,
        context: &Context,
        request: OpenRequest,
        diagnostics: &mut Diagnostics,
    ) -> OpenResponse;

    /// Prolongs the value, at or after the time that open or the last renewal answered.
    async fn renew(
        &self,
        _context: &Context,
        private: Vec<u8>,
        diagnostics: &mut Diagnostics,
    ) -> RenewResponse {
        diagnostics.error(
            "This ephemeral resource cannot be renewed",
            "Its type has no renewal.",
        );
        RenewResponse {
            private,
            renew_at: None,
        }
    }

    /// Gives the value back. The default does nothing.
    async fn close(&self, _context: &Context, _private: Vec<u8>, _diagnostics: &mut Diagnostics) {}
}

/// What [`EphemeralResource::open`] is given.
#[derive(Clone)]
pub struct OpenRequest {
    /// The ephemeral block.
    pub config: Value,
    /// Whether Terraform takes a deferred answer.
    pub deferral_allowed: bool,
}

/// What [`EphemeralResource::open`] answers.
#[derive(Clone, Default)]
pub struct OpenResponse {
    /// The block with its computed attributes filled in; `None` only beside an error or a deferral.
    pub result: Option<Value>,
    /// What renew and close will need.
    pub private: Vec<u8>,
    /// When the value must be renewed, if ever.
    pub renew_at: Option<SystemTime>,
    /// Set where this cannot be done in this run.
    pub deferred: Option<Deferred>,
}

/// What [`EphemeralResource::renew`] answers.
#[derive(Clone, Default)]
pub struct RenewResponse {
    /// What the next renew and close will need.
    pub private: Vec<u8>,
    /// When the value must be renewed again, if ever.
    pub renew_at: Option<SystemTime>,
}
