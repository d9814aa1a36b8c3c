//! Drives the agent.

use std::path::PathBuf;

use crate::LabError;
use crate::terraform::target_folder;

/// The built program: what `CRR_AGENT` names, or `crr` beside the provider that `CRR_PROVIDER` names, or beside what cargo builds.
pub fn binary() -> Result<PathBuf, LabError> {
    let named = |name: &str| std::env::var_os(name).filter(|named| !named.is_empty());
    if let Some(agent) = named("CRR_AGENT") {
        return Ok(agent.into());
    }
    let agent = named("CRR_PROVIDER").map_or_else(
        || target_folder().join("debug/crr"),
        |provider| PathBuf::from(provider).with_file_name("crr"),
    );
    if agent.exists() {
        return Ok(agent);
    }
    Err(LabError::new(format!(
        "the agent is not built ({}): run `cargo build --workspace --bins`",
        agent.display()
    )))
}
