//! The pure model of S3 replication: what should be, what is, and the steps between.
//!
//! One idea carries it: **state what should be ([`Desired`]), look at what is ([`Observed`]), plan the
//! steps between ([`plan()`]), take them, look again.** Terraform's resources, the agent and the drift
//! check all come through here, so none of them can disagree about what a protected bucket is.
//!
//! # What happens on apply
//!
//! 1. The resource turns its configuration into a [`Pair`] of fully known values and checks it
//!    ([`Pair::check`]): every rule of S3 that can be known beforehand is an error here.
//! 2. `cloud::observe` looks at each bucket, role and key that [`Pair::reads`] names: one [`Observed`].
//! 3. [`Pair::desired`] says, for just those things, what they should hold: one [`Desired`].
//! 4. [`plan()`] compares the two and answers with [`Stage`]s of [`Step`]s, each with its reason, and with
//!    [`Problem`]s that no step can mend.
//! 5. `cloud::execute` takes the stages in order. It stops at the first failure and says what was reached.
//! 6. The world is observed again, and that is the new state: [`Facets`], one text for each part.
//!
//! # What it must not know
//!
//! No I/O, no clock, no async, no SDK, and nothing of Terraform's protocol: an unknown value never gets here.
//!
//! # Guarantees
//!
//! * Planning is total and deterministic, and planning after a plan was taken gives no steps.
//! * So does planning after any prefix of it was taken and the rest then planned anew: a crash converges.
//! * We own only what we made: rules by their `ID`, bucket-policy statements by their `Sid`, inline policies
//!   and roles by name and tag. What others put on the same bucket stays, byte for byte.
//! * What was not seen is not written: a document that others may write and that was denied, or cannot be
//!   read, gives an error and no step.
//! * A role that the rules have left keeps nothing of ours, and goes if it was ours and nobody else uses it.
//! * No step deletes an object unless a [`Removal`] says that the user asked for it.

pub mod accounts;
pub mod arn;
pub mod bucket;
pub mod desired;
pub mod document;
pub mod echo;
pub mod facet;
pub mod glob;
pub mod health;
pub mod mirror;
pub mod name;
pub mod observed;
pub mod pair;
pub mod plan;
pub mod policy;
pub mod problem;
pub mod rehearsal;
pub mod role;
pub mod rule;
pub mod step;
pub mod trigger;

pub use arn::{KeyArn, RoleArn, bucket_arn};
pub use bucket::{
    Encryption, Logging, ObjectLock, Ownership, PublicAccessBlock, Retention, Versioning,
};
pub use desired::{Desired, DesiredBucket, DesiredRole, OwnedRules, OwnedStatements};
pub use document::ReplicationDocument;
pub use echo::Echo;
pub use facet::{Difference, Facets};
pub use health::{Denial, FacetHealth, FacetStanding, Health, examine};
pub use mirror::{Lifecycle, Mirror, Setting};
pub use name::{
    AccountId, BucketName, NameError, Namespace, PairId, Partition, Region, RuleName, SiteName,
};
pub use observed::{Observed, ObservedBucket, ObservedKey, ObservedRole, Seen};
pub use pair::{Direction, Pair, RoleChoice, Side, Site};
pub use plan::{Plan, Removal, plan, plan_removal};
pub use policy::{PolicyDocument, ResourcePolicy, Statement};
pub use problem::{Problem, Severity};
pub use rule::{Filter, Rule};
pub use step::{Stage, Step};
pub use trigger::Trigger;
