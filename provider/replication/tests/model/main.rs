//! The pure model against a simulated world that answers as S3, IAM and KMS do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod apply;
mod change;
mod converge;
mod crowd;
mod drift;
mod generate;
mod guard;
mod health;
mod mirror;
mod record;
mod ring;
mod snapshots;
mod trigger;
mod world;
