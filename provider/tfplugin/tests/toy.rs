//! Where the toy provider's binary is.

use std::path::PathBuf;
use std::process::Command;

/// The toy provider, built.
pub fn binary() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop(); // …/deps
    path.pop();
    path.push("examples");
    path.push(format!("toy{}", std::env::consts::EXE_SUFFIX));
    if !path.exists() {
        // A run of one test binary alone builds no examples.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--package", "tfplugin", "--example", "toy"])
            .status()
            .expect("cargo builds the toy provider");
        assert!(
            built.success() && path.exists(),
            "build it: cargo build --package tfplugin --examples"
        );
    }
    path
}
