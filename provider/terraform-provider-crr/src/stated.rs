//! What a state or a plan states, for programs that look at it and never write.
//!
//! # Flow
//!
//! The JSON of `terraform show -json` holds each resource's attributes. [`attributes`] reads them by the resource's own schema,
//! [`look_at_site`], [`look_at_pair`] and [`resolve_echo`] make of them what Terraform's refresh would make, by the same code,
//! and say how it stands. Nothing here plans, locks or writes.

use cloud::Cloud;
use replication::health::Health;
use replication::rehearsal::{Need, Outcome, Papers};
use replication::{Echo, Pair, RoleArn, Site};
use serde_json::Value as Json;
use tfplugin::{Diagnostics, Schema, Value, json};

use crate::echo_mode;
use crate::echo_mode::config::{Resolution, resolve};
use crate::runtime::Runtime;
use crate::{pair, provider_block, site};

mod rehearsal;
mod roles;

pub use crate::echo_mode::look_at_trigger;
pub use crate::pair::{look_at_pair, resolve_pair};
pub use crate::site::look_at_site;
pub use rehearsal::{Rehearsal, presume, rehearse};
pub(crate) use roles::trust_of_others;
pub use roles::{EchoRoles, Stakes, look_at_roles};

/// A kind of resource that can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `crr_site`
    Site,
    /// `crr_pair`
    Pair,
    /// `crr_echo_mode`, also as `echo_mode`
    Echo,
}

impl Kind {
    /// The kind of a resource type; none: it is another provider's.
    pub fn of(resource_type: &str) -> Option<Self> {
        match resource_type {
            "crr_site" => Some(Self::Site),
            "crr_pair" => Some(Self::Pair),
            name if echo_mode::NAMES.contains(&name) => Some(Self::Echo),
            _ => None,
        }
    }

    /// The version of its schema.
    pub fn schema_version(self) -> i64 {
        self.schema().version()
    }

    /// Whether it has an attribute of this name.
    pub fn has(self, attribute: &str) -> bool {
        self.schema()
            .attributes()
            .any(|(name, _)| name == attribute)
    }

    fn schema(self) -> Schema {
        match self {
            Self::Site => site::schema::schema(),
            Self::Pair => pair::schema::schema(),
            Self::Echo => echo_mode::schema::schema(),
        }
    }
}

/// Why something was not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotLooked {
    /// Its attributes are known after apply only.
    Unknown,
    /// What is wrong, in words for the user.
    Failed(Diagnostics),
}

/// What to ask of what has another shape.
const OTHER_VERSION: &str = "Was it written by another version of the provider?";

/// Reads a resource's attributes.
///
/// `unknown`: which of them are known after apply only, in the form of a plan's `after_unknown`.
///
/// # Errors
///
/// Where the JSON is not of the resource's type, or says what this schema does not know: its meaning cannot be told.
pub fn attributes(kind: Kind, values: &Json, unknown: Option<&Json>) -> Result<Value, String> {
    let schema = kind.schema();
    let (mut value, left_out) = json::decode_state(values.to_string().as_bytes(), &schema.ty())
        .map_err(|error| format!("{error}. {OTHER_VERSION}"))?;
    if let Some(path) = left_out.first() {
        return Err(format!(
            "{path} is no attribute that this program knows. {OTHER_VERSION}"
        ));
    }
    for (name, attribute) in schema.attributes() {
        let settable = attribute.is_required() || attribute.is_optional();
        if settable && unknown.and_then(|all| all.get(name)).is_some_and(any) {
            value.set(name, Value::unknown());
        }
    }
    let wrong = tfplugin::validate(&schema, &value);
    let wrong = wrong
        .iter()
        .find(|diagnostic| diagnostic.severity == tfplugin::Severity::Error);
    match wrong {
        Some(diagnostic) => Err(format!("{}: {}", diagnostic.summary, diagnostic.detail)),
        None => Ok(value),
    }
}

fn any(unknown: &Json) -> bool {
    match unknown {
        Json::Bool(flag) => *flag,
        Json::Array(elements) => elements.iter().any(any),
        Json::Object(members) => members.values().any(any),
        _ => false,
    }
}

/// Makes a runtime of a provider block that is given as JSON. No call is made yet.
///
/// # Errors
///
/// Where it is no provider block, with what is wrong in words for the user.
pub fn runtime(block: &Json, program: &str) -> Result<Runtime, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let schema = provider_block::schema();
    let config = match json::decode_state(block.to_string().as_bytes(), &schema.ty()) {
        Ok((config, left_out)) => {
            for path in left_out {
                diagnostics.error_at(
                    path,
                    "Not an argument of the provider",
                    "Take it out, or see the provider's page for how it is spelt.",
                );
            }
            config
        }
        Err(error) => {
            diagnostics.error_at(error.path, "Not a provider block", error.message);
            return Err(diagnostics);
        }
    };
    provider_block::validate(&config, &mut diagnostics);
    let program = vec![(program.to_owned(), None)];
    let runtime = provider_block::runtime(&config, program, &mut diagnostics);
    match runtime {
        Some(runtime) if !diagnostics.has_errors() => Ok(runtime),
        _ => Err(diagnostics),
    }
}

/// What of an agent's configuration is the provider block's.
pub fn block_of(config: &Json) -> Json {
    let schema = provider_block::schema();
    let members = schema
        .attributes()
        .filter_map(|(name, _)| Some((name.to_owned(), config.get(name)?.clone())));
    Json::Object(members.collect())
}

/// A site that was looked at.
#[derive(Debug, Clone)]
pub struct SiteLook {
    /// Who answers there.
    pub site: Site,
    /// Whose credentials they are.
    pub caller: String,
    /// The role for the whole site, where it has one.
    pub role: Option<RoleArn>,
    /// How that stands.
    pub health: Health,
}

/// A pair that was looked at.
#[derive(Debug, Clone)]
pub struct PairLook {
    /// The pair.
    pub pair: Pair,
    /// How it stands.
    pub health: Health,
    /// What it has at stake on the roles that its rules run under.
    pub stakes: Stakes,
    /// Whether S3 may assume those of them that the pair did not make.
    pub trust: Vec<(Need, Outcome)>,
}

/// A trigger that was looked at.
#[derive(Debug, Clone)]
pub struct TriggerLook {
    /// How it stands.
    pub health: Health,
    /// What of it was not looked at, in words.
    pub notes: Vec<String>,
}

/// An echo whose buckets can be looked at.
#[derive(Debug, Clone)]
pub struct StatedEcho {
    /// The echo.
    pub echo: Echo,
    /// Whether it is paused.
    pub paused: bool,
}

/// Makes the model's echo of its attributes.
///
/// # Errors
///
/// Where something is not known, a site cannot be reached, or the attributes contradict each other.
pub async fn resolve_echo(runtime: &Runtime, values: &Value) -> Result<StatedEcho, NotLooked> {
    let mut diagnostics = Diagnostics::new();
    match resolve(values, runtime, &mut diagnostics).await {
        Resolution::Known(resolved) => Ok(StatedEcho {
            echo: resolved.echo,
            paused: resolved.paused,
        }),
        Resolution::Unknown { .. } => Err(NotLooked::Unknown),
        Resolution::Failed => Err(NotLooked::Failed(diagnostics)),
    }
}

/// The policies of the role that a site is to have; none: it has no role, or too little is known of it.
pub async fn papers_of_site(runtime: &Runtime, values: &Value) -> Option<Papers> {
    site::papers_of_site(runtime, values).await
}

/// The services that a runtime speaks to.
pub fn cloud(runtime: &Runtime) -> &Cloud {
    &runtime.cloud
}
