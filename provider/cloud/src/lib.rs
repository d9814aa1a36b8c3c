//! The one crate that speaks to AWS and to systems that speak S3: it looks, and it takes steps.
//!
//! # Flow
//!
//! [`CloudConfig`] names the sites. [`Cloud::observe`] answers [`Reads`](replication::observed::Reads) with an
//! [`Observed`](replication::Observed); [`Cloud::execute`] takes the stages of a [`Plan`](replication::Plan) in their
//! order. [`Cloud::queue`] is where those who are woken by events take them from. Data comes from the services' answers and goes back as the model's types: no type of an SDK leaves this crate.
//!
//! # What it must not know
//!
//! What should be. No step is invented, left out or reordered here, and nothing of Terraform's protocol is known.
//!
//! # Guarantees
//!
//! * A look asks everything at once, one call for each thing asked, and at most `max_concurrency` calls are in flight in
//!   the process.
//! * What is merely not yet spread (a new role, versioning just switched on) is waited out within a bound; every other
//!   error comes back with the service's own words, the call, and what to do.
//! * Rules and statements of others go back as the bytes they came as: they never pass through a typed model.
//! * Every call on a bucket names the account that should own it, so a stranger's bucket of that name is never touched.
//! * No secret is printed, in no error and in no log.

pub mod accounts;
mod cloud;
mod config;
mod connection;
mod credentials;
mod error;
mod exchange;
mod execute;
mod failure;
mod identity;
mod job;
mod listing;
mod lock;
mod observe;
mod once;
mod operation;
mod pace;
mod queue;
mod recent;
mod remedy;
mod simulate;
mod site;
mod slots;
mod tally;
mod wait;

#[cfg(test)]
mod tests;

pub use cloud::Cloud;
pub use config::{AssumeRole, CloudConfig, Retry, Secret, SiteConfig};
pub use error::{CloudError, ErrorFacts, ErrorKind, ExecuteError};
pub use identity::Identity;
pub use job::Job;
pub use listing::ListedBucket;
pub use lock::Guard;
pub use observe::StrangePolicy;
pub use queue::{Queue, QueueMessage, Receipt};
pub use tally::CallCount;
