//! What no step can mend.

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Severity {
    /// Nothing is done until the user mends it.
    Error,
    /// It is done, and the user should know.
    Warning,
}

/// One thing that cannot be, or should not be, as it is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The attribute to point at, such as `["rules", "invoices", "priority"]`.
    pub at: Vec<String>,
    /// What is wrong, naming the thing.
    pub summary: String,
    /// Why, in the service's terms, and what to do.
    pub detail: String,
    /// Whether another resource of the same apply may mend it, as one that makes a missing bucket does.
    pub awaited: bool,
    /// Whether it says that something may not be looked at, rather than how it is.
    pub unseen: bool,
}

impl Problem {
    /// Something that stops the plan.
    pub fn error<P>(at: P, summary: impl Into<String>, detail: impl Into<String>) -> Self
    where
        P: IntoIterator,
        P::Item: Into<String>,
    {
        Self {
            severity: Severity::Error,
            at: at.into_iter().map(Into::into).collect(),
            summary: summary.into(),
            detail: detail.into(),
            awaited: false,
            unseen: false,
        }
    }

    /// Something to know.
    pub fn warning<P>(at: P, summary: impl Into<String>, detail: impl Into<String>) -> Self
    where
        P: IntoIterator,
        P::Item: Into<String>,
    {
        Self {
            severity: Severity::Warning,
            ..Self::error(at, summary, detail)
        }
    }

    /// The same, and another resource of the same apply may mend it.
    #[must_use]
    pub fn awaited(mut self) -> Self {
        self.awaited = true;
        self
    }

    /// The same, and it says that something may not be looked at.
    #[must_use]
    pub fn unseen(mut self) -> Self {
        self.unseen = true;
        self
    }

    /// Whether it stops the plan.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
