//! Which bucket is worked on when: no clock, no I/O, no randomness of its own.
//!
//! # Flow
//!
//! Whoever hears of a bucket wakes it ([`Schedule::wake`]), with a ticket where a message said so. [`Schedule::next`] hands out what is
//! to be worked on, [`Schedule::done`] takes what came of it and says what becomes of the tickets. Time is what the caller says it is.
//!
//! # Guarantees
//!
//! * A bucket is in one pair of hands at a time, and no more are out than `at_once`.
//! * A bucket that is woken while it is worked on is worked on again: what was written meanwhile may have been missed.
//! * A bucket that failed rests for a while of its own, longer each time, whatever wakes it; then it is tried again, for ever.
//! * Each ticket comes back exactly once. One of a bucket that failed comes back with the wish to have the failure put into the queue;
//!   while such a message is on its way, further tickets for the bucket come back at once: the message comes after them.
//! * A bucket that failed is seen again also where another process takes that message: a while after its rest, if not before. Only
//!   who may not live so long ([`Schedule::telling`]) leaves it to the message.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use echo::Depth;

mod rest;
#[cfg(test)]
mod tests;
mod wake;

pub use rest::Rest;
pub use wake::{Answer, Urgency, Wake};

/// How long whoever takes the message about a bucket that has rested has for it, before we look how it stands.
const MARGIN: Duration = Duration::from_secs(15);

/// What came of the work on a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is protected, or there is nothing to do for it.
    Settled,
    /// It failed.
    Failed,
    /// It needs work, and nothing may be tried for now: what looks at the whole site comes back to it, but a ticket is not done with.
    Hindered,
}

/// What becomes of the tickets of a bucket.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended<T> {
    /// They are done with.
    pub tickets: Vec<T>,
    /// Put this into the queue first.
    pub put_back: Option<Rest>,
    /// How long it rests, where it failed.
    pub rest: Option<Rest>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It waits for its turn.
    Ready(Urgency),
    /// It is worked on. `again`: it was woken meanwhile.
    Running { again: Option<(Urgency, Depth)> },
    /// It will be ready then.
    Later { at: Duration },
    /// It failed. `told`: a message that says so comes then, to whoever takes it.
    Resting { until: Duration, told: bool },
}

#[derive(Debug)]
struct Entry<T> {
    state: State,
    depth: Depth,
    attempts: u32,
    tickets: Vec<T>,
    /// Those that came while it was worked on.
    later: Vec<T>,
}

/// The buckets that there is something to do for.
#[derive(Debug)]
pub struct Schedule<K, T> {
    entries: BTreeMap<K, Entry<T>>,
    urgent: VecDeque<K>,
    routine: VecDeque<K>,
    due: BTreeSet<(Duration, K)>,
    running: usize,
    at_once: usize,
    /// Whether a failure goes into the queue even where no message was about the bucket.
    always_tell: bool,
}

impl<K: Ord + Clone, T> Schedule<K, T> {
    /// An empty one, for so many buckets at once.
    pub fn new(at_once: usize) -> Self {
        Self {
            entries: BTreeMap::new(),
            urgent: VecDeque::new(),
            routine: VecDeque::new(),
            due: BTreeSet::new(),
            running: 0,
            at_once: at_once.max(1),
            always_tell: false,
        }
    }

    /// The same for a process that may not live until a rest is over: each failure goes into the queue.
    #[must_use]
    pub fn telling(mut self) -> Self {
        self.always_tell = true;
        self
    }

    /// Somebody says that there may be something to do for a bucket.
    pub fn wake(&mut self, key: K, wake: Wake<T>, now: Duration) -> Answer<T> {
        self.ripen(now);
        let Some(entry) = self.entries.get_mut(&key) else {
            self.entries.insert(
                key.clone(),
                Entry {
                    state: State::Ready(wake.urgency),
                    depth: wake.depth,
                    attempts: wake.attempts,
                    tickets: wake.ticket.into_iter().collect(),
                    later: Vec::new(),
                },
            );
            self.enqueue(wake.urgency, key);
            return Answer::Taken;
        };
        entry.attempts = entry.attempts.max(wake.attempts);
        match &mut entry.state {
            State::Running { again } => {
                let (urgency, depth) = again.unwrap_or((wake.urgency, wake.depth));
                *again = Some((urgency.max(wake.urgency), depth.max(wake.depth)));
                entry.later.extend(wake.ticket);
                Answer::Taken
            }
            State::Resting { until, told } => {
                let Some(ticket) = wake.ticket else {
                    return Answer::Taken;
                };
                if *told {
                    return Answer::Known(ticket);
                }
                *told = true;
                let rest = Rest {
                    after: until.saturating_sub(now),
                    attempts: entry.attempts,
                };
                Answer::PutBack(ticket, rest)
            }
            State::Ready(urgency) => {
                entry.depth = entry.depth.max(wake.depth);
                entry.tickets.extend(wake.ticket);
                if wake.urgency > *urgency {
                    *urgency = wake.urgency;
                    self.enqueue(wake.urgency, key);
                }
                Answer::Taken
            }
            State::Later { at } => {
                let at = *at;
                entry.state = State::Ready(wake.urgency);
                entry.depth = entry.depth.max(wake.depth);
                entry.tickets.extend(wake.ticket);
                self.due.remove(&(at, key.clone()));
                self.enqueue(wake.urgency, key);
                Answer::Taken
            }
        }
    }

    /// Has a glance at a bucket later, unless there is something to do for it before, or it was to be later still.
    pub fn wake_at(&mut self, key: K, at: Duration) {
        if let Some(entry) = self.entries.get_mut(&key) {
            if let State::Later { at: later } = entry.state
                && at < later
            {
                entry.state = State::Later { at };
                self.due.remove(&(later, key.clone()));
                self.due.insert((at, key));
            }
            return;
        }
        let entry = Entry {
            state: State::Later { at },
            depth: Depth::Glance,
            attempts: 0,
            tickets: Vec::new(),
            later: Vec::new(),
        };
        self.entries.insert(key.clone(), entry);
        self.due.insert((at, key));
    }

    /// The next bucket to work on, how closely, and how often it has failed.
    pub fn next(&mut self, now: Duration) -> Option<(K, Depth, u32)> {
        self.ripen(now);
        if self.running >= self.at_once {
            return None;
        }
        loop {
            let (urgency, key) = match self.urgent.pop_front() {
                Some(key) => (Urgency::Urgent, key),
                None => (Urgency::Routine, self.routine.pop_front()?),
            };
            // One that became urgent, and was worked on since, still stands where it stood before.
            if let Some(entry) = self.entries.get_mut(&key)
                && entry.state == State::Ready(urgency)
            {
                entry.state = State::Running { again: None };
                self.running += 1;
                return Some((key, entry.depth, entry.attempts));
            }
        }
    }

    /// What came of a bucket that was handed out. `random` is from 0 to 1: those who failed together shall not come back together.
    pub fn done(&mut self, key: &K, outcome: Outcome, now: Duration, random: f64) -> Ended<T> {
        let mut ended = Ended {
            tickets: Vec::new(),
            put_back: None,
            rest: None,
        };
        let Some(entry) = self.entries.get_mut(key) else {
            return ended;
        };
        let State::Running { again } = entry.state else {
            return ended;
        };
        self.running -= 1;
        let asked = self.always_tell || !(entry.tickets.is_empty() && entry.later.is_empty());
        let outcome = match outcome {
            Outcome::Hindered if asked => Outcome::Failed,
            Outcome::Hindered => Outcome::Settled,
            outcome => outcome,
        };
        ended.tickets.append(&mut entry.tickets);
        match (outcome, again) {
            (Outcome::Settled, None) => {
                self.entries.remove(key);
            }
            (Outcome::Settled, Some((urgency, depth))) => {
                entry.state = State::Ready(urgency);
                entry.depth = depth;
                entry.attempts = 0;
                entry.tickets.append(&mut entry.later);
                self.enqueue(urgency, key.clone());
            }
            (Outcome::Failed | Outcome::Hindered, _) => {
                ended.tickets.append(&mut entry.later);
                entry.attempts = entry.attempts.saturating_add(1);
                let rest = Rest::of(entry.attempts, random);
                let told = self.always_tell || !ended.tickets.is_empty();
                let until = now + rest.after;
                entry.state = State::Resting { until, told };
                entry.depth = Depth::Glance;
                self.due.insert((until, key.clone()));
                ended.rest = Some(rest);
                ended.put_back = told.then_some(rest);
            }
        }
        ended
    }

    /// The queue did not take the message about a bucket that failed: it is tried again by us when it has rested.
    pub fn not_told(&mut self, key: &K) {
        if let Some(entry) = self.entries.get_mut(key)
            && let State::Resting { told, .. } = &mut entry.state
        {
            *told = false;
        }
    }

    /// When something changes by itself.
    pub fn next_due(&self) -> Option<Duration> {
        self.due.first().map(|(at, _)| *at)
    }

    /// How many are worked on.
    pub fn running(&self) -> usize {
        self.running
    }

    /// How many wait for their turn.
    pub fn waiting(&self) -> usize {
        let ready = |entry: &&Entry<T>| matches!(entry.state, State::Ready(_));
        self.entries.values().filter(ready).count()
    }

    /// How many failed and rest.
    pub fn resting(&self) -> usize {
        let resting = |entry: &&Entry<T>| matches!(entry.state, State::Resting { .. });
        self.entries.values().filter(resting).count()
    }

    /// Whether a bucket failed and rests.
    pub fn is_resting(&self, key: &K) -> bool {
        self.entries
            .get(key)
            .is_some_and(|entry| matches!(entry.state, State::Resting { .. }))
    }

    /// All tickets that are out.
    pub fn tickets(&self) -> impl Iterator<Item = &T> {
        self.entries
            .values()
            .flat_map(|entry| entry.tickets.iter().chain(&entry.later))
    }

    /// Forgets all that is not being worked on, and gives back its tickets.
    pub fn stop(&mut self) -> Vec<T> {
        self.urgent.clear();
        self.routine.clear();
        self.due.clear();
        let mut tickets = Vec::new();
        self.entries.retain(|_, entry| {
            tickets.append(&mut entry.later);
            if let State::Running { again } = &mut entry.state {
                *again = None;
                return true;
            }
            tickets.append(&mut entry.tickets);
            false
        });
        tickets
    }

    /// Forgets everything, also what is being worked on, and gives back its tickets.
    pub fn abandon(&mut self) -> Vec<T> {
        let mut tickets = self.stop();
        for entry in std::mem::take(&mut self.entries).into_values() {
            tickets.extend(entry.tickets);
        }
        self.running = 0;
        tickets
    }

    /// What has waited long enough.
    fn ripen(&mut self, now: Duration) {
        while let Some((at, _)) = self.due.first()
            && *at <= now
        {
            let Some((at, key)) = self.due.pop_first() else {
                return;
            };
            let Some(entry) = self.entries.get_mut(&key) else {
                continue;
            };
            match entry.state {
                // The message that says so comes about now, to whoever takes it, and knows how often it failed.
                State::Resting { told: true, .. } if self.always_tell => {
                    self.entries.remove(&key);
                }
                // If that is another process we would never learn what came of it.
                State::Resting { told: true, .. } => {
                    let at = at + MARGIN;
                    entry.state = State::Later { at };
                    self.due.insert((at, key));
                }
                State::Resting { .. } | State::Later { .. } => {
                    entry.state = State::Ready(Urgency::Routine);
                    self.enqueue(Urgency::Routine, key);
                }
                State::Ready(_) | State::Running { .. } => {}
            }
        }
    }

    fn enqueue(&mut self, urgency: Urgency, key: K) {
        match urgency {
            Urgency::Urgent => self.urgent.push_back(key),
            Urgency::Routine => self.routine.push_back(key),
        }
    }
}
