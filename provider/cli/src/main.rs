//! `crr`: the agent that keeps sites protected, and the checks that find drift.
//!
//! # Flow
//!
//! A configuration is what `crr_echo_mode` exports as `agent_config`. The provider's library makes sites and echoes of it, by the
//! code that Terraform's resources use; crate `echo` looks and protects. What stands here is when that happens, and who is told.
//!
//! # What it must not know
//!
//! How to call a service, what a bucket should look like, or how an option is read.

use std::process::ExitCode;

use clap::Parser;

mod agent;
mod arguments;
mod check;
mod configuration;
mod function;
mod log;
mod print;
mod progress;
mod status;
mod wait;

use arguments::{Arguments, Command};

/// How long giving keys back may take.
const LAST_CALLS: std::time::Duration = std::time::Duration::from_secs(5);

fn main() -> ExitCode {
    let arguments = if function::is_one() {
        None
    } else {
        match Arguments::try_parse() {
            Ok(arguments) => Some(arguments),
            Err(error) => return usage(&error),
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("crr: the threads cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        let code = match arguments.map(|arguments| arguments.command) {
            None => function::run().await,
            Some(Command::Echo(arguments)) => agent::run(arguments).await,
            Some(Command::Wait(arguments)) => wait::run(arguments).await,
            Some(Command::Status(arguments)) => status::run(arguments).await,
            Some(Command::Check(arguments)) => check::run(arguments).await,
        };
        // However it ended: keys that were made for this process are not left behind.
        let _ = tokio::time::timeout(LAST_CALLS, cloud::accounts::give_back_keys()).await;
        code
    })
}

/// Help and version are no failure. A wrong argument ends with 1: the higher codes of `crr check` have meanings of their own.
fn usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to be told where that fails.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
