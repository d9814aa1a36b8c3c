//! The configuration as JSON: what `crr_coverage` takes, and what a program takes that keeps the site protected.
//!
//! One object has the attributes of the echo and those of the provider block, each under its own name, so that a file of this
//! form can be written by hand. No two share a name. Keys are left out: they come from each site's usual chain.

use std::fmt::Write as _;

use tfplugin::{Diagnostics, Path, Type, Value, json};

use super::schema;
use crate::provider_block::{self, KEYS};
use crate::runtime::Runtime;

mod open;

#[cfg(test)]
mod tests;

pub use open::{Opened, Overrides, open, words};

/// Computed, or about this resource's life and no bucket's.
const LEFT_OUT: [&str; 7] = [
    "id",
    "coverage",
    "agent_config",
    "on_destroy",
    "timeouts",
    "trigger",
    super::trigger::schema::SHOWN,
];

/// Where the events come from, where the echo has a trigger: an attribute of neither schema.
const QUEUE_URL: &str = "queue_url";

/// Which edition of the echo this is. The queue carries that of the last apply as a tag: an agent with another one holds still.
const EDITION: &str = "edition";

/// What is computed only when the echo is applied, and follows from the rest.
const FOLLOWS: [&str; 1] = ["target_account_id"];

/// What of the provider block changes what is done to a bucket. How the sites are reached does not.
const OF_BLOCK: [&str; 2] = ["default_tags", "trusted_account_ids"];

/// The JSON of a value of the resource's type, with the sites that it is about, or an unknown where anything in it is.
pub fn of(value: &Value, runtime: &Runtime) -> Value {
    with_block(value, &runtime.block).map_or_else(Value::unknown, Value::from)
}

/// The same for one that reaches the sites in a way of its own.
pub(super) fn with_block(value: &Value, block: &Value) -> Option<String> {
    let members = members(value, block)?;
    Some(format!("{{{}}}", members.join(",")))
}

/// None where anything is unknown.
fn members(value: &Value, block: &Value) -> Option<Vec<String>> {
    let mut members = Vec::new();
    for (name, attribute) in schema::schema().attributes() {
        if LEFT_OUT.contains(&name) {
            continue;
        }
        let given = value.get(name).cloned().unwrap_or(Value::Null);
        if given.is_null() {
            continue;
        }
        let text = json::encode(&given, &attribute.ty()).ok()?;
        members.push(format!("\"{name}\":{}", String::from_utf8_lossy(&text)));
    }
    for (name, attribute) in provider_block::schema().attributes() {
        let mut given = block.get(name).cloned().unwrap_or(Value::Null);
        if given.is_null() {
            continue;
        }
        if let Value::Map(sites) = &mut given
            && name == "sites"
        {
            let about = ["source", "target"].map(|side| value.get(side).and_then(Value::as_str));
            sites.retain(|site, _| about.contains(&Some(site)));
        }
        let text = json::encode(&given, &attribute.ty()).ok()?;
        let mut said = serde_json::from_slice(&text).ok()?;
        leave_out_nulls(&mut said);
        members.push(format!("\"{name}\":{said}"));
    }
    match value.get("trigger").map(|trigger| trigger.get(QUEUE_URL)) {
        Some(Some(url)) if url.is_unknown() => return None,
        Some(Some(Value::String(url))) => {
            let url = serde_json::Value::from(url.as_str());
            members.push(format!("\"{QUEUE_URL}\":{url}"));
            let edition = serde_json::Value::from(edition(value, block)?);
            members.push(format!("\"{EDITION}\":{edition}"));
        }
        _ => {}
    }
    Some(members)
}

/// Which edition of the echo a value is: another one wherever something else would be done to a bucket. None where it is not known
/// yet.
pub(super) fn edition(value: &Value, block: &Value) -> Option<String> {
    let (echo, provider) = (schema::schema(), provider_block::schema());
    let of_echo = echo
        .attributes()
        .filter(|(name, _)| !LEFT_OUT.contains(name) && !FOLLOWS.contains(name))
        .map(|(name, attribute)| (name, attribute, value));
    let of_block = provider
        .attributes()
        .filter(|(name, _)| OF_BLOCK.contains(name))
        .map(|(name, attribute)| (name, attribute, block));
    let mut told = String::new();
    for (name, attribute, of) in of_echo.chain(of_block) {
        let given = of.get(name).filter(|given| !given.is_null());
        let Some(given) = given else { continue };
        let text = json::encode(given, &attribute.ty()).ok()?;
        let _ = writeln!(told, "{name} {}", String::from_utf8_lossy(&text));
    }
    Some(replication::trigger::edition(&told))
}

/// A site has many settings and few are given.
fn leave_out_nulls(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(leave_out_nulls);
        }
        serde_json::Value::Array(elements) => elements.iter_mut().for_each(leave_out_nulls),
        _ => {}
    }
}

/// The configuration of an echo: values of the two types, not looked into yet.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentConfig {
    /// Of the resource's type.
    pub echo: Value,
    /// Of the provider block's type, without keys.
    pub block: Value,
    /// Where the events come from.
    pub queue_url: Option<String>,
    /// Which edition of the echo it is, where a resource with a trigger has exported it.
    pub edition: Option<String>,
}

/// The echo of such a JSON, as a value of the resource's type: what it does not say is null.
///
/// # Errors
///
/// Where it is no JSON of this form.
pub fn parse(text: &str) -> Result<Value, String> {
    AgentConfig::read(text).map(|config| config.echo)
}

/// The edition in such a JSON.
pub(super) fn edition_in(text: &str) -> Option<String> {
    AgentConfig::read(text).ok()?.edition
}

/// The provider block in such a JSON.
pub(super) fn block_of(text: &str) -> Option<Value> {
    AgentConfig::read(text).ok().map(|config| config.block)
}

impl AgentConfig {
    /// Reads the form, and no more than that.
    fn read(text: &str) -> Result<Self, String> {
        let (echo, block) = (schema::schema().ty(), provider_block::schema().ty());
        let (Type::Object(of_echo), Type::Object(of_block)) = (&echo, &block) else {
            return Err("the schemas are no objects".to_owned());
        };
        let mut all = of_echo.clone();
        all.extend(of_block.clone());
        for beside in [QUEUE_URL, EDITION] {
            all.insert(beside.to_owned(), Type::String);
        }
        let (value, unknown) = json::decode_state(text.as_bytes(), &Type::Object(all))
            .map_err(|error| error.to_string())?;
        if let Some(path) = unknown.first() {
            return Err(format!(
                "{path} is no attribute of crr_echo_mode or of the provider block"
            ));
        }
        let part = |names: &std::collections::BTreeMap<String, Type>| {
            Value::object(names.keys().map(|name| {
                let value = value.get(name).cloned().unwrap_or(Value::Null);
                (name.clone(), value)
            }))
        };
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            echo: part(of_echo),
            block: part(of_block),
            queue_url: text(QUEUE_URL),
            edition: text(EDITION),
        })
    }

    /// Reads a configuration and checks all that can be known without asking anybody, by the code that checks Terraform's.
    pub fn parse(text: &str, diagnostics: &mut Diagnostics) -> Option<Self> {
        let config = match Self::read(text) {
            Ok(config) => config,
            Err(error) => {
                diagnostics.error("Not the configuration of an echo", error);
                return None;
            }
        };
        let before = diagnostics.len();
        diagnostics.extend(tfplugin::validate(&schema::schema(), &config.echo));
        diagnostics.extend(tfplugin::validate(&provider_block::schema(), &config.block));
        if let Some(Value::Map(sites)) = config.block.get("sites") {
            for (name, site) in sites {
                let path = Path::root().attribute("sites").key(name);
                for key in KEYS {
                    if site.get(key).is_some_and(|value| !value.is_null()) {
                        diagnostics.error_at(
                            path.attribute(key),
                            "A key in the agent's configuration",
                            "The file is no place for secrets. Put the key into a profile of the shared AWS files and name it as `profile`, or use any other source of the AWS SDK.",
                        );
                    }
                }
            }
        }
        provider_block::validate(&config.block, diagnostics);
        super::config::validate(&config.echo, diagnostics);
        (diagnostics.len() == before || !diagnostics.has_errors()).then_some(config)
    }
}
