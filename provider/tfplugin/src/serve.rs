//! The whole `main` of a provider: from the process start to its end.

use std::process::ExitCode;

use crate::Provider;

/// Who this provider is.
#[derive(Clone, Copy, Debug)]
pub struct ServeOptions {
    /// The short name, such as `crr`: the local name in configurations.
    pub name: &'static str,
    /// The full address in a registry, such as `registry.terraform.io/example/crr`.
    pub address: &'static str,
    /// The provider's version, for what it says about itself.
    pub version: &'static str,
}

/// Serves the provider until Terraform ends the session.
pub fn serve(provider: impl Provider, options: ServeOptions) -> ExitCode {
    let _ = (provider, options);
    ExitCode::FAILURE
}
