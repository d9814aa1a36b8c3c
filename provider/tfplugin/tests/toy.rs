//! Where the toy provider's binary is.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// The toy provider, built from the sources as they are.
pub fn binary() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop(); // …/deps
    path.pop();
    path.push("examples");
    path.push(format!("toy{}", std::env::consts::EXE_SUFFIX));
    // A run of all tests of the package builds its examples; a run of this test binary alone does not.
    if changed(&path).is_none_or(|built| built < newest_source()) {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args([
                "build",
                "--quiet",
                "--package",
                "tfplugin",
                "--example",
                "toy",
            ])
            .status()
            .expect("cargo builds the toy provider");
        assert!(
            built.success() && path.exists(),
            "build it: cargo build --package tfplugin --examples"
        );
    }
    path
}

fn newest_source() -> SystemTime {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    ["src", "examples", "proto"]
        .iter()
        .filter_map(|folder| newest_in(&package.join(folder)))
        .max()
        .unwrap()
}

fn newest_in(folder: &Path) -> Option<SystemTime> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            if path.is_dir() {
                newest_in(&path)
            } else {
                changed(&path)
            }
        })
        .max()
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}
