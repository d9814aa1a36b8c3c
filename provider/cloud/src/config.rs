//! What a user says about the sites, before anything is resolved.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use replication::SiteName;

/// A text that never prints.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself: only for the SDK.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(sensitive)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(sensitive)")
    }
}

/// A role to assume before a site is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AssumeRole {
    /// Its ARN.
    pub role_arn: String,
    /// The external id that its trust policy asks for.
    pub external_id: Option<String>,
    /// The session's name; none: `crr`.
    pub session_name: Option<String>,
    /// How long the session lasts; none: what STS gives.
    pub duration: Option<Duration>,
    /// The session's tags.
    pub tags: BTreeMap<String, String>,
}

/// How one site is reached. Whatever is not given comes from the SDK's usual chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SiteConfig {
    /// Its region; none: the profile's or the environment's.
    pub region: Option<String>,
    /// The profile of the shared configuration files.
    pub profile: Option<String>,
    /// The profile of the shared configuration files whose credentials administrate the accounts, where `vault` has an endpoint.
    pub admin_profile: Option<String>,
    /// A role to assume with the credentials found.
    pub assume_role: Option<AssumeRole>,
    /// Endpoints by service: `s3`, `iam`, `sts`, `kms`, `s3control` and so on.
    pub endpoints: BTreeMap<String, String>,
    /// Whether the bucket stands in the URL's path instead of its host.
    pub path_style: bool,
    /// The access key.
    pub access_key: Option<Secret>,
    /// Its secret.
    pub secret_key: Option<Secret>,
    /// The token of temporary credentials.
    pub session_token: Option<Secret>,
    /// Certificates to trust besides the system's: a path of a PEM file, or PEM itself.
    pub ca_bundle: Option<String>,
    /// How many requests a second it may get at most, retries counted; none: as many as there are.
    pub calls_per_second: Option<u32>,
}

/// How often a call is tried when the service is busy or the connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often at most, the first try counted.
    pub attempts: u32,
    /// Whether to slow down all calls of a site while it throttles.
    pub adaptive: bool,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 5,
            adaptive: false,
        }
    }
}

/// Everything that the crate is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudConfig {
    /// The sites by name.
    pub sites: BTreeMap<SiteName, SiteConfig>,
    /// How many calls may be in flight in the process.
    pub max_concurrency: usize,
    /// How often a call is tried.
    pub retry: Retry,
    /// Names of programs for the user agent after our own, such as `Terraform` and its version.
    pub user_agent: Vec<(String, Option<String>)>,
}

impl Default for CloudConfig {
    fn default() -> Self {
        Self {
            sites: BTreeMap::new(),
            max_concurrency: 64,
            retry: Retry::default(),
            user_agent: Vec::new(),
        }
    }
}
