//! The lab in the foreground: starts it, prints its sites as one line of JSON, and ends it on Ctrl-C or SIGTERM.

use std::io::Write as _;
use std::process::ExitCode;

use acceptance_tests::{Lab, LabError};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "lab: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), LabError> {
    let trouble = |error: std::io::Error| LabError::new(error.to_string());
    let mut terminated = signal(SignalKind::terminate()).map_err(trouble)?;
    let mut interrupted = signal(SignalKind::interrupt()).map_err(trouble)?;
    let lab = Lab::start().await?;
    // Whoever tries an agent on it wants its queue.
    lab.grant_queues().await?;
    let sites: Vec<_> = lab
        .sites()
        .iter()
        .map(|site| serde_json::json!(site))
        .collect();
    let said = serde_json::json!({
        "endpoint": lab.endpoint(),
        "control": format!("{}/_lab/", lab.endpoint()),
        "emulator_process": lab.emulator_process(),
        "sites": sites,
        "tfvars": { "sites": lab.terraform_sites() },
    });
    writeln!(std::io::stdout(), "{said}").map_err(trouble)?;
    std::io::stdout().flush().map_err(trouble)?;
    tokio::select! {
        _ = terminated.recv() => {}
        _ = interrupted.recv() => {}
    }
    drop(lab);
    Ok(())
}
