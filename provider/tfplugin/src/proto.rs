//! The wire types, generated from the definitions in `proto/`.
//!
//! Public, so that a test client or another server can be built on them; a provider has no need of them.

#![allow(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    rust_2018_idioms,
    reason = "generated"
)]

/// Terraform's own protocol.
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// What every plugin speaks with its host.
pub mod plugin {
    tonic::include_proto!("plugin");
}

/// The common health check.
pub mod health {
    tonic::include_proto!("grpc.health.v1");
}
