//! What `crr check` takes over the same pairs: its calls at once are its own, not Terraform's resources at once.

use std::process::Stdio;
use std::time::Instant;

use acceptance_tests::agent::check;
use acceptance_tests::terraform::UsageWatch;
use acceptance_tests::{Lab, LabError, Workdir};

use super::Line;

/// How many calls may be in flight: what the program takes by itself.
const CALLS: &str = "64";

/// Checks the state of a fleet.
pub async fn run(lab: &Lab, workdir: &Workdir, pairs: u32) -> Result<Line, LabError> {
    check::write_state(lab, workdir).await?;
    let trouble = |error: std::io::Error| LabError::new(format!("crr cannot be run: {error}"));
    lab.reset_calls();
    let began = Instant::now();
    let measured = [
        "--concurrency",
        CALLS,
        "--format",
        "json",
        "--out",
        "html=report.html",
    ];
    let process = check::command(workdir, &[&check::STATE[..], &measured].concat())?
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(trouble)?;
    let usage = UsageWatch::of(process.id().unwrap_or_default());
    let ended = process.wait_with_output().await.map_err(trouble)?;
    if !ended.status.success() {
        let words = String::from_utf8_lossy(&ended.stderr);
        return Err(LabError::new(format!(
            "the check of the fleet failed: {words}"
        )));
    }
    Ok(Line {
        pairs,
        what: "crr check, 64 calls at once",
        calls: lab.calls(),
        wall: began.elapsed(),
        memory: usage.peak_memory(),
        processor: usage.processor_time(),
    })
}
