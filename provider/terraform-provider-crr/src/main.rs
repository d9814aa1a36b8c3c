//! The plugin's process: everything is in the library, so that tests and the docs generator can reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    tfplugin::serve(
        terraform_provider_crr::Crr::default(),
        terraform_provider_crr::OPTIONS,
    )
}
