//! What went wrong, as a person reads it.

use std::fmt::{self, Write};
use std::ops::{Deref, DerefMut};

use replication::SiteName;
use replication::step::Target;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The service refused.
    Service,
    /// The service could not be reached, or did not answer in time.
    Connection,
    /// There are no credentials, or they could not be had.
    Credentials,
    /// What was given about a site cannot be used.
    Configuration,
    /// The user gave up.
    Cancelled,
    /// A wait came to its end.
    TimedOut,
    /// The service answered what cannot be understood.
    Unexpected,
}

/// Why one call or one step did not succeed. Its facts are read through it: `error.kind`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudError(Box<ErrorFacts>);

/// What is known of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorFacts {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// What was to be done: `write the bucket policy of west:orders-dr`.
    pub what: String,
    /// Whose credentials and endpoints were used.
    pub site: Option<SiteName>,
    /// The call: `s3:PutBucketPolicy`.
    pub operation: String,
    /// The service's error code.
    pub code: Option<String>,
    /// The service's own words.
    pub message: String,
    /// The id by which the service finds the call again.
    pub request_id: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// What to do about it.
    pub remedy: Option<String>,
    /// The bucket, role or key.
    pub target: Option<Target>,
}

impl From<ErrorFacts> for CloudError {
    fn from(facts: ErrorFacts) -> Self {
        Self(Box::new(facts))
    }
}

impl Deref for CloudError {
    type Target = ErrorFacts;

    fn deref(&self) -> &ErrorFacts {
        &self.0
    }
}

impl DerefMut for CloudError {
    fn deref_mut(&mut self) -> &mut ErrorFacts {
        &mut self.0
    }
}

impl ErrorFacts {
    /// Facts of a failure without a call: what was to be done and why it was not.
    pub(crate) fn of(kind: ErrorKind, what: String, message: String) -> Self {
        Self {
            kind,
            what,
            site: None,
            operation: String::new(),
            code: None,
            message,
            request_id: None,
            status: None,
            remedy: None,
            target: None,
        }
    }
}

impl CloudError {
    /// One line for the head of a diagnostic.
    pub fn summary(&self) -> String {
        format!("Could not {}", self.what)
    }

    /// Everything else: the call, the service's words, the remedy, the request's id.
    pub fn detail(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        if !self.operation.is_empty() {
            text.push_str(&self.operation);
            if let Some(site) = &self.site {
                let _ = write!(text, " at site \"{site}\"");
            }
            text.push_str(": ");
        }
        if let Some(code) = &self.code {
            let _ = write!(text, "{code}: ");
        }
        text.push_str(&self.message);
        if let Some(remedy) = &self.remedy {
            let _ = write!(text, "\n\n{remedy}");
        }
        if let Some(id) = &self.request_id {
            let _ = write!(text, "\n\nRequest id: {id}");
        }
        text
    }
}

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}: ", self.what)?;
        if !self.operation.is_empty() {
            write!(f, "{}: ", self.operation)?;
        }
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for CloudError {}

/// A plan that was not taken to its end. What was taken stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecuteError {
    /// Why, at least one: the steps of a stage go at once, so several may fail.
    pub failures: Vec<CloudError>,
    /// How many steps were taken.
    pub taken: usize,
    /// How many were not, the failed ones among them.
    pub left: usize,
}

impl fmt::Display for ExecuteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, failure) in self.failures.iter().enumerate() {
            if number > 0 {
                f.write_str("; ")?;
            }
            failure.fmt(f)?;
        }
        write!(f, " ({} step(s) taken, {} left)", self.taken, self.left)
    }
}

impl std::error::Error for ExecuteError {}
