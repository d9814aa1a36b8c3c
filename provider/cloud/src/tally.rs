//! How many calls were made, for whoever watches the process.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::error::ErrorKind;
use crate::failure::Failure;
use crate::operation::Operation;

/// How often one call was made since the process began. Tries of the SDK within one call are not counted apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCount {
    /// The call: `s3:GetBucketVersioning`.
    pub operation: String,
    /// How often it was made.
    pub calls: u64,
    /// How often it failed, by the service's code. "Not set" is a code, too.
    pub failures: BTreeMap<String, u64>,
}

/// Counts by service and name.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<BTreeMap<(&'static str, &'static str), Count>>);

#[derive(Debug, Default)]
struct Count {
    calls: u64,
    failures: BTreeMap<String, u64>,
}

impl Tally {
    pub(crate) fn count(&self, operation: Operation, failure: Option<&Failure>) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts
            .entry((operation.service, operation.name))
            .or_default();
        count.calls += 1;
        if let Some(failure) = failure {
            let code = failure.code.clone().unwrap_or_else(|| {
                let words = match failure.kind {
                    ErrorKind::Connection => "Connection",
                    ErrorKind::Credentials => "Credentials",
                    _ => "Unknown",
                };
                words.to_owned()
            });
            *count.failures.entry(code).or_default() += 1;
        }
    }

    pub(crate) fn counts(&self) -> Vec<CallCount> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .iter()
            .map(|((service, name), count)| CallCount {
                operation: format!("{service}:{name}"),
                calls: count.calls,
                failures: count.failures.clone(),
            })
            .collect()
    }
}
