//! The Terraform plugin protocol, version 6.11, for providers written in Rust.
//!
//! A provider implements [`Provider`] and the traits of what it offers ([`Resource`], [`DataSource`],
//! [`Function`], [`EphemeralResource`], [`ListResource`], [`Action`]) and hands itself to [`serve()`], which is the
//! whole of its `main`.
//!
//! # What it must not know
//!
//! Any cloud, any particular resource. What is specific to one provider comes in through the traits.
//!
//! # Where data comes from and goes
//!
//! ```text
//! Terraform ──gRPC, mutual TLS──> transport ──> service ──decode by schema──> Value ──> the provider's traits
//!                                                  │                                          │
//!                                                  └──check, encode by schema <── Value ──────┘
//! ```
//!
//! The generated wire types stay in [`proto`] and `service`; everything inside speaks [`Value`], [`Schema`] and
//! [`Diagnostics`]. stdout carries the handshake line and nothing else; logs go to stderr. Values and
//! configurations are never logged.

pub mod proto;

mod action;
mod context;
mod data_source;
mod deferred;
mod ephemeral;
mod function;
mod list;
mod provider;
mod resource;
mod serve;

pub use action::*;
pub use context::Context;
pub use data_source::*;
pub use deferred::Deferred;
pub use ephemeral::*;
pub use function::*;
pub use list::*;
pub use provider::*;
pub use resource::*;
pub use serve::{ServeOptions, serve};
