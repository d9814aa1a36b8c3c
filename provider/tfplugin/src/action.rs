//! What an action is: something done on request or on an event, that leaves no state.

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::{Context, Deferred, Diagnostics, Schema, Value};

/// An action type.
#[async_trait]
pub trait Action: Send + Sync + 'static {
    /// The schema of the action's `config` block.
    fn schema(&self) -> Schema;

    /// Checks the block beyond what the schema's own validators check. Values may be unknown.
    async fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Says before anything is applied whether the action could be done. Values may be unknown.
    async fn plan(
        &self,
        _context: &Context,
        _request: PlanActionRequest,
        _diagnostics: &mut Diagnostics,
    ) -> Option<Deferred> {
        None
    }

    /// Does it. An error in `diagnostics` says that it failed.
    async fn invoke(
        &self,
        context: &Context,
        request: InvokeActionRequest,
        progress: &Progress,
        diagnostics: &mut Diagnostics,
    );
}

/// What [`Action::plan`] is given.
#[derive(Clone)]
pub struct PlanActionRequest {
    /// The action's block.
    pub config: Value,
    /// Whether Terraform takes a deferred answer.
    pub deferral_allowed: bool,
}

/// What [`Action::invoke`] is given.
#[derive(Clone)]
pub struct InvokeActionRequest {
    /// The action's block.
    pub config: Value,
}

/// The way of progress messages to the user.
#[derive(Clone, Debug)]
pub struct Progress {
    sender: mpsc::UnboundedSender<String>,
}

impl Progress {
    pub(crate) fn new(sender: mpsc::UnboundedSender<String>) -> Self {
        Self { sender }
    }

    /// Shows a line to the user. Lost if nobody listens any more.
    pub fn report(&self, message: impl Into<String>) {
        let _ = self.sender.send(message.into());
    }
}
