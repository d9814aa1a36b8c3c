//! From configurations to echoes that can be worked on: the sites by the provider block's code, the echoes by the resource's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use replication::Echo;
use tfplugin::{Diagnostics, Path, Value};

use super::AgentConfig;
use crate::echo_mode::config::{Resolution, resolve};
use crate::echo_mode::survey::missing_roles;
use crate::pair::Operation;
use crate::provider_block;
use crate::runtime::Runtime;

/// What stands in place of what configurations say.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Profiles by site.
    pub profiles: BTreeMap<String, String>,
    /// How many calls may be in flight in the process.
    pub concurrency: Option<u32>,
}

/// An echo and what it is worked on with.
#[derive(Clone)]
pub struct Opened {
    /// The sites. Echoes whose configurations agree about them share them, with their limits and locks.
    pub runtime: Arc<Runtime>,
    /// The echo.
    pub echo: Echo,
    /// What it is called among those that are opened with it: see [`replication::echo::names`].
    pub name: String,
    /// Whether nothing may be touched.
    pub paused: bool,
    /// How long the work on one bucket may take.
    pub timeout: Duration,
    /// Where the events come from.
    pub queue_url: Option<String>,
    /// Which edition of the echo it is.
    pub edition: Option<String>,
}

/// Makes the echoes of configurations. Asks each site who we are there.
pub async fn open(
    configs: &[AgentConfig],
    overrides: &Overrides,
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Opened>> {
    for name in overrides.profiles.keys() {
        let named = |config: &AgentConfig| matches!(config.block.get("sites"), Some(Value::Map(sites)) if sites.contains_key(name));
        if !configs.iter().any(named) {
            diagnostics.error(
                format!("There is no site \"{name}\""),
                "A profile is given for it, and no configuration has such a site.",
            );
        }
    }
    let mut blocks: Vec<Value> = Vec::new();
    let mut of_config = Vec::new();
    for config in configs {
        let block = overridden(&config.block, overrides);
        let shared = blocks
            .iter_mut()
            .enumerate()
            .find_map(|(number, other)| merge(other, &block).then_some(number));
        of_config.push(shared.unwrap_or_else(|| {
            blocks.push(block);
            blocks.len() - 1
        }));
    }
    let us = || vec![("agent".to_owned(), None)];
    let runtimes: Option<Vec<Arc<Runtime>>> = blocks
        .iter()
        .map(|block| provider_block::runtime(block, us(), diagnostics).map(Arc::new))
        .collect();
    let runtimes = runtimes?;
    let mut opened = Vec::new();
    for (config, number) in configs.iter().zip(of_config) {
        let runtime = runtimes.get(number)?;
        match resolve(&config.echo, runtime, diagnostics).await {
            Resolution::Known(resolved) => opened.push(Opened {
                runtime: runtime.clone(),
                timeout: resolved.pair.timeout(Operation::Update),
                name: resolved.echo.id(),
                echo: resolved.echo,
                paused: resolved.paused,
                queue_url: config.queue_url.clone(),
                edition: config.edition.clone(),
            }),
            // What cannot be unmade is made where a plan was shown.
            Resolution::Unknown {
                account: Some(creation),
                ..
            } => diagnostics.error(
                format!("Account \"{}\" does not exist", creation.name()),
                "Only an apply of the crr_echo_mode makes it. Apply it first.",
            ),
            // A file has no unknowns.
            Resolution::Unknown { .. } => diagnostics.error(
                "The configuration is incomplete",
                "A value in it is not known.",
            ),
            Resolution::Failed => {}
        }
    }
    let echoes: Vec<&Echo> = opened.iter().map(|opened| &opened.echo).collect();
    let names = replication::echo::names(&echoes);
    for (opened, name) in opened.iter_mut().zip(names) {
        opened.name = name;
    }
    (!diagnostics.has_errors()).then_some(opened)
}

impl Opened {
    /// What keeps the rules from working although they stand: a role that they run under and that is not there, or an IAM that
    /// cannot be asked. S3 takes rules with a role that is not there, and then fails every object.
    pub async fn role_trouble(&self) -> Option<String> {
        let mut diagnostics = Diagnostics::new();
        let missing = missing_roles(&self.runtime, &self.echo, &mut diagnostics).await;
        match missing.first() {
            Some(role) => Some(format!(
                "role {role} does not exist: set replication_role on the crr_site of each site that objects leave, or name the role in source_role or target_role"
            )),
            // That a role could not be looked at is a warning: it may well be there.
            None if !diagnostics.has_errors() => None,
            None => words(&diagnostics).into_iter().next(),
        }
    }
}

fn overridden(block: &Value, overrides: &Overrides) -> Value {
    let mut block = block.clone();
    if let Some(Value::Map(sites)) = block.get("sites").cloned() {
        let sites = sites.into_iter().map(|(name, mut site)| {
            if let Some(profile) = overrides.profiles.get(&name) {
                site.set("profile", Value::from(profile.as_str()));
            }
            (name, site)
        });
        block.set("sites", Value::map(sites));
    }
    if let Some(calls) = overrides.concurrency {
        block.set("max_concurrency", Value::from(i64::from(calls)));
    }
    block
}

/// Takes the sites of a block into another, where the two agree about everything else and about the sites that both have.
fn merge(into: &mut Value, block: &Value) -> bool {
    let beside = |value: &Value| {
        let mut value = value.clone();
        value.set("sites", Value::Null);
        value
    };
    if beside(into) != beside(block) {
        return false;
    }
    let (Some(Value::Map(known)), Some(Value::Map(more))) = (into.get("sites"), block.get("sites"))
    else {
        return false;
    };
    if more
        .iter()
        .any(|(name, site)| known.get(name).is_some_and(|other| other != site))
    {
        return false;
    }
    let mut all = known.clone();
    all.extend(more.clone());
    into.set("sites", Value::Map(all));
    true
}

/// What a diagnostic says, in one text for a person at a terminal or a log.
pub fn words(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let at = |path: &Path| format!("{path}: ");
            let at = diagnostic.path.as_ref().map(at).unwrap_or_default();
            format!("{at}{}. {}", diagnostic.summary, diagnostic.detail)
        })
        .collect()
}
