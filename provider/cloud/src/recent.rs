//! What was made or changed a moment ago in this process: services need a while until every part of them knows it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use replication::step::Target;
use tokio::time::Instant;

/// After so long, what is not known is not there.
pub(crate) const SPREAD: Duration = Duration::from_mins(2);

/// The targets written to within [`SPREAD`]; older ones are forgotten at the next write.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    written: Mutex<BTreeMap<Target, Instant>>,
}

impl Recent {
    /// Remembers a write.
    pub(crate) fn note(&self, target: Target) {
        let now = Instant::now();
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.retain(|_, at| now.duration_since(*at) < SPREAD);
        written.insert(target, now);
    }

    /// Whether something of this kind was written a moment ago.
    pub(crate) fn any(&self, kind: impl Fn(&Target) -> bool) -> bool {
        let now = Instant::now();
        self.written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .any(|(target, at)| now.duration_since(*at) < SPREAD && kind(target))
    }
}
