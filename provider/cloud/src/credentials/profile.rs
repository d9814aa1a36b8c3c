//! The profile that a site names, and what is said where it gives nothing: the SDK names neither it nor the files.

use std::error::Error as _;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};

/// By these words a failure is known for one of a profile that gives nothing.
pub(crate) const GIVES_NOTHING: &str = "gives no credentials: it is not in";

/// The shared files of AWS's tools: the variable that names another one, and the usual one.
const FILES: [(&str, &str); 2] = [
    ("AWS_CONFIG_FILE", "~/.aws/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
];

/// The SDK's chain of one profile.
#[derive(Debug)]
pub(crate) struct OfProfile {
    pub name: String,
    pub chain: ProfileFileCredentialsProvider,
}

impl OfProfile {
    async fn credentials(&self) -> provider::Result {
        match self.chain.provide_credentials().await {
            Err(error @ CredentialsError::CredentialsNotLoaded(_)) => {
                let why = error.source().map(ToString::to_string);
                Err(CredentialsError::invalid_configuration(words(
                    &self.name,
                    why.as_deref(),
                )))
            }
            other => other,
        }
    }
}

impl ProvideCredentials for OfProfile {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

/// What is said of a profile that gives nothing.
fn words(profile: &str, why: Option<&str>) -> String {
    let [config, credentials] = FILES.map(|(variable, usual)| {
        let given = std::env::var(variable).ok();
        given
            .filter(|file| !file.is_empty())
            .unwrap_or_else(|| usual.to_owned())
    });
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    format!(
        "profile \"{profile}\" {GIVES_NOTHING} {config} or {credentials}, or has none there{why}"
    )
}
