//! Faults by rule: which calls, when, and what goes wrong.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::answer::Refusal;
use super::call::Call;
use crate::LabError;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// 503: slow down.
    SlowDown,
    /// 500.
    InternalError,
    /// The connection breaks before anything happened.
    DropBefore,
    /// It happened, and the connection breaks before the answer is out.
    DropAfter,
    /// It happened, and the connection breaks in the middle of the answer's body.
    HalfBody,
    /// The source's versioning has not spread yet.
    SourceNotVersioned,
    /// The destination's versioning has not spread yet.
    DestinationNotVersioned,
    /// The role of a replication configuration is not known yet.
    UnknownRole,
    /// The principal of a bucket policy is not known yet.
    InvalidPrincipal,
    /// 409: somebody else is changing the bucket.
    OperationAborted,
    /// 403.
    AccessDenied,
    /// 400: requests come too fast, in IAM's words.
    Throttling,
    /// Any other error.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The code.
        code: String,
        /// The words.
        message: String,
    },
    /// The call is held before anything happens, until it is released.
    PauseBefore,
    /// It happened; the answer is held until it is released.
    PauseAfter,
}

impl Effect {
    /// The error that is answered instead of asking the emulator.
    pub fn refusal(&self) -> Option<Refusal> {
        let refusal = match self {
            Self::SlowDown => Refusal::new(503, "SlowDown", "Please reduce your request rate."),
            Self::InternalError => Refusal::new(
                500,
                "InternalError",
                "We encountered an internal error. Please try again.",
            ),
            Self::SourceNotVersioned => Refusal::invalid_request(super::SOURCE_NOT_VERSIONED),
            Self::DestinationNotVersioned => {
                Refusal::invalid_request(super::DESTINATION_NOT_VERSIONED)
            }
            Self::UnknownRole => Refusal::invalid_argument(
                "Invalid role ARN: the role does not exist or cannot be assumed.",
            ),
            Self::InvalidPrincipal => {
                Refusal::new(400, "MalformedPolicy", "Invalid principal in policy")
            }
            Self::OperationAborted => Refusal::new(
                409,
                "OperationAborted",
                "A conflicting conditional operation is currently in progress against this resource. Please try again.",
            ),
            Self::AccessDenied => Refusal::new(403, "AccessDenied", "Access Denied"),
            Self::Throttling => Refusal::new(400, "Throttling", "Rate exceeded"),
            Self::Answer {
                status,
                code,
                message,
            } => Refusal::new(*status, code, message.clone()),
            Self::DropBefore
            | Self::DropAfter
            | Self::HalfBody
            | Self::PauseBefore
            | Self::PauseAfter => return None,
        };
        Some(refusal)
    }
}

/// Which of the matching calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Each.
    Every,
    /// The first so many.
    First(u32),
    /// Only this one, counted from 1.
    Nth(u32),
    /// Those within so many milliseconds of the first.
    Within(u64),
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The operation's name; `*` stands for any letters.
    pub operation: String,
    /// The bucket's, role's or key's name; `*` stands for any letters.
    #[serde(default = "any")]
    pub resource: String,
    /// The region in the call's signature; `*` stands for any letters.
    #[serde(default = "any")]
    pub region: String,
    /// Which calls of these.
    pub when: When,
    /// What goes wrong.
    pub effect: Effect,
}

fn any() -> String {
    "*".to_owned()
}

impl Fault {
    /// The first call of this operation.
    pub fn on(operation: &str, effect: Effect) -> Self {
        Self {
            operation: operation.to_owned(),
            resource: any(),
            region: any(),
            when: When::First(1),
            effect,
        }
    }

    /// Only about resources of this name.
    #[must_use]
    pub fn resource(mut self, glob: &str) -> Self {
        glob.clone_into(&mut self.resource);
        self
    }

    /// Only what is asked of this region.
    #[must_use]
    pub fn region(mut self, glob: &str) -> Self {
        glob.clone_into(&mut self.region);
        self
    }

    /// Which of the calls.
    #[must_use]
    pub fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }
}

/// A rule in force.
#[derive(Debug)]
pub struct Armed {
    /// Its number.
    pub id: u64,
    /// The rule.
    pub fault: Fault,
    matched: AtomicU32,
    hits: watch::Sender<u32>,
    /// How many calls have come to where they are held: after the work, where the pause is after it.
    held: watch::Sender<u32>,
    released: watch::Sender<bool>,
    since: Mutex<Option<std::time::Instant>>,
}

impl Armed {
    fn takes(&self, call: &Call) -> bool {
        if !glob(&self.fault.operation, &call.operation)
            || !glob(&self.fault.resource, &call.resource)
            || !glob(&self.fault.region, &call.region)
        {
            return false;
        }
        let count = self.matched.fetch_add(1, Ordering::SeqCst) + 1;
        let hit = match self.fault.when {
            When::Every => true,
            When::First(many) => count <= many,
            When::Nth(which) => count == which,
            When::Within(milliseconds) => {
                let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
                since.get_or_insert_with(std::time::Instant::now).elapsed()
                    < Duration::from_millis(milliseconds)
            }
        };
        if hit {
            self.hits.send_modify(|hits| *hits += 1);
        }
        hit
    }

    /// Waits until it is released.
    pub async fn hold(&self) {
        self.held.send_modify(|held| *held += 1);
        // An error means that the rule is gone, which releases too.
        let _ = self
            .released
            .subscribe()
            .wait_for(|released| *released)
            .await;
    }

    /// How many calls it has changed.
    pub fn hits(&self) -> u32 {
        *self.hits.borrow()
    }

    /// Lets the held calls go, and those to come.
    pub fn release(&self) {
        self.released.send_replace(true);
    }
}

/// The rules of a gateway.
#[derive(Debug, Default)]
pub struct Faults {
    last: AtomicU64,
    armed: Mutex<Vec<Arc<Armed>>>,
}

impl Faults {
    /// Puts a rule in force.
    pub fn arm(&self, fault: Fault) -> Injected {
        let id = self.last.fetch_add(1, Ordering::SeqCst) + 1;
        let armed = Arc::new(Armed {
            id,
            fault,
            matched: AtomicU32::new(0),
            hits: watch::Sender::new(0),
            held: watch::Sender::new(0),
            released: watch::Sender::new(false),
            since: Mutex::new(None),
        });
        self.armed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::clone(&armed));
        Injected(armed)
    }

    /// The first rule that takes this call.
    pub fn take(&self, call: &Call) -> Option<Arc<Armed>> {
        let armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        armed.iter().find(|rule| rule.takes(call)).map(Arc::clone)
    }

    /// Lifts all rules and lets held calls go.
    pub fn clear(&self) {
        for rule in self
            .armed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain(..)
        {
            rule.release();
        }
    }

    /// Lets the calls of one rule go; whether there is such a rule.
    pub fn release(&self, id: u64) -> bool {
        let armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        armed
            .iter()
            .find(|rule| rule.id == id)
            .map(|rule| rule.release())
            .is_some()
    }
}

/// A rule that a test put in force.
#[derive(Debug, Clone)]
pub struct Injected(Arc<Armed>);

impl Injected {
    /// Its number, for the control endpoint.
    pub fn id(&self) -> u64 {
        self.0.id
    }

    /// How many calls it has changed.
    pub fn hits(&self) -> u32 {
        self.0.hits()
    }

    /// Lets held calls go.
    pub fn release(&self) {
        self.0.release();
    }

    /// Waits until it has changed a call, or holds one where it is a pause.
    pub async fn reached(&self, limit: Duration) -> Result<(), LabError> {
        let pauses = matches!(
            self.0.fault.effect,
            Effect::PauseBefore | Effect::PauseAfter
        );
        let count = if pauses { &self.0.held } else { &self.0.hits };
        let mut count = count.subscribe();
        let reached = tokio::time::timeout(limit, count.wait_for(|count| *count > 0)).await;
        match reached {
            Ok(Ok(_)) => Ok(()),
            _ => Err(LabError::new(format!(
                "no call of {} on {} came within {limit:?}",
                self.0.fault.operation, self.0.fault.resource
            ))),
        }
    }
}

/// Whether a name matches a pattern with `*`.
pub fn glob(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut name) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return name.ends_with(part);
        }
        let Some(at) = name.find(part) else {
            return false;
        };
        name = name.get(at + part.len()..).unwrap_or_default();
    }
    true
}
