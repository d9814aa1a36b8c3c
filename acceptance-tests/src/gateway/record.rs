//! Every call that came in, in order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::call::Call;

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The emulator.
    Emulator,
    /// The gateway's memory of an answer of the emulator's.
    Memory,
    /// The gateway, as S3 would refuse.
    Refusal,
    /// A fault that a test asked for.
    Fault,
}

/// One call and its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Recorded {
    /// What was asked.
    #[serde(flatten)]
    pub call: Call,
    /// Milliseconds since the gateway started, when it came in.
    pub began: u64,
    /// Milliseconds since the gateway started, when it was answered; `None` while it is held.
    pub ended: Option<u64>,
    /// The HTTP status; `None` where the connection was dropped or the call is still held.
    pub status: Option<u16>,
    /// Who answered.
    pub origin: Option<Origin>,
}

/// The record of a gateway.
#[derive(Debug)]
pub struct Record {
    started: Instant,
    calls: Mutex<(u64, Vec<Recorded>)>,
}

/// Which entry of the record a call has; an entry of an earlier record is gone.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    generation: u64,
    index: usize,
}

impl Record {
    /// An empty record that counts from now.
    pub fn new() -> Self {
        Self {
            started: Instant::now(),
            calls: Mutex::default(),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Enters a call.
    pub fn begin(&self, call: &Call) -> Entry {
        let began = self.now();
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.1.push(Recorded {
            call: call.clone(),
            began,
            ended: None,
            status: None,
            origin: None,
        });
        Entry {
            generation: calls.0,
            index: calls.1.len() - 1,
        }
    }

    /// Enters the answer to it.
    pub fn end(&self, entry: Entry, status: Option<u16>, origin: Origin) {
        let ended = self.now();
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.0 != entry.generation {
            return;
        }
        if let Some(recorded) = calls.1.get_mut(entry.index) {
            recorded.ended = Some(ended);
            recorded.status = status;
            recorded.origin = Some(origin);
        }
    }

    /// All calls since the last reset, in order.
    pub fn calls(&self) -> Calls {
        Calls(
            self.calls
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .1
                .clone(),
        )
    }

    /// Forgets all calls.
    pub fn reset(&self) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.0 += 1;
        calls.1.clear();
    }
}

impl Default for Record {
    fn default() -> Self {
        Self::new()
    }
}

/// Calls, in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Calls(pub Vec<Recorded>);

impl Calls {
    /// Those of this operation.
    #[must_use]
    pub fn of(&self, operation: &str) -> Calls {
        Calls(
            self.0
                .iter()
                .filter(|recorded| recorded.call.operation == operation)
                .cloned()
                .collect(),
        )
    }

    /// Those about this bucket, role, user or key.
    #[must_use]
    pub fn on(&self, resource: &str) -> Calls {
        Calls(
            self.0
                .iter()
                .filter(|recorded| recorded.call.resource == resource)
                .cloned()
                .collect(),
        )
    }

    /// Those that change something: everything that does not read.
    #[must_use]
    pub fn writes(&self) -> Calls {
        let reads = [
            "Get",
            "Head",
            "List",
            "Describe",
            "Simulate",
            "AssumeRole",
            "ReceiveMessage",
        ];
        Calls(
            self.0
                .iter()
                .filter(|recorded| {
                    !reads
                        .iter()
                        .any(|verb| recorded.call.operation.starts_with(verb))
                })
                .cloned()
                .collect(),
        )
    }

    /// Each, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Recorded> {
        self.0.iter()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The operations' names, in order.
    pub fn names(&self) -> Vec<&str> {
        self.0
            .iter()
            .map(|recorded| recorded.call.operation.as_str())
            .collect()
    }

    /// How many of each operation.
    pub fn counts(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for name in self.names() {
            *counts.entry(name).or_insert(0) += 1;
        }
        counts
    }

    /// How many calls in a row: the longest chain in which each began after the one before had ended.
    pub fn round_trips(&self) -> usize {
        let mut spans: Vec<_> = self
            .0
            .iter()
            .filter_map(|call| Some((call.ended?, call.began)))
            .collect();
        spans.sort_unstable();
        let mut chain = 0;
        let mut free = 0;
        for (ended, began) in spans {
            if chain == 0 || began >= free {
                chain += 1;
                free = ended;
            }
        }
        chain
    }

    /// One line a call, for the message of a failed test.
    pub fn lines(&self) -> String {
        let line = |recorded: &Recorded| {
            let status = recorded
                .status
                .map_or("-".to_owned(), |status| status.to_string());
            format!(
                "{:>7} ms {status:>3} {} {}",
                recorded.began, recorded.call.operation, recorded.call.resource
            )
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl<'a> IntoIterator for &'a Calls {
    type Item = &'a Recorded;
    type IntoIter = std::slice::Iter<'a, Recorded>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
