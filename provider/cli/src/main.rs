//! `crr`: the agent that keeps sites protected, and the checks that find drift.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(1)
}
