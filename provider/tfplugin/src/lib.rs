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

mod codec;
mod convert;
mod diagnostic;
pub mod json;
pub mod msgpack;
mod number;
mod path;
mod plan;
mod schema;
mod ty;
mod validate;
mod value;

pub use codec::CodecError;
pub use convert::{Attr, ConvertError, Unknown, from_value, to_value};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use number::Number;
pub use path::{Path, Step};
pub use plan::plan;
pub use schema::{
    Attribute, AttributeKind, AttributeNesting, Block, BlockNesting, IdentityAttribute,
    IdentitySchema, Nested, Presence, ReplaceCondition, Schema, Validator,
};
pub use ty::Type;
pub use validate::validate;
pub use value::{Bound, Refinement, Value};

mod action;
mod context;
mod data_source;
mod deferred;
mod ephemeral;
mod function;
mod handshake;
mod list;
mod logging;
mod provider;
mod resource;
mod serve;
mod service;
mod tls;
mod transport;

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
