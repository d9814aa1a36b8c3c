//! Who wakes a bucket, and what is answered.

use echo::Depth;

use super::Rest;

/// How soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// In its turn, after what is urgent.
    Routine,
    /// Somebody made or changed it a moment ago.
    Urgent,
}

/// Why a bucket is woken.
#[derive(Debug, Clone)]
pub struct Wake<T> {
    /// How soon.
    pub urgency: Urgency,
    /// How closely.
    pub depth: Depth,
    /// What must be accounted for when it is done.
    pub ticket: Option<T>,
    /// How often it has failed already, by what woke it.
    pub attempts: u32,
}

/// What becomes of a ticket at once.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// It is kept until the bucket is done.
    Taken,
    /// The bucket rests, and a message that says so is in the queue already: this one says nothing more.
    Known(T),
    /// The bucket rests: put that into the queue in place of this ticket.
    PutBack(T, Rest),
}
