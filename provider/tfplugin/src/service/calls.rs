//! Runs one call of a provider so that neither a panic nor a cancel can lose what it made.

use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::context::Kept;
use crate::{Context, Diagnostic};

use super::wire::error;

/// All calls of a process: what stops them.
#[derive(Clone)]
pub(crate) struct Calls {
    stop: Arc<Mutex<CancellationToken>>,
    grace: Duration,
}

/// A call that ended without an answer: it panicked, or did not end in time after a cancel.
pub(super) struct Lost {
    /// Why, for the user.
    pub(super) reason: Diagnostic,
    /// What it had put aside.
    pub(super) kept: Kept,
}

impl From<Box<Lost>> for Diagnostic {
    fn from(lost: Box<Lost>) -> Self {
        lost.reason
    }
}

impl Calls {
    pub(super) fn new(grace: Duration) -> Self {
        remember_panic_locations();
        Self {
            stop: Arc::default(),
            grace,
        }
    }

    /// Cancels the calls under way. Later ones are not touched: an attached Terraform may come back.
    pub(crate) fn stop(&self) {
        let fresh = CancellationToken::new();
        let stopped = std::mem::replace(
            &mut *self.stop.lock().unwrap_or_else(PoisonError::into_inner),
            fresh,
        );
        stopped.cancel();
    }

    /// Runs `work` by itself. If the caller goes away meanwhile, the work is cancelled, but not cut off.
    pub(super) async fn run<T, F>(
        &self,
        call: &'static str,
        name: &str,
        work: impl FnOnce(Context) -> F,
    ) -> Result<T, Box<Lost>>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let cancel = self
            .stop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .child_token();
        let _caller_gone = cancel.clone().drop_guard();
        let context = Context::new(cancel.clone());
        let span = tracing::info_span!("call", rpc = call, tf_type = name);
        let work = work(context.clone());
        let (sender, answer) = oneshot::channel();
        let started = std::time::Instant::now();
        let task = tokio::spawn(
            async move {
                tracing::debug!("begins");
                let result = AssertUnwindSafe(work)
                    .catch_unwind()
                    .await
                    .map_err(|payload| panic_words(&*payload));
                tracing::debug!(milliseconds = elapsed_milliseconds(started), "ends");
                let _ = sender.send(result);
            }
            .instrument(span.clone()),
        );
        let out_of_grace = async {
            cancel.cancelled().await;
            tokio::time::sleep(self.grace).await;
        };
        let result = tokio::select! {
            result = answer => Some(result),
            () = out_of_grace => None,
        };
        let (summary, detail) = match result {
            Some(Ok(Ok(answer))) => return Ok(answer),
            Some(Ok(Err(words))) => (
                format!("The provider crashed in {call} of {name}"),
                format!("This is a bug in the provider: {words}."),
            ),
            Some(Err(_)) => (
                format!("The provider lost {call} of {name}"),
                "The work ended without an answer.".to_owned(),
            ),
            None => {
                task.abort();
                // Only when the work is really gone is what it kept the last word.
                let _ = tokio::time::timeout(Duration::from_secs(1), task).await;
                span.in_scope(|| tracing::warn!("cut off: it did not end after being stopped"));
                let grace = self.grace.as_secs();
                (
                    format!("The provider was cut off in {call} of {name}"),
                    format!("Terraform asked to stop, and the work did not end within {grace} s."),
                )
            }
        };
        let kept = context.take_kept().unwrap_or_default();
        Err(Box::new(Lost {
            reason: error(summary, detail),
            kept,
        }))
    }
}

fn elapsed_milliseconds(started: std::time::Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}

thread_local! {
    /// Where the last panic of this thread happened. A panic is caught on the thread that it happened on, so
    /// that the catcher finds it here.
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Replaces the default report of panics, which would write lines to stderr that are no log lines.
fn remember_panic_locations() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string);
            // In a call, the fields of its span say which one it was.
            tracing::error!(place, panic = %message_of(panic.payload()), "the provider panicked");
            LAST_PANIC.set(place);
        }));
    });
}

/// The words and the place of the panic just caught.
pub(super) fn panic_words(payload: &(dyn Any + Send)) -> String {
    let place = LAST_PANIC
        .take()
        .unwrap_or_else(|| "an unknown place".to_owned());
    format!("{} (at {place})", message_of(payload))
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(|words| (*words).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}
