//! The protocol over a real gRPC session with mutual TLS, and under real Terraform.
//!
//! The other side is the toy provider (examples/toy), as a process of its own, as Terraform would start it.

#![allow(missing_docs, clippy::pedantic)]
// The settings that allow these in tests do not reach what the tests share.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod bad_manners;
mod handshake;
mod life_of_a_resource;
mod load;
mod logs;
mod newest_terraform;
mod offers;
mod session;
mod stored_state;
mod terraform;
mod toy;
mod trust;
