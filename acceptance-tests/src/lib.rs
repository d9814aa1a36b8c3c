//! The lab: a local AWS with several sites, a gateway of ours in front of it, and real Terraform on top.
//!
//! ```text
//! test ── Workdir ──> terraform ──gRPC──> provider ──HTTP──> Gateway ──HTTP──> emulator
//!   └──── Lab: clients, records, faults ─────────────────────┘
//! ```
//!
//! - [`lab`] starts and ends everything and hands out sites, clients and credentials.
//! - [`gateway`] adds what S3 does and the emulator does not, records each call, and injects faults.
//! - [`terraform`] drives a Terraform command in a folder of its own.
//! - [`stand_in`] answers in place of services that the emulator does not have.
//! - [`agent`] drives the agent, `crr echo`, and the other commands of that program.
//! - [`permissions`] puts the policies that stand in the lab before IAM's own evaluation.
//!
//! It must not know the provider's code: no crate of the provider is a dependency, so nothing it says about policies, names or
//! documents can be wrong in the same way twice. Data comes from the emulator and from Terraform's output; it goes to tests, the
//! demo and the benches.

pub mod agent;
pub mod gateway;
pub mod lab;
pub mod permissions;
pub mod stand_in;
pub mod terraform;

pub use gateway::{Effect, Fault, When};
pub use lab::{Lab, Site};
pub use terraform::{Engine, Workdir};

/// What the lab could not do, in words for whoever runs the tests.
#[derive(thiserror::Error)]
#[error("{0}")]
pub struct LabError(String);

/// A test that ends with an error shows it so: in words over several lines, not as one quoted line.
impl std::fmt::Debug for LabError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl LabError {
    /// An error with these words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

/// Puts words before an error that alone would not say what was tried.
pub(crate) trait Because<T> {
    /// The error, with what was tried in front.
    fn because(self, tried: &str) -> Result<T, LabError>;
}

impl<T, E: std::fmt::Display> Because<T> for Result<T, E> {
    fn because(self, tried: &str) -> Result<T, LabError> {
        self.map_err(|error| LabError(format!("{tried}: {error}")))
    }
}

/// The root of the checkout, where the tools and the built provider are.
pub fn root() -> std::path::PathBuf {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
