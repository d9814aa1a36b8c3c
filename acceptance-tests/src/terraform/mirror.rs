//! The filesystem mirror in which Terraform finds the provider.
//!
//! A test run builds the provider once and copies it once, so that a build during the run changes nothing for it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::{Because as _, LabError, root};

/// The provider's address.
pub const ADDRESS: &str = "registry.terraform.io/crr-dr/crr";
/// Its version in the mirror.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The built binary: what `CRR_PROVIDER` names, or what cargo builds now.
pub fn provider_binary() -> Result<PathBuf, LabError> {
    if let Some(named) = std::env::var_os("CRR_PROVIDER").filter(|named| !named.is_empty()) {
        return Ok(named.into());
    }
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build
        .args(["build", "--quiet", "--package", "terraform-provider-crr"])
        .current_dir(root());
    let output = build
        .output()
        .because("cargo cannot be run to build the provider")?;
    if !output.status.success() {
        return Err(LabError::new(format!(
            "the provider does not build:\n{}",
            String::from_utf8_lossy(&output.stderr)
        )));
    }
    Ok(target_folder().join("debug/terraform-provider-crr"))
}

/// Where cargo builds.
pub(crate) fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Makes the mirror of this test run, or finds it made.
pub(super) fn lay_out() -> Result<PathBuf, LabError> {
    let mirrors = target_folder().join("mirrors");
    fs::create_dir_all(&mirrors).because("the mirrors' folder cannot be made")?;
    // One mirror a run of nextest, which runs each test in a process of its own.
    let run = std::env::var("NEXTEST_RUN_ID")
        .unwrap_or_else(|_| format!("process-{}", std::process::id()));
    let mirror = mirrors.join(run);
    let lock = File::create(mirrors.join("lock")).because("the mirrors cannot be locked")?;
    lock.lock().because("the mirrors cannot be locked")?;
    if !mirror.exists() {
        forget_old(&mirrors);
        let making = mirrors.join(format!("making-{}", std::process::id()));
        let package = making.join(ADDRESS).join(VERSION).join(platform());
        fs::create_dir_all(&package).because("the mirror cannot be made")?;
        fs::copy(
            provider_binary()?,
            package.join(format!("terraform-provider-crr_v{VERSION}")),
        )
        .because("the provider cannot be copied")?;
        fs::rename(&making, &mirror).because("the mirror cannot be put in its place")?;
    }
    Ok(mirror)
}

/// Mirrors of runs that ended long ago.
fn forget_old(mirrors: &Path) {
    for entry in fs::read_dir(mirrors).into_iter().flatten().flatten() {
        let age = entry
            .metadata()
            .and_then(|data| data.modified())
            .ok()
            .and_then(|time| time.elapsed().ok());
        if entry.path().is_dir() && age.is_some_and(|age| age > Duration::from_hours(1)) {
            // Somebody else may have been quicker.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Terraform's name of this machine's kind.
fn platform() -> String {
    let system = if cfg!(target_os = "macos") {
        "darwin"
    } else {
        "linux"
    };
    let machine = if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "amd64"
    };
    format!("{system}_{machine}")
}
