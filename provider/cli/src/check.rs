//! `crr check`: what should be, compared with what is.

use std::process::ExitCode;

/// What `crr check` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {}

/// Runs the check.
#[allow(
    clippy::unused_async,
    reason = "looking is done by waiting for answers"
)]
pub async fn run(_arguments: Arguments) -> ExitCode {
    eprintln!("crr check: this version has no checks yet");
    ExitCode::FAILURE
}
