//! One apply: what may end it early.

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// What may end the taking of a plan early.
#[derive(Debug, Clone, Default)]
pub struct Job {
    /// Cancelled when the user gives up.
    pub cancel: CancellationToken,
    /// When it must be over; none: waits are bounded only each for itself.
    pub deadline: Option<Instant>,
}
