//! Zips for Lambda functions on the lab, which runs them for real.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::{Because as _, LabError};

/// Zips one program as `bootstrap`, with Python, which the lab has anyway. Light compression: it is made in each test run.
const ZIP: &str = "
import sys, zipfile
program, into = sys.argv[1:]
entry = zipfile.ZipInfo('bootstrap', (2026, 1, 1, 0, 0, 0))
entry.external_attr = 0o100755 << 16
entry.compress_type = zipfile.ZIP_DEFLATED
with zipfile.ZipFile(into, 'w') as archive, open(program, 'rb') as program:
    archive.writestr(entry, program.read(), compresslevel=1)
";

/// Writes a zip that holds this program as `bootstrap`.
pub fn zip(program: &Path, into: &Path) -> Result<(), LabError> {
    let output = Command::new(super::python()?)
        .args(["-c", ZIP])
        .args([program, into])
        .output()
        .because("python cannot be started")?;
    if output.status.success() {
        return Ok(());
    }
    Err(LabError::new(format!(
        "{} cannot be zipped: {}",
        program.display(),
        String::from_utf8_lossy(&output.stderr)
    )))
}

/// The zip of the agent that was built, without its symbols: made once, and again when the agent was built anew.
pub fn agent_zip() -> Result<PathBuf, LabError> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    MADE.get_or_init(|| make_agent_zip().map_err(|error| error.to_string()))
        .clone()
        .map_err(LabError::new)
}

fn make_agent_zip() -> Result<PathBuf, LabError> {
    let agent = crate::agent::binary()?;
    let data = std::fs::metadata(&agent).because("the agent's file cannot be looked at")?;
    let built = data
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .unwrap_or_default();
    let name = format!("crr-function-{}-{}.zip", data.len(), built.as_nanos());
    let kept = crate::terraform::target_folder().join("functions");
    std::fs::create_dir_all(&kept).because("the functions' folder cannot be made")?;
    let made = kept.join(name);
    if made.exists() {
        return Ok(made);
    }
    // Those of earlier builds.
    for old in std::fs::read_dir(&kept).into_iter().flatten().flatten() {
        let _ = std::fs::remove_file(old.path());
    }
    // Tests in other processes may make it at the same time: each in a folder of its own, and the last one in place stays.
    let folder = tempfile::Builder::new()
        .prefix("crr-function-")
        .tempdir_in(&kept)
        .because("a folder for the zip cannot be made")?;
    let stripped = folder.path().join("bootstrap");
    let strip = Command::new("strip")
        .arg("-o")
        .args([&stripped, &agent])
        .stderr(Stdio::null())
        .status();
    let program = if strip.is_ok_and(|status| status.success()) {
        &stripped
    } else {
        &agent
    };
    let zipped = folder.path().join("function.zip");
    zip(program, &zipped)?;
    std::fs::rename(&zipped, &made).because("the zip cannot be put in its place")?;
    Ok(made)
}
