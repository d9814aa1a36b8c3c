//! What `terraform show -json` says: a state, or a plan.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use terraform_provider_crr::echo_mode::agent_config::AgentConfig;
use terraform_provider_crr::stated::{self, Kind};
use tfplugin::Diagnostics;

mod configuration;
mod shape;

use configuration::Configuration;
use shape::{At, wrong};

/// A document of `terraform show -json`.
#[derive(Debug)]
pub struct Document {
    /// The resources of ours that should be there.
    pub resources: Vec<Resource>,
    /// What is worth knowing of it.
    pub notes: BTreeSet<String>,
    /// That it does not show the default tags of its provider blocks: worth knowing where nothing else says them.
    pub tags_untold: Vec<String>,
    /// The provider blocks' arguments, as far as the document shows them, by their key; a state shows none.
    pub blocks: BTreeMap<String, Value>,
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
    /// Which of them the configuration calls sensitive, where the document says.
    pub sensitive: Option<Value>,
    /// The version of the schema that they were written by, where the document says.
    pub schema_version: Option<i64>,
    /// The key of its provider block, where the document says.
    pub block: Option<String>,
}

impl Resource {
    /// Its attributes, read by the schema of this program.
    ///
    /// # Errors
    ///
    /// Where they are not of that schema: another version wrote them, and what they mean cannot be told.
    pub fn attributes(&self) -> Result<tfplugin::Value, String> {
        let known = self.kind.schema_version();
        match self.schema_version {
            Some(version) if version != known => Err(format!(
                "they are of version {version} of the schema, and this program knows version {known}. Use the `crr` that belongs to the provider that wrote them"
            )),
            _ => stated::attributes(self.kind, &self.values, self.unknown.as_ref()),
        }
    }
}

/// Which of the two a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `terraform show -json`
    State,
    /// `terraform show -json PLANFILE`
    Plan,
}

impl Document {
    /// The resources of each provider block, and its arguments as far as they are shown.
    pub fn by_block(self) -> Vec<(Option<Value>, Vec<Resource>)> {
        let mut groups: BTreeMap<Option<String>, Vec<Resource>> = BTreeMap::new();
        for resource in self.resources {
            let group = groups.entry(resource.block.clone()).or_default();
            group.push(resource);
        }
        let block = |key: Option<String>| self.blocks.get(&key?).cloned();
        groups
            .into_iter()
            .map(|(key, resources)| (block(key), resources))
            .collect()
    }
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
    let root = At::root(&document);
    let members = root.object()?;
    let Some(version) = members.get("format_version") else {
        return Err(if members.contains_key("lineage") {
            "it is a state file itself. Give what `terraform show -json` makes of it".to_owned()
        } else {
            "it is not what `terraform show -json` prints: it has no `format_version`".to_owned()
        });
    };
    let major = version.as_str().and_then(|text| text.split('.').next());
    if major != Some("1") {
        return Err(format!(
            "its `format_version` is {version}, and this program reads 1.x. Use versions of Terraform and `crr` that belong together"
        ));
    }
    let is_plan = members.contains_key("planned_values");
    match form {
        Form::State if is_plan => Err("it is a plan, not a state. Give it with --plan".to_owned()),
        Form::Plan if !is_plan => Err("it is a state, not a plan. Give it with --state".to_owned()),
        Form::State => Ok(Document {
            resources: of_values(root.member("values"))?,
            notes: BTreeSet::new(),
            tags_untold: Vec::new(),
            blocks: BTreeMap::new(),
        }),
        Form::Plan => planned(&root),
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
        let wrong = super::finding::first_with_path(&diagnostics);
        return Err(format!("{file}: {wrong}"));
    }
    // It has been read once already, so it is JSON.
    let mut values: Value = serde_json::from_str(text).unwrap_or_default();
    let key = "crr".to_owned();
    let block = stated::block_of(&values);
    // What is beside the echo's own attributes is no part of it.
    if let Some(members) = values.as_object_mut() {
        members.retain(|name, _| Kind::Echo.has(name));
    }
    Ok(Document {
        blocks: [(key.clone(), block)].into(),
        notes: BTreeSet::new(),
        tags_untold: Vec::new(),
        resources: vec![Resource {
            kind: Kind::Echo,
            address: file.to_owned(),
            values,
            unknown: None,
            sensitive: None,
            schema_version: None,
            block: Some(key),
        }],
    })
}

/// The resources of a state's or a plan's values; an empty state has none.
fn of_values(values: Option<At<'_>>) -> Result<Vec<Resource>, String> {
    let Some(values) = values else {
        return Ok(Vec::new());
    };
    values.object()?;
    let mut resources = Vec::new();
    let mut left: Vec<At<'_>> = values.member("root_module").into_iter().collect();
    while let Some(module) = left.pop() {
        module.object()?;
        for element in module.list("resources")? {
            resources.extend(resource(&element)?);
        }
        left.extend(module.list("child_modules")?);
    }
    resources.sort_by(|a, b| a.address.cmp(&b.address));
    Ok(resources)
}

/// A resource, if it is one of ours.
fn resource(at: &At<'_>) -> Result<Option<Resource>, String> {
    let mode = at.text("mode")?;
    let kind = Kind::of(at.text("type")?);
    let (true, Some(kind)) = (mode == "managed", kind) else {
        return Ok(None);
    };
    // What a replacement left behind, to be destroyed: it should not be.
    if at.member("deposed_key").is_some() {
        return Ok(None);
    }
    let values = at
        .member("values")
        .ok_or_else(|| wrong(&format!("{}/values", at.path), "is missing"))?;
    values.object()?;
    let version = at.member("schema_version");
    Ok(Some(Resource {
        kind,
        address: at.text("address")?.to_owned(),
        values: values.value.clone(),
        unknown: None,
        sensitive: at.value.get("sensitive_values").cloned(),
        schema_version: match version {
            Some(version) => Some(
                version
                    .value
                    .as_i64()
                    .ok_or_else(|| wrong(&version.path, "is no whole number"))?,
            ),
            None => None,
        },
        block: None,
    }))
}

/// What will be there after the plan. What is known after apply only is told by the changes.
fn planned(root: &At<'_>) -> Result<Document, String> {
    if root.flag("errored") {
        return Err("it is a plan that failed, and lacks what failed. Mend what `terraform plan` reports, and plan again".to_owned());
    }
    let mut notes = BTreeSet::new();
    if root.value.get("complete") == Some(&Value::Bool(false)) {
        notes.insert("The plan is not complete (`-target`, or changes that are deferred): another plan follows the apply, and what it will have is not looked at.".to_owned());
    }
    let mut resources = of_values(root.member("planned_values"))?;
    for change in root.list("resource_changes")? {
        // Beside the resource of this address: what a replacement left behind.
        if change.member("deposed").is_some() {
            continue;
        }
        let address = change.text("address")?;
        let Some(resource) = resources
            .iter_mut()
            .find(|resource| resource.address == address)
        else {
            continue;
        };
        let Some(change) = change.member("change") else {
            continue;
        };
        change.object()?;
        resource.unknown = change.member("after_unknown").map(|at| at.value.clone());
        let sensitive = change.member("after_sensitive");
        if let Some(sensitive) = sensitive.filter(|at| at.value.is_object()) {
            resource.sensitive = Some(sensitive.value.clone());
        }
        if let Some(after) = change.member("after").filter(|at| at.value.is_object()) {
            resource.values = after.value.clone();
        }
    }
    let configuration = Configuration::of(root.value);
    for resource in &mut resources {
        resource.block = Some(configuration.block_of(&resource.address));
    }
    Ok(Document {
        resources,
        notes,
        tags_untold: configuration.tags_untold(),
        blocks: configuration.blocks(),
    })
}

#[cfg(test)]
mod tests;
