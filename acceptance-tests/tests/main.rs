//! Tests of the lab itself and, on it, of the provider under real Terraform.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "all of this crate is tests, their helpers too"
)]

mod check;
mod ci;
mod echo_mode;
mod ground;
mod keeping;
mod lab;
mod modules;
mod pair;
mod provider_block;
mod reads;
mod scenarios;
mod site;
