//! The report of `crr check` on what was broken: a page to keep.

use std::path::PathBuf;
use std::process::Stdio;

use acceptance_tests::terraform::provider_binary;
use acceptance_tests::{Lab, LabError, Workdir, agent};

/// What the check answers where something has drifted.
const DRIFT: i32 = 2;

/// Checks what the state says should be, and writes the page beside the build.
pub async fn write(lab: &Lab, workdir: &Workdir) -> Result<PathBuf, LabError> {
    workdir.write("state.json", &workdir.state().await?.to_string())?;
    workdir.write("sites.json", &lab.terraform_sites().to_string())?;
    let page = provider_binary()?
        .ancestors()
        .nth(2)
        .map(|target| target.join("demo-report.html"))
        .ok_or_else(|| LabError::new("the provider's binary is in no folder"))?;
    let output = tokio::process::Command::new(agent::binary()?)
        .args(["check", "--state", "state.json", "--sites", "sites.json"])
        .arg("--out")
        .arg(format!("html={}", page.display()))
        .current_dir(workdir.path())
        .env_clear()
        .env("HOME", workdir.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(|error| LabError::new(format!("crr cannot be run: {error}")))?;
    if output.status.code() == Some(DRIFT) && page.is_file() {
        return Ok(page);
    }
    Err(LabError::new(format!(
        "it ended with {:?}\n{}{}",
        output.status.code(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )))
}
