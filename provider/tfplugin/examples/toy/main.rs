//! A provider that shows, and lets tests use, every part of the protocol.
//!
//! Its objects are boxes: JSON files in the directory that the provider block names. So what Terraform believes can
//! be compared with what is, and changed behind its back. Some boxes misbehave on request (`behavior`), because a
//! framework is known by how it takes that.

#![allow(
    clippy::panic,
    clippy::manual_assert,
    reason = "the toy panics on request"
)]

mod boxes;
mod directory;
mod open;
mod search;
mod shout;
mod token;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use directory::Directory;
use tfplugin::{
    Action, Attribute, ConfigureRequest, DataSource, Diagnostics, EphemeralResource, Function,
    ListResource, Path, Provider, Resource, Schema, ServeOptions, Value, serve,
};

struct Toy {
    directory: Arc<Directory>,
}

#[async_trait]
impl Provider for Toy {
    fn schema(&self) -> Schema {
        Schema::new(0).describe("Boxes in a directory.").attribute(
            "directory",
            Attribute::string()
                .required()
                .describe("Where the boxes are."),
        )
    }

    fn resources(&self) -> Vec<(&'static str, Arc<dyn Resource>)> {
        vec![(
            "toy_box",
            Arc::new(boxes::BoxResource::new(Arc::clone(&self.directory))),
        )]
    }

    fn data_sources(&self) -> Vec<(&'static str, Arc<dyn DataSource>)> {
        vec![(
            "toy_box",
            Arc::new(search::BoxData::new(Arc::clone(&self.directory))),
        )]
    }

    fn functions(&self) -> Vec<(&'static str, Arc<dyn Function>)> {
        vec![("shout", Arc::new(shout::Shout))]
    }

    fn ephemeral_resources(&self) -> Vec<(&'static str, Arc<dyn EphemeralResource>)> {
        vec![("toy_token", Arc::new(token::Token))]
    }

    fn list_resources(&self) -> Vec<(&'static str, Arc<dyn ListResource>)> {
        vec![(
            "toy_box",
            Arc::new(search::BoxList::new(Arc::clone(&self.directory))),
        )]
    }

    fn actions(&self) -> Vec<(&'static str, Arc<dyn Action>)> {
        vec![(
            "toy_open",
            Arc::new(open::Open::new(Arc::clone(&self.directory))),
        )]
    }

    async fn configure(&self, request: ConfigureRequest, diagnostics: &mut Diagnostics) {
        match request.config.get("directory") {
            Some(Value::String(directory)) => self.directory.set(directory),
            Some(Value::Unknown(_)) => {}
            _ => diagnostics.error_at(
                Path::root().attribute("directory"),
                "No directory",
                "Boxes need a place to be.",
            ),
        }
        tracing::info!(
            terraform = request.terraform_version,
            "configured\nover two lines"
        );
    }
}

fn main() -> ExitCode {
    let options = ServeOptions {
        log_targets: &["toy"],
        stop_grace: Duration::from_secs(1),
        ..ServeOptions::new("toy", "registry.terraform.io/example/toy", "0.0.1")
    };
    serve(
        Toy {
            directory: Arc::default(),
        },
        options,
    )
}
