//! `crr_echo_mode` under real Terraform.

mod accounts;
mod adopt;
mod basic;
mod coverage;
mod destroy;
mod faults;
mod interrupted;
mod mirror;
mod names;
mod namespaces;
mod others;
mod scale;
mod selection;
mod several;
pub mod trigger;

pub use acceptance_tests::agent::echo as text;
use acceptance_tests::{Lab, LabError, Workdir};
use serde_json::Value;

use crate::ground::make_bucket;

/// The address of the echo in each scene's configuration.
pub const ECHO: &str = "crr_echo_mode.dr";

/// A lab with a site role on both sides, and a folder in which an echo is configured.
pub struct Scene {
    /// The lab.
    pub lab: Lab,
    /// The folder.
    pub workdir: Workdir,
}

impl Scene {
    /// An echo from `east` to `west` with these further arguments, not applied yet.
    pub async fn new(arguments: &str) -> Result<Self, LabError> {
        let lab = Lab::start().await?;
        let workdir = Workdir::in_lab(&lab, "").await?;
        let scene = Self { lab, workdir };
        scene.configure(arguments)?;
        Ok(scene)
    }

    /// Writes the echo with these further arguments.
    pub fn configure(&self, arguments: &str) -> Result<(), LabError> {
        self.workdir.write("main.tf", &text("west", arguments))
    }

    /// Makes buckets at `east`.
    pub async fn buckets(&self, names: &[&str]) {
        for name in names {
            make_bucket(&self.lab, self.lab.site("east"), name).await;
        }
    }

    /// Applies and finds nothing more to do.
    pub async fn apply(&self) -> Result<(), LabError> {
        self.workdir.apply().await?;
        self.workdir.expect_empty_plan().await
    }

    /// The coverage in state.
    pub async fn coverage(&self) -> Result<Value, LabError> {
        Ok(self.workdir.resource(ECHO).await?["coverage"].clone())
    }
}
