//! `crr check` on the lab: planted drift is found, named and not mended; what may not be read is said to be unknown.

mod drift;
mod echo;
mod inputs;
mod page;
mod rehearsal;
mod tags;

use std::path::PathBuf;
use std::process::Stdio;

use acceptance_tests::terraform::provider_binary;
use acceptance_tests::{Lab, LabError, Workdir};
use serde_json::Value;

/// How a check ended.
pub struct Checked {
    /// The exit code.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it said was wrong.
    pub stderr: String,
}

impl std::fmt::Display for Checked {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "crr check ended with {}\n{}\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

impl Checked {
    /// The report, where it was printed as JSON.
    pub fn report(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

/// The program, built beside the provider.
fn program() -> Result<PathBuf, LabError> {
    let program = provider_binary()?.with_file_name("crr");
    if program.is_file() {
        Ok(program)
    } else {
        Err(LabError::new(format!(
            "{} is not there: build it with `cargo build --workspace --bins`",
            program.display()
        )))
    }
}

/// Runs `crr check` in a folder, with a bare environment, and keeps the record of just its calls.
pub async fn check(lab: &Lab, workdir: &Workdir, arguments: &[&str]) -> Result<Checked, LabError> {
    lab.reset_calls();
    let output = tokio::process::Command::new(program()?)
        .arg("check")
        .args(arguments)
        .current_dir(workdir.path())
        .env_clear()
        .env("HOME", workdir.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| LabError::new(format!("crr cannot be run: {error}")))?;
    Ok(Checked {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Writes the state and the sites to files, and checks them.
pub async fn check_state(
    lab: &Lab,
    workdir: &Workdir,
    arguments: &[&str],
) -> Result<Checked, LabError> {
    workdir.write("state.json", &workdir.state().await?.to_string())?;
    workdir.write("sites.json", &lab.terraform_sites().to_string())?;
    let all = [
        &["--state", "state.json", "--sites", "sites.json"],
        arguments,
    ]
    .concat();
    check(lab, workdir, &all).await
}

/// Every call since the check began only read.
pub fn assert_only_read(lab: &Lab) {
    let writes = lab.calls().writes();
    assert!(writes.is_empty(), "the check wrote:\n{}", writes.lines());
    assert!(!lab.calls().is_empty(), "the check looked at nothing");
}

/// The facets that are not in sync: item, name, status.
pub fn amiss(report: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for item in report["items"].as_array().into_iter().flatten() {
        for facet in item["facets"].as_array().into_iter().flatten() {
            if facet["status"] != "in_sync" && facet["status"] != "excluded" {
                found.push((
                    text(&item["id"]),
                    text(&facet["name"]),
                    text(&facet["status"]),
                ));
            }
        }
    }
    found
}
