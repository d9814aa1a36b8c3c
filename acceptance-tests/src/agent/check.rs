//! `crr check`, on what a configuration left in its state.

use std::process::Stdio;

use tokio::process::Command;

use super::binary;
use crate::terraform::Output;
use crate::{Because as _, Lab, LabError, Workdir};

/// What says what should be, once [`write_state`] has written it.
pub const STATE: [&str; 4] = ["--state", "state.json", "--sites", "sites.json"];

/// Writes the state, and how the sites are reached, into the folder.
pub async fn write_state(lab: &Lab, workdir: &Workdir) -> Result<(), LabError> {
    workdir.write("state.json", &workdir.state().await?.to_string())?;
    workdir.write("sites.json", &lab.terraform_sites().to_string())
}

/// The command in a folder, with a bare environment.
pub fn command(workdir: &Workdir, arguments: &[&str]) -> Result<Command, LabError> {
    let mut command = Command::new(binary()?);
    command
        .arg("check")
        .args(arguments)
        .current_dir(workdir.path())
        .env_clear()
        .env("HOME", workdir.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    Ok(command)
}

/// Runs it to its end, whatever its end.
pub async fn run(workdir: &Workdir, arguments: &[&str]) -> Result<Output, LabError> {
    let output = command(workdir, arguments)?.output().await;
    let arguments = format!("(crr) check {}", arguments.join(" "));
    Ok(Output::of(
        arguments,
        &output.because("crr cannot be started")?,
    ))
}
