//! `crr check` on the lab: planted drift is found, named and not mended; what may not be read is said to be unknown.

mod drift;
mod echo;
mod inputs;
mod page;
mod rehearsal;
mod tags;

use acceptance_tests::terraform::Output;
use acceptance_tests::{Lab, LabError, Workdir, agent};
use serde_json::Value;

/// Runs `crr check` in a folder, and keeps the record of just its calls.
pub async fn check(lab: &Lab, workdir: &Workdir, arguments: &[&str]) -> Result<Output, LabError> {
    lab.reset_calls();
    agent::check::run(workdir, arguments).await
}

/// Writes the state and the sites to files, and checks them.
pub async fn check_state(
    lab: &Lab,
    workdir: &Workdir,
    arguments: &[&str],
) -> Result<Output, LabError> {
    agent::check::write_state(lab, workdir).await?;
    check(lab, workdir, &[&agent::check::STATE, arguments].concat()).await
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
