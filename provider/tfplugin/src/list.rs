//! What a list resource is: a search for existing objects, for `terraform query`.

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::{Context, Diagnostics, Schema, Value};

/// A list resource type. It goes by the name of a managed resource that has an identity.
#[async_trait]
pub trait ListResource: Send + Sync + 'static {
    /// The schema of the `config` block inside the list block.
    fn schema(&self) -> Schema;

    /// Checks the block beyond what the schema's own validators check. Values may be unknown.
    async fn validate(&self, _config: &Value, _diagnostics: &mut Diagnostics) {}

    /// Searches, and gives each object found to `found` at once.
    async fn list(
        &self,
        context: &Context,
        request: ListRequest,
        found: &Found,
        diagnostics: &mut Diagnostics,
    );
}

/// What [`ListResource::list`] is given.
#[derive(Clone)]
pub struct ListRequest {
    /// The `config` block.
    pub config: Value,
    /// Whether the whole state of each object is wanted, not only its identity.
    pub include_resource: bool,
    /// How many objects at most are wanted.
    pub limit: usize,
}

/// One object found.
#[derive(Clone)]
pub struct Listed {
    /// Its identity, of the type of the managed resource's identity schema.
    pub identity: Value,
    /// How it is called in front of people.
    pub display_name: String,
    /// Its state, of the managed resource's type, where it was asked for.
    pub resource: Option<Value>,
    /// Warnings about this object.
    pub diagnostics: Diagnostics,
}

/// The way of found objects to Terraform.
#[derive(Clone, Debug)]
pub struct Found {
    sender: mpsc::Sender<Listed>,
}

impl Found {
    pub(crate) fn new(sender: mpsc::Sender<Listed>) -> Self {
        Self { sender }
    }

    /// Hands over one object. `false` says that no more are wanted and the search should end.
    pub async fn send(&self, listed: Listed) -> bool {
        self.sender.send(listed).await.is_ok()
    }
}
