//! `crr_pair` under real Terraform.

mod adopt;
mod basic;
mod crash;
mod deletion;
mod drift;
mod fault;
mod import;
mod mirror;
mod permissions;
mod record;
mod refused;
mod side_by_side;
mod update;

use acceptance_tests::{Lab, LabError, Workdir};

use crate::ground::make_bucket;

/// A lab with two buckets, and a folder in which a pair of them is configured.
pub struct Scene {
    /// The lab.
    pub lab: Lab,
    /// The folder.
    pub workdir: Workdir,
    /// The site of the destination: `west`, or `vault` in another account.
    pub there: String,
    /// The source bucket, at `east`.
    pub source: String,
    /// The destination bucket.
    pub destination: String,
}

impl Scene {
    /// Two existing buckets and a pair with these further arguments.
    pub async fn existing(there: &str, arguments: &str) -> Result<Self, LabError> {
        let scene = Self::empty(there).await?;
        make_bucket(&scene.lab, scene.lab.site("east"), &scene.source).await;
        make_bucket(&scene.lab, scene.lab.site(there), &scene.destination).await;
        scene.configure(arguments)?;
        Ok(scene)
    }

    /// No buckets, and no configuration yet.
    pub async fn empty(there: &str) -> Result<Self, LabError> {
        let lab = Lab::start().await?;
        let workdir = Workdir::in_lab(&lab, "").await?;
        let (source, destination) = (lab.bucket("orders"), lab.bucket("orders-dr"));
        Ok(Self {
            lab,
            workdir,
            there: there.to_owned(),
            source,
            destination,
        })
    }

    /// Writes the pair with these further arguments.
    pub fn configure(&self, arguments: &str) -> Result<(), LabError> {
        self.configure_sides("", "", arguments)
    }

    /// Writes the pair with further settings of each side.
    pub fn configure_sides(
        &self,
        source: &str,
        destination: &str,
        arguments: &str,
    ) -> Result<(), LabError> {
        self.workdir
            .write("main.tf", &self.text(source, destination, arguments))
    }

    /// The pair's configuration.
    pub fn text(&self, source: &str, destination: &str, arguments: &str) -> String {
        format!(
            "resource \"crr_pair\" \"orders\" {{\n  source      = {{ site = \"east\", bucket = \"{}\", {source} }}\n  \
             destination = {{ site = \"{}\", bucket = \"{}\", {destination} }}\n{arguments}\n}}\n",
            self.source, self.there, self.destination,
        )
    }

    /// The pair's id.
    pub fn id(&self) -> String {
        format!("east:{}->{}:{}", self.source, self.there, self.destination)
    }

    /// Applies and finds nothing more to do.
    pub async fn apply(&self) -> Result<(), LabError> {
        self.workdir.apply().await?;
        self.workdir.expect_empty_plan().await
    }
}
