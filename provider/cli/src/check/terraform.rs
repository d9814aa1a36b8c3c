//! What `terraform show -json` says: a state, or a plan.

use serde_json::{Map, Value};
use terraform_provider_crr::echo_mode::agent_config::AgentConfig;
use terraform_provider_crr::stated::{self, Kind};
use tfplugin::Diagnostics;

/// A document of `terraform show -json`.
#[derive(Debug)]
pub struct Document {
    /// The resources of ours that should be there.
    pub resources: Vec<Resource>,
    /// The provider block's arguments, as far as the document shows them; a state shows none.
    pub block: Option<Value>,
}

/// One resource of ours.
#[derive(Debug, Clone)]
pub struct Resource {
    /// What it is.
    pub kind: Kind,
    /// Its address, the modules included.
    pub address: String,
    /// Its attributes.
    pub values: Value,
    /// Which of them are known after apply only.
    pub unknown: Option<Value>,
}

/// Which of the two a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `terraform show -json`
    State,
    /// `terraform show -json PLANFILE`
    Plan,
}

/// Reads a document.
///
/// # Errors
///
/// Where it is none, or not of this form: what to do instead.
pub fn read(text: &str, form: Form) -> Result<Document, String> {
    let document: Value = serde_json::from_str(text).map_err(|error| {
        format!(
            "it is no JSON (line {}, column {}). It must be what `terraform show -json` prints",
            error.line(),
            error.column()
        )
    })?;
    if document.get("format_version").is_none() {
        let raw = document.get("lineage").is_some();
        return Err(if raw {
            "it is a state file itself. Give what `terraform show -json` makes of it".to_owned()
        } else {
            "it is not what `terraform show -json` prints: it has no `format_version`".to_owned()
        });
    }
    let is_plan = document.get("planned_values").is_some();
    match form {
        Form::State if is_plan => Err("it is a plan, not a state. Give it with --plan".to_owned()),
        Form::Plan if !is_plan => Err("it is a state, not a plan. Give it with --state".to_owned()),
        Form::State => Ok(Document {
            resources: of_modules(document.pointer("/values/root_module")),
            block: None,
        }),
        Form::Plan => Ok(Document {
            resources: planned(&document),
            block: block(&document),
        }),
    }
}

/// Reads an agent's configuration: the one echo that it has, and the provider block's arguments beside it.
///
/// # Errors
///
/// Where it is none, with what is wrong in words.
pub fn of_config(text: &str, file: &str) -> Result<Document, String> {
    let mut diagnostics = Diagnostics::new();
    if AgentConfig::parse(text, &mut diagnostics).is_none() {
        let (summary, detail) = super::finding::first(&diagnostics);
        return Err(format!("{file}: {summary}. {detail}"));
    }
    // It has been read once already, so it is JSON.
    let values: Value = serde_json::from_str(text).unwrap_or_default();
    Ok(Document {
        block: Some(stated::block_of(&values)),
        resources: vec![Resource {
            kind: Kind::Echo,
            address: file.to_owned(),
            values,
            unknown: None,
        }],
    })
}

/// The resources of a module and of those in it.
fn of_modules(module: Option<&Value>) -> Vec<Resource> {
    let mut resources = Vec::new();
    let mut left: Vec<&Value> = module.into_iter().collect();
    while let Some(module) = left.pop() {
        let list = |name: &str| {
            module
                .get(name)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        };
        resources.extend(list("resources").filter_map(resource));
        left.extend(list("child_modules"));
    }
    resources.sort_by(|a, b| a.address.cmp(&b.address));
    resources
}

fn resource(value: &Value) -> Option<Resource> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    if text("mode") != Some("managed") {
        return None;
    }
    Some(Resource {
        kind: Kind::of(text("type")?)?,
        address: text("address")?.to_owned(),
        values: value.get("values")?.clone(),
        unknown: None,
    })
}

/// What will be there after the plan. What is known after apply only is told by the changes.
fn planned(document: &Value) -> Vec<Resource> {
    let mut resources = of_modules(document.pointer("/planned_values/root_module"));
    let changes = document.get("resource_changes").and_then(Value::as_array);
    for change in changes.into_iter().flatten() {
        let address = change.get("address").and_then(Value::as_str);
        let Some(resource) = resources
            .iter_mut()
            .find(|resource| Some(resource.address.as_str()) == address)
        else {
            continue;
        };
        resource.unknown = change.pointer("/change/after_unknown").cloned();
        if let Some(after) = change
            .pointer("/change/after")
            .filter(|after| after.is_object())
        {
            resource.values = after.clone();
        }
    }
    resources
}

/// The provider block's arguments that are constants, or one variable each.
fn block(document: &Value) -> Option<Value> {
    let configurations = document
        .pointer("/configuration/provider_config")?
        .as_object()?;
    let ours = configurations.iter().find(|(key, configuration)| {
        let name = configuration.get("full_name").and_then(Value::as_str);
        key.as_str() == "crr" || name.is_some_and(|name| name.ends_with("/crr"))
    });
    let expressions = ours?.1.get("expressions")?.as_object()?;
    let mut block = Map::new();
    for (name, expression) in expressions {
        if let Some(value) = constant(expression, document) {
            block.insert(name.clone(), value);
        }
    }
    Some(Value::Object(block))
}

fn constant(expression: &Value, document: &Value) -> Option<Value> {
    if let Some(value) = expression.get("constant_value") {
        return Some(value.clone());
    }
    let references = expression.get("references")?.as_array()?;
    let [only] = references.as_slice() else {
        return None;
    };
    let variable = only.as_str()?.strip_prefix("var.")?;
    let given = document.get("variables")?.get(variable)?.get("value")?;
    // An expression around the variable cannot be told from the variable alone: an object is taken for what it is.
    given.is_object().then(|| given.clone())
}

#[cfg(test)]
mod tests;
