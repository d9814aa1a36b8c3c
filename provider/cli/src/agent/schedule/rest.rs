//! How long a bucket rests that failed.

use std::time::Duration;

/// The first rest after a failure.
pub(super) const SHORTEST_REST: Duration = Duration::from_secs(1);
/// The longest: failed buckets are tried for ever, this often.
pub(super) const LONGEST_REST: Duration = Duration::from_mins(5);

/// A wish to hear of a bucket again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// When.
    pub after: Duration,
    /// How often it has failed.
    pub attempts: u32,
}

impl Rest {
    /// After so many failures. `random` is from 0 to 1.
    pub(super) fn of(attempts: u32, random: f64) -> Self {
        Self {
            after: length(attempts, random),
            attempts,
        }
    }
}

/// Twice as long each time up to the longest, less a random part up to a half.
fn length(attempts: u32, random: f64) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    let whole = SHORTEST_REST
        .saturating_mul(1 << doublings)
        .min(LONGEST_REST);
    whole.mul_f64(1.0 - random.clamp(0.0, 1.0) / 2.0)
}
