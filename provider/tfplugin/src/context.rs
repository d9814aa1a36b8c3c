//! What accompanies a call that may take long: the wish to cancel it, and a safe place for what it made so far.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::Value;

/// Accompanies one call.
///
/// # Flow
///
/// A method that makes several things calls [`Context::keep`] after each of them. When the method returns, its
/// answer counts and nothing kept does. When it panics, or does not return within the grace period after a
/// cancel, the framework answers in its place, with an error and with what was kept last (or else the prior
/// state), so that nothing made is forgotten.
#[derive(Clone, Debug)]
pub struct Context {
    /// Cancelled when Terraform asks the provider to stop (Ctrl-C). Watch it between steps and while waiting,
    /// and return the state really reached with an error.
    pub cancel: CancellationToken,
    kept: Arc<Mutex<Option<Kept>>>,
}

/// What a call put aside through [`Context::keep`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    pub(crate) state: Option<Value>,
    pub(crate) private: Option<Vec<u8>>,
    pub(crate) identity: Option<Value>,
}

impl Context {
    /// A context that is cancelled with `cancel`. The framework makes one for each call; tests of a provider
    /// may make their own.
    pub fn new(cancel: CancellationToken) -> Self {
        Self {
            cancel,
            kept: Arc::default(),
        }
    }

    /// Puts aside the state that stands for what was made so far, in place of what was put aside before.
    ///
    /// Values that are still unknown in it are stored as null.
    pub fn keep(&self, state: Value) {
        self.with(|kept| kept.state = Some(state));
    }

    /// Puts aside private data to go with the kept state.
    pub fn keep_private(&self, private: Vec<u8>) {
        self.with(|kept| kept.private = Some(private));
    }

    /// Puts aside the identity to go with the kept state.
    pub fn keep_identity(&self, identity: Value) {
        self.with(|kept| kept.identity = Some(identity));
    }

    /// The state that was kept last: for tests of a provider.
    pub fn kept(&self) -> Option<Value> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .and_then(|kept| kept.state.clone())
    }

    pub(crate) fn take_kept(&self) -> Option<Kept> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn with(&self, change: impl FnOnce(&mut Kept)) {
        change(
            self.kept
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert_default(),
        );
    }
}
