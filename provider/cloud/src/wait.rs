//! Waiting for what is merely not yet there.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use replication::Step;
use replication::step::Target;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::error::{CloudError, ErrorFacts, ErrorKind};
use crate::failure::Failure;
use crate::job::Job;
use crate::recent::Recent;
use crate::site::Site;

mod spread;

use spread::{New, spread};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long a call that is under way may take to its end when the job is over.
const GRACE: Duration = Duration::from_secs(10);
/// How long after the look a document that others write too may be written without another look at it.
const SOON: Duration = Duration::from_millis(200);

/// How long one step has waited already, and whether it may wait on.
pub(crate) struct Patience<'a> {
    job: &'a Job,
    /// Cancelled when another step of the stage has failed.
    failed: &'a CancellationToken,
    recent: &'a Recent,
    step: &'a Step,
    /// When what the step writes was last looked at: before the plan's first step, or ahead of this one.
    looked: Instant,
    since: Option<Instant>,
    pauses: u32,
}

impl<'a> Patience<'a> {
    pub(crate) fn new(
        job: &'a Job,
        failed: &'a CancellationToken,
        recent: &'a Recent,
        step: &'a Step,
        looked: Instant,
    ) -> Self {
        Self {
            job,
            failed,
            recent,
            step,
            looked,
            since: None,
            pauses: 0,
        }
    }

    /// Returns after a pause if another try may succeed.
    ///
    /// # Errors
    ///
    /// Where the failure is the user's to mend, the bound is reached, another step of the stage has failed, or the job ends.
    pub(crate) async fn wait(&mut self, failure: Failure) -> Result<(), Ended> {
        let new = New::of(self.step, self.recent);
        let Some(spread) = spread(&failure, new) else {
            return Err(Ended::refused(failure));
        };
        let now = Instant::now();
        let since = *self.since.get_or_insert(now);
        let waited = now.duration_since(since);
        let mut left = spread.bound().saturating_sub(waited);
        if let Some(deadline) = self.job.deadline {
            left = left.min(deadline.saturating_duration_since(now));
        }
        if left.is_zero() {
            return Err(Ended {
                kind: ErrorKind::TimedOut,
                note: Some(format!(
                    "waited {} s for {spread}",
                    waited.as_secs_f32().round()
                )),
                failure: Some(Box::new(failure)),
            });
        }
        let pause = pause(self.pauses).min(left);
        self.pauses += 1;
        tracing::debug!(operation = %failure.operation, answer = %failure.words(), pause = ?pause, "waiting for {spread}");
        tokio::select! {
            () = self.job.cancel.cancelled() => Err(Ended {
                kind: ErrorKind::Cancelled,
                note: Some(format!("cancelled while waiting for {spread}")),
                failure: Some(Box::new(failure)),
            }),
            () = self.failed.cancelled() => Err(Ended {
                kind: failure.kind,
                note: Some(format!("waited no longer for {spread}, since another step has failed")),
                failure: Some(Box::new(failure)),
            }),
            () = sleep(pause) => Ok(()),
        }
    }

    /// Whether others have had time to write since the plan's look: a step before this one may have waited for minutes.
    pub(crate) fn is_late(&self) -> bool {
        self.looked.elapsed() > SOON
    }

    /// Whether the job goes on.
    ///
    /// # Errors
    ///
    /// Where it is cancelled or its deadline is over.
    pub(crate) fn check(&self) -> Result<(), Ended> {
        match over(self.job) {
            Some(ended) => Err(ended),
            None => Ok(()),
        }
    }
}

/// Why the job is over, if it is.
pub(crate) fn over(job: &Job) -> Option<Ended> {
    let (kind, note) = if job.cancel.is_cancelled() {
        (ErrorKind::Cancelled, "cancelled before it was begun")
    } else if job
        .deadline
        .is_some_and(|deadline| deadline <= Instant::now())
    {
        (
            ErrorKind::TimedOut,
            "the time for all of it was over before it was begun",
        )
    } else {
        return None;
    };
    Some(Ended {
        kind,
        note: Some(note.to_owned()),
        failure: None,
    })
}

/// Comes when the job has been over for so long that a call under way is not waited for any more: the SDK's own retries may
/// go on for minutes.
pub(crate) async fn cut_off(job: &Job) -> Ended {
    let deadline = async {
        match job.deadline {
            Some(deadline) => sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    };
    let kind = tokio::select! {
        () = job.cancel.cancelled() => ErrorKind::Cancelled,
        () = deadline => ErrorKind::TimedOut,
    };
    sleep(GRACE).await;
    let note =
        "the service had not answered when the job ended; whether it was done, the next look tells";
    Ended {
        kind,
        note: Some(note.to_owned()),
        failure: None,
    }
}

/// Twice as long each time up to the longest, less a random part up to a half: those who wait for one thing shall not all
/// come back at once.
fn pause(number: u32) -> Duration {
    let whole = FIRST_PAUSE
        .saturating_mul(2_u32.saturating_pow(number.min(16)))
        .min(LONGEST_PAUSE);
    let random = RandomState::new().hash_one(number) % 1024;
    // Below 1024, so nothing is lost.
    let random = u32::try_from(random).unwrap_or_default();
    whole.saturating_sub(whole / 2 * random / 1024)
}

/// Why a step came to its end before its time.
#[derive(Debug)]
pub(crate) struct Ended {
    kind: ErrorKind,
    /// What was waited for, and how long.
    note: Option<String>,
    failure: Option<Box<Failure>>,
}

impl Ended {
    /// A failure that no waiting mends.
    pub(crate) fn refused(failure: Failure) -> Self {
        Self {
            kind: failure.kind,
            note: None,
            failure: Some(Box::new(failure)),
        }
    }

    /// The error that a person reads.
    pub(crate) fn at(self, site: &Site, what: String, target: Target) -> CloudError {
        let Some(failure) = self.failure else {
            return without_call(self.kind, self.note, what, target);
        };
        let mut error = failure.at(site, what, Some(target));
        error.kind = self.kind;
        if let Some(note) = self.note {
            error.message = format!("{} ({note})", error.message);
        }
        error
    }

    /// The error of a step that was not begun.
    pub(crate) fn before(self, what: String, target: Target) -> CloudError {
        without_call(self.kind, self.note, what, target)
    }
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::refused(failure)
    }
}

fn without_call(kind: ErrorKind, note: Option<String>, what: String, target: Target) -> CloudError {
    let mut facts = ErrorFacts::of(kind, what, note.unwrap_or_default());
    if let Target::Bucket(at) = &target {
        facts.site = Some(at.site.clone());
    }
    facts.remedy = Some("What was done so far stays: apply again to go on from there.".to_owned());
    facts.target = Some(target);
    facts.into()
}

/// Tries until it succeeds or patience ends.
macro_rules! persist {
    ($patience:expr, $attempt:expr) => {
        loop {
            match $attempt.await {
                Ok(answer) => break Ok::<_, $crate::wait::Ended>(answer),
                Err(failure) => {
                    if let Err(ended) = $patience.wait(failure).await {
                        break Err(ended);
                    }
                }
            }
        }
    };
}
pub(crate) use persist;

#[cfg(test)]
mod tests;
