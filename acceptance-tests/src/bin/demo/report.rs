//! The report of `crr check` on what was broken: a page to keep.

use std::path::PathBuf;

use acceptance_tests::agent::check;
use acceptance_tests::terraform::provider_binary;
use acceptance_tests::{Lab, LabError, Workdir};

/// What the check answers where something has drifted.
const DRIFT: i32 = 2;

/// Checks what the state says should be, and writes the page beside the build.
pub async fn write(lab: &Lab, workdir: &Workdir) -> Result<PathBuf, LabError> {
    check::write_state(lab, workdir).await?;
    let page = provider_binary()?
        .ancestors()
        .nth(2)
        .map(|target| target.join("demo-report.html"))
        .ok_or_else(|| LabError::new("the provider's binary is in no folder"))?;
    let html = format!("html={}", page.display());
    let arguments = [&check::STATE[..], &["--out", &html]].concat();
    let output = check::run(workdir, &arguments).await?;
    if output.code == DRIFT && page.is_file() {
        return Ok(page);
    }
    Err(LabError::new(output.to_string()))
}
