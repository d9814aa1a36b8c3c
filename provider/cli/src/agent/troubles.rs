//! What keeps an echo from being served, by what was tried last.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// A trouble that lasts is told again after so long.
const TOLD_AGAIN: Duration = Duration::from_mins(5);

/// What was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// Listing the site's buckets.
    Listing,
    /// Asking the queue.
    Queue,
    /// Finding the roles.
    Role,
    /// Finding out whether the echo is still as it is configured here.
    Edition,
}

/// What keeps an echo from being served.
#[derive(Debug)]
pub struct Troubles {
    known: Mutex<Known>,
    /// Told when the queue ceases to answer.
    deafened: Notify,
}

#[derive(Debug)]
struct Known {
    listing: Trouble,
    queue: Trouble,
    role: Trouble,
    edition: Trouble,
}

/// How the last try went, and when that was told.
#[derive(Debug, Default)]
struct Trouble {
    why: Option<String>,
    told: Option<Instant>,
}

impl Trouble {
    fn of(why: &str) -> Self {
        Self {
            why: Some(why.to_owned()),
            told: None,
        }
    }

    /// Notes how a try went. Answers whether that is to be told.
    fn note(&mut self, why: Option<String>) -> bool {
        let lasts = why.is_some() && self.told.is_none_or(|at| at.elapsed() >= TOLD_AGAIN);
        let tell = self.why != why || lasts;
        self.why = why;
        if tell {
            self.told = Some(Instant::now());
        }
        tell
    }
}

impl Troubles {
    /// Those of an echo whose site was not looked at yet.
    pub fn new() -> Self {
        let trouble = "the site has not been looked at yet";
        Self {
            known: Mutex::new(Known {
                listing: Trouble::of(trouble),
                role: Trouble::of(trouble),
                queue: Trouble::default(),
                edition: Trouble::default(),
            }),
            deafened: Notify::new(),
        }
    }

    fn with<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes how a try went. Answers whether that is to be told: it is news, or it was told long ago and lasts.
    pub fn tried(&self, what: Tried, trouble: Option<String>) -> bool {
        let (tell, deafened) = self.with(|known| {
            let place = match what {
                Tried::Listing => &mut known.listing,
                Tried::Queue => &mut known.queue,
                Tried::Role => &mut known.role,
                Tried::Edition => &mut known.edition,
            };
            let deafened = what == Tried::Queue && place.why.is_none() && trouble.is_some();
            (place.note(trouble), deafened)
        });
        if deafened {
            self.deafened.notify_one();
        }
        tell
    }

    /// The first of them.
    pub fn first(&self) -> Option<String> {
        self.with(|known| {
            let all = [&known.edition, &known.listing, &known.role, &known.queue];
            all.into_iter().find_map(|trouble| trouble.why.clone())
        })
    }

    /// Whether the roles are there.
    pub fn has_roles(&self) -> bool {
        self.with(|known| known.role.why.is_none())
    }

    /// Whether the echo is configured otherwise by now.
    pub fn is_outdated(&self) -> bool {
        self.with(|known| known.edition.why.is_some())
    }

    /// Whether the queue does not answer: nobody says what happens.
    pub fn is_deaf(&self) -> bool {
        self.with(|known| known.queue.why.is_some())
    }

    /// Waits until the queue ceases to answer, unless it did since this was waited for last.
    pub async fn deafened(&self) {
        self.deafened.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_trouble_that_lasts_is_told_now_and_then() {
        let troubles = Troubles::new();
        let refused = || Some("InvalidAccessKeyId".to_owned());
        let mut told = 0;
        // A try every five seconds for an hour.
        for _ in 0..720 {
            told += u32::from(troubles.tried(Tried::Listing, refused()));
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        assert_eq!(told, 12);
        assert!(
            troubles.tried(Tried::Listing, None),
            "that it is over is news"
        );
        assert!(!troubles.tried(Tried::Listing, None));
        assert!(
            troubles.tried(Tried::Listing, refused()),
            "and so is another"
        );
    }
}
