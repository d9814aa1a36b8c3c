//! What a sweep stands on.

use cloud::Cloud;
use futures::future::BoxFuture;
use replication::observed::Reads;

/// The services, and a way to be the only writer to a bucket for a while.
pub trait Ground: Send + Sync {
    /// The services.
    fn cloud(&self) -> &Cloud;

    /// Waits until nobody else in the process writes to what these reads are about, and keeps others from it until the
    /// answer is dropped.
    fn hold(&self, about: Vec<Reads>) -> BoxFuture<'_, Box<dyn Send + '_>>;
}
