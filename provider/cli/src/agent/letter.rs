//! The messages of a queue: what they say, and what becomes of them.

use std::time::SystemTime;

use cloud::Receipt;
use replication::BucketName;

use super::schedule::Rest;

/// A message that is in our hands until what it says is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Which echo's queue it came from.
    pub echo: usize,
    /// How it came.
    pub came: Came,
    /// When it was sent.
    pub sent: Option<SystemTime>,
}

/// How a message came, and so how it is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// We took it: it is ours to delete.
    Taken(Receipt),
    /// It was given to the function: what the answer does not name is deleted.
    Given {
        /// Its id.
        id: String,
    },
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
    /// Others may take them, now.
    HandBack(Vec<Letter>),
    /// There are no more.
    Last,
}
