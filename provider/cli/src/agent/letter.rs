//! The messages of a queue: what they say, and what becomes of them.

use std::time::SystemTime;

use cloud::Receipt;
use replication::BucketName;

use super::schedule::Rest;

pub mod incoming;
pub mod outgoing;
pub mod said;

/// A message that is in our hands until what it says is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Which echo's queue it came from.
    pub echo: usize,
    /// What it is deleted by, or given back.
    pub receipt: Receipt,
    /// Its id, where it was given to the function: what the function's answer does not name is deleted.
    pub given: Option<String>,
    /// When it was sent.
    pub sent: Option<SystemTime>,
}

/// What becomes of letters.
#[derive(Debug)]
pub enum Mail {
    /// They are done with.
    Done(Vec<Letter>),
    /// The bucket failed: that goes into the queue, and then they are done with.
    PutBack {
        /// The bucket, with its echo.
        bucket: (usize, BucketName),
        /// They.
        letters: Vec<Letter>,
        /// When it is to be tried again.
        rest: Rest,
    },
    /// A look at the whole site is to go on from this bucket.
    GoOn {
        /// Which echo.
        echo: usize,
        /// The first that was not looked at.
        from: BucketName,
        /// They asked for it.
        letters: Vec<Letter>,
    },
    /// Others may take them, now.
    HandBack(Vec<Letter>),
    /// There are no more.
    Last,
}
