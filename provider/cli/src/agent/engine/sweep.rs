//! Looking at a whole site: what is listed, and what of it is looked at when.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use echo::Depth;
use replication::BucketName;

use super::{Engine, Letter, Mail};
use crate::agent::board::Appeared;
use crate::agent::edition::Compared;
use crate::agent::schedule::{Urgency, Wake};
use crate::agent::served::Served;
use crate::agent::troubles::Tried;

impl Engine {
    /// Lists the buckets of an echo's source and wakes those that are new. `whole`: all of them, within this time.
    ///
    /// The answer is how many there are; none where they could not be listed.
    pub async fn list(&self, number: usize, whole: Option<Duration>) -> Option<usize> {
        self.list_from(number, whole, None, None).await
    }

    /// The same, from a name on, for a letter.
    pub async fn list_from(
        &self,
        number: usize,
        whole: Option<Duration>,
        from: Option<&str>,
        letter: Option<Letter>,
    ) -> Option<usize> {
        let served = self.served.get(number)?;
        if whole.is_some() {
            self.is_outdated(served).await;
            self.find_roles(served).await;
        }
        let opened = &served.opened;
        let listed = match echo::list(&opened.runtime.cloud, &opened.echo).await {
            Ok(listed) => listed,
            Err(error) => {
                if served.tried(Tried::Listing, Some(error.summary())) {
                    tracing::error!(echo = served.name, error = %error, remedy = error.remedy, "the buckets cannot be listed");
                }
                if let Some(letter) = letter {
                    self.post(Mail::HandBack(vec![letter]));
                }
                return None;
            }
        };
        if served.tried(Tried::Listing, None) {
            tracing::info!(
                echo = served.name,
                buckets = listed.len(),
                "the buckets can be listed"
            );
        }
        self.metrics.listed(&served.name);
        let appeared = served.board().list(listed, SystemTime::now());
        let total = appeared.len();
        if let Some(spread) = whole {
            self.begin(number, served, &appeared, spread, from, letter);
        }
        for appeared in appeared.into_iter().filter(|appeared| appeared.new) {
            tracing::info!(echo = served.name, bucket = %appeared.bucket, "a bucket appeared");
            self.wake(
                (number, appeared.bucket),
                Wake {
                    urgency: Urgency::Urgent,
                    depth: Depth::New,
                    ticket: None,
                    attempts: 0,
                },
            );
        }
        self.changed.notify_one();
        Some(total)
    }

    /// Begins a look at these buckets, from a name on, within this time.
    fn begin(
        &self,
        number: usize,
        served: &Served,
        appeared: &[Appeared],
        spread: Duration,
        from: Option<&str>,
        letter: Option<Letter>,
    ) {
        let now = self.now();
        // Held until all is said: whoever comes to rest meanwhile would never be looked at.
        let mut schedule = self.schedule();
        let buckets: BTreeSet<BucketName> = appeared
            .iter()
            .map(|appeared| &appeared.bucket)
            .filter(|bucket| from.is_none_or(|from| bucket.as_str() >= from))
            .filter(|bucket| !schedule.is_resting(&(number, (*bucket).clone())))
            .cloned()
            .collect();
        served.begin(buckets.clone(), letter);
        for bucket in buckets {
            let at = now + spread.mul_f64(fastrand::f64());
            schedule.wake_at((number, bucket), at);
        }
        drop(schedule);
        self.at_end(served, None);
    }

    /// Whether an apply has changed the echo since it was configured here. Where that cannot be asked it is as it was.
    pub async fn is_outdated(&self, served: &Served) -> bool {
        let trouble = match served.edition.compare().await {
            Compared::Same => None,
            Compared::Other(why) => Some(why),
            Compared::Unknown(why) => {
                tracing::debug!(
                    echo = served.name,
                    why,
                    "the queue does not say whether the echo has changed"
                );
                return served.troubles.is_outdated();
            }
        };
        let outdated = trouble.is_some();
        if served.tried(Tried::Edition, trouble.clone()) {
            if let Some(why) = trouble {
                tracing::error!(
                    echo = served.name,
                    why,
                    "no bucket is touched by an outdated configuration"
                );
            } else {
                tracing::info!(echo = served.name, "the configuration is the one in force");
            }
        }
        outdated
    }

    /// S3 takes rules whose role is not there, and then fails every object: no bucket is touched until it is.
    pub async fn find_roles(&self, served: &Served) {
        if served.opened.paused {
            served.tried(Tried::Role, None);
            return;
        }
        let trouble = served.opened.role_trouble().await;
        if served.tried(Tried::Role, trouble.clone()) {
            if let Some(why) = trouble {
                tracing::error!(
                    echo = served.name,
                    why,
                    "no bucket is touched without its role"
                );
            } else {
                tracing::info!(echo = served.name, "the roles are there");
            }
        }
    }

    /// Where a sweep is at its end, those who asked for it are answered.
    pub(super) fn at_end(&self, served: &Served, bucket: Option<&BucketName>) {
        if let Some((letters, took, buckets)) = served.looked(bucket) {
            self.metrics.swept(&served.name);
            let unprotected = served.board().unprotected().count();
            let seconds = took.as_secs_f64();
            // A small site is looked at every few seconds: only what is news is worth a line.
            if let Some(trouble) = served.trouble() {
                // Without its roles nothing is replicated, whatever rules stand.
                tracing::warn!(
                    echo = served.name,
                    buckets,
                    trouble,
                    seconds,
                    "looked at the whole site, which is not kept protected"
                );
            } else if served.counted((buckets, unprotected)) {
                tracing::info!(
                    echo = served.name,
                    buckets,
                    unprotected,
                    seconds,
                    "looked at the whole site"
                );
            } else {
                tracing::debug!(
                    echo = served.name,
                    buckets,
                    unprotected,
                    seconds,
                    "looked at the whole site"
                );
            }
            if !letters.is_empty() {
                self.post(Mail::Done(letters));
            }
        }
    }
}
