//! What keeps an echo from being served, by what was tried last.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

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
    listing: Option<String>,
    queue: Option<String>,
    role: Option<String>,
    edition: Option<String>,
}

impl Troubles {
    /// Those of an echo whose site was not looked at yet.
    pub fn new() -> Self {
        let trouble = "the site has not been looked at yet".to_owned();
        Self {
            known: Mutex::new(Known {
                listing: Some(trouble.clone()),
                role: Some(trouble),
                queue: None,
                edition: None,
            }),
            deafened: Notify::new(),
        }
    }

    fn with<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes how a try went. Answers whether that is news.
    pub fn tried(&self, what: Tried, trouble: Option<String>) -> bool {
        let (news, deafened) = self.with(|known| {
            let place = match what {
                Tried::Listing => &mut known.listing,
                Tried::Queue => &mut known.queue,
                Tried::Role => &mut known.role,
                Tried::Edition => &mut known.edition,
            };
            let news = *place != trouble;
            let deafened = what == Tried::Queue && place.is_none() && trouble.is_some();
            *place = trouble;
            (news, deafened)
        });
        if deafened {
            self.deafened.notify_one();
        }
        news
    }

    /// The first of them.
    pub fn first(&self) -> Option<String> {
        self.with(|known| {
            let all = [&known.edition, &known.listing, &known.role, &known.queue];
            all.into_iter().find_map(Clone::clone)
        })
    }

    /// Whether the roles are there.
    pub fn has_roles(&self) -> bool {
        self.with(|known| known.role.is_none())
    }

    /// Whether the echo is configured otherwise by now.
    pub fn is_outdated(&self) -> bool {
        self.with(|known| known.edition.is_some())
    }

    /// Whether the queue does not answer: nobody says what happens.
    pub fn is_deaf(&self) -> bool {
        self.with(|known| known.queue.is_some())
    }

    /// Waits until the queue ceases to answer, unless it did since this was waited for last.
    pub async fn deafened(&self) {
        self.deafened.notified().await;
    }
}
