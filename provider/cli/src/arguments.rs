//! What can be said on the command line.

use clap::{Parser, Subcommand};

/// Keeps S3 buckets replicated: the agent that protects every bucket of a site, and the checks that find drift.
#[derive(Debug, Parser)]
#[command(name = "crr", version, propagate_version = true)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Keep every bucket protected, until told to stop
    Echo(crate::agent::Arguments),
    /// Wait until a bucket is protected. Reads only
    Wait(crate::wait::Arguments),
    /// Say how the buckets stand. Reads only
    Status(crate::status::Arguments),
    /// Compare what should be with what is, and report every difference. Reads only
    Check(crate::check::Arguments),
}
