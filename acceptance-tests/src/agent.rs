//! Drives the agent, `crr echo`, and the other commands of that program.
//!
//! # Flow
//!
//! [`Desk`] is a folder with the configuration of one echo or several and with a profile of AWS's shared files for each site, as a
//! user has them. [`Desk::start`] starts an agent there, [`Desk::run`] runs a command to its end. [`Agent::until`] waits for a
//! condition, and where that fails tells all there is: the log, the metrics and the last calls. [`check`] runs `crr check`.

pub mod check;
mod desk;
mod metrics;
mod running;

use std::path::PathBuf;

pub use self::desk::Desk;
pub use self::metrics::Metrics;
pub use self::running::Agent;
use crate::LabError;
use crate::terraform::target_folder;

/// The configuration of an echo from `east` to another site, `crr_echo_mode.dr`, and of the roles of both.
pub fn echo(target: &str, arguments: &str) -> String {
    let site = |name: &str| {
        format!(
            "resource \"crr_site\" \"{name}\" {{\n  name = \"{name}\"\n  replication_role = {{ read = [\"*\"], write = [\"*\"] }}\n}}\n"
        )
    };
    format!(
        "{}{}resource \"crr_echo_mode\" \"dr\" {{\n  source = crr_site.east.name\n  target = crr_site.{target}.name\n{arguments}\n}}\n",
        site("east"),
        site(target)
    )
}

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
