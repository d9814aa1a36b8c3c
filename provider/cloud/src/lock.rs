//! One writer a thing at a time inside the process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use replication::bucket::BucketRef;
use replication::{KeyArn, RoleArn};
use tokio::sync::OwnedMutexGuard;

/// What is locked. A bucket by its name alone: two sites may be two ways to one bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Lockable {
    Bucket(String),
    Role(RoleArn),
    KmsKey(KeyArn),
}

type Registry = Arc<Mutex<BTreeMap<Lockable, Arc<tokio::sync::Mutex<()>>>>>;

/// The locks that somebody holds or waits for.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    registry: Registry,
}

/// Holds the locks of some buckets, roles and keys until it is dropped.
#[derive(Debug)]
#[must_use = "the locks are held only as long as this is"]
pub struct Guard {
    held: Vec<(Lockable, OwnedMutexGuard<()>)>,
    registry: Registry,
}

impl Locks {
    /// Takes the locks one after the other in one order for all, so that no two wait for each other.
    pub(crate) async fn lock(
        &self,
        buckets: impl IntoIterator<Item = BucketRef>,
        roles: impl IntoIterator<Item = RoleArn>,
        keys: impl IntoIterator<Item = KeyArn>,
    ) -> Guard {
        let wanted: BTreeSet<Lockable> = buckets
            .into_iter()
            .map(|at| Lockable::Bucket(at.bucket.as_str().to_owned()))
            .chain(roles.into_iter().map(Lockable::Role))
            .chain(keys.into_iter().map(Lockable::KmsKey))
            .collect();
        let mut guard = Guard {
            held: Vec::with_capacity(wanted.len()),
            registry: self.registry.clone(),
        };
        for key in wanted {
            let lock = self
                .registry
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(key.clone())
                .or_default()
                .clone();
            guard.held.push((key, lock.lock_owned().await));
        }
        guard
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.registry.lock().unwrap().len()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, held) in self.held.drain(..) {
            drop(held);
            // Nobody can come to hold it meanwhile: that takes the registry.
            if registry
                .get(&key)
                .is_some_and(|lock| Arc::strong_count(lock) == 1)
            {
                registry.remove(&key);
            }
        }
    }
}
