//! Work that many ask for and that is done once.

use std::sync::{Mutex, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};

use crate::error::CloudError;

type Work<T> = Shared<BoxFuture<'static, Result<T, CloudError>>>;

/// A value that is made when it is first asked for. Those who ask meanwhile wait for the same work and get the same
/// answer, a failure too; whoever asks after a failure starts anew.
pub(crate) struct Once<T: Clone> {
    work: Mutex<Option<Work<T>>>,
}

impl<T: Clone> Default for Once<T> {
    fn default() -> Self {
        Self {
            work: Mutex::new(None),
        }
    }
}

impl<T: Clone> Once<T> {
    /// The value, made by `make` if there is none.
    pub(crate) async fn get(
        &self,
        make: impl FnOnce() -> BoxFuture<'static, Result<T, CloudError>>,
    ) -> Result<T, CloudError> {
        let work = {
            let mut slot = self.work.lock().unwrap_or_else(PoisonError::into_inner);
            slot.get_or_insert_with(|| make().shared()).clone()
        };
        let answer = work.clone().await;
        if answer.is_err() {
            let mut slot = self.work.lock().unwrap_or_else(PoisonError::into_inner);
            if slot.as_ref().is_some_and(|current| current.ptr_eq(&work)) {
                *slot = None;
            }
        }
        answer
    }
}
