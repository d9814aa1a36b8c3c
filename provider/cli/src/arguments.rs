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
    /// Compare what should be with what is, and report every difference. Reads only
    Check(crate::check::Arguments),
}
