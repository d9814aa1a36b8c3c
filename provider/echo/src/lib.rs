//! The sweep: every bucket of a site looked at, and those that need it protected, many at once.
//!
//! # Flow
//!
//! [`survey`] lists a site's buckets, selects, and looks: a [`Survey`] says how each stands. [`protect`] takes each bucket that
//! needs it through the same four things as a pair: hold it, look, plan, take the steps, look again. [`release`] takes away what
//! an echo put there. `crr_echo_mode` calls these. The agent, which has each bucket looked at in its own time, calls what they are
//! made of: [`list()`], [`look`] and [`begin`].
//!
//! # What it must not know
//!
//! Terraform, and any service: calls are `cloud`'s, what should be is `replication`'s. It keeps nothing between sweeps.
//!
//! # Guarantees
//!
//! * One bucket's failure neither stops nor hides the others: every bucket gets its answer.
//! * A look costs four calls a bucket one way within an account, one more where the selection asks for tags. The roles are
//!   looked at once for all buckets ([`Roles`]).
//! * What is in flight at once is bounded, and so is what is kept: of a bucket that stands well, nothing but a count.

mod examine;
mod ground;
mod release;
mod roles;
mod survey;
mod work;

#[cfg(test)]
mod tests;

pub use examine::{examine, standing_target};
pub use ground::Ground;
pub use release::{Released, losing, release};
pub use roles::{Roles, Unseen};
pub use survey::{Listed, Named, Survey, excluded_by_name, list, look, survey};
pub use work::{Begun, Depth, begin, protect};

use replication::BucketName;
use replication::echo::Standing;

/// How many buckets are looked at or worked on at once. How many calls that makes is bounded by the cloud.
const AT_ONCE: usize = 64;

/// A bucket and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The bucket.
    pub bucket: BucketName,
    /// How it stands.
    pub standing: Standing,
}

fn failed(error: &cloud::CloudError) -> Standing {
    Standing::Failed {
        summary: error.summary(),
        detail: error.detail(),
    }
}

fn not_executed(error: &cloud::ExecuteError) -> Standing {
    let summary = error
        .failures
        .first()
        .map_or_else(|| error.to_string(), cloud::CloudError::summary);
    let detail: Vec<String> = error
        .failures
        .iter()
        .map(cloud::CloudError::detail)
        .collect();
    Standing::Failed {
        summary,
        detail: format!(
            "{}\n\n{} step(s) were taken and stay; {} are left. The next look goes on from there.",
            detail.join("\n\n"),
            error.taken,
            error.left
        ),
    }
}

fn cancelled() -> Standing {
    Standing::Failed {
        summary: "Cancelled".to_owned(),
        detail: "The sweep was ended before this bucket's turn. Run it again.".to_owned(),
    }
}
