//! How the sites are reached.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use terraform_provider_crr::stated::{self, Kind};

use super::terraform::Resource;

/// The provider block for a document: what a file says, else what the document says of its own, else what the resources say:
/// each `crr_site`, what echoes export for the agent, and the tags of roles. Credentials come from the usual chain.
pub fn block(file: Option<Value>, of_document: Option<Value>, resources: &[Resource]) -> Value {
    let mut block = Map::new();
    for given in [of_document, file] {
        if let Some(Value::Object(members)) = given {
            block.extend(members);
        }
    }
    if !block.contains_key("sites") {
        block.insert("sites".to_owned(), of_resources(resources).into());
    }
    for config in resources.iter().filter_map(exported) {
        if let Value::Object(members) = stated::block_of(&config) {
            for (name, value) in members {
                block.entry(name).or_insert(value);
            }
        }
    }
    let tags = default_tags(resources);
    if !tags.is_empty() && !block.contains_key("default_tags") {
        block.insert("default_tags".to_owned(), tags.into());
    }
    Value::Object(block)
}

/// The tags that a state shows on roles and that no resource asks for by itself: the provider block's, which a state does not
/// hold. Where two disagree somebody has changed one, and neither is taken.
fn default_tags(resources: &[Resource]) -> Map<String, Value> {
    let mut tags: Map<String, Value> = Map::new();
    let mut disputed = BTreeSet::new();
    let said = resources.iter().flat_map(|resource| match resource.kind {
        Kind::Echo => Map::new(),
        Kind::Pair => beside(&resource.values, resource.values.get("tags")),
        Kind::Site => beside(
            &resource.values,
            resource.values.pointer("/replication_role/tags"),
        ),
    });
    for (key, value) in said {
        if tags.get(&key).is_some_and(|other| *other != value) {
            disputed.insert(key.clone());
        }
        tags.insert(key, value);
    }
    tags.retain(|key, _| !disputed.contains(key));
    tags
}

/// What the facets show of a role's tags beside our own and those that the resource asks for.
fn beside(values: &Value, asked: Option<&Value>) -> Map<String, Value> {
    let facets = values.get("facets").and_then(Value::as_object);
    let of_roles = facets
        .into_iter()
        .flatten()
        .filter(|(name, _)| name.ends_with(".role_tags"));
    let mut tags: Map<String, Value> = of_roles
        .filter_map(|(_, text)| serde_json::from_str::<Map<String, Value>>(text.as_str()?).ok())
        .flatten()
        .collect();
    tags.retain(|key, _| {
        !key.starts_with("crr:") && asked.is_none_or(|asked| asked.get(key).is_none())
    });
    tags
}

/// What an echo exports for the agent: all but keys of its two sites, and the rest of the provider block.
fn exported(resource: &Resource) -> Option<Value> {
    serde_json::from_str(resource.values.get("agent_config")?.as_str()?).ok()
}

/// What a file of sites holds as a provider block: it may be one, or the sites alone.
///
/// # Errors
///
/// Where it is neither.
pub fn read(text: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| {
        // The parser's own message may quote the text, which may be secret.
        format!(
            "it is no JSON (line {}, column {})",
            error.line(),
            error.column()
        )
    })?;
    let Value::Object(members) = &value else {
        return Err("it is no JSON object".to_owned());
    };
    let is_block = members
        .get("sites")
        .and_then(Value::as_object)
        .is_some_and(|sites| sites.values().all(Value::is_object));
    Ok(if is_block {
        value
    } else {
        json!({ "sites": value })
    })
}

fn of_resources(resources: &[Resource]) -> Map<String, Value> {
    let mut sites = Map::new();
    for resource in resources
        .iter()
        .filter(|resource| resource.kind == Kind::Echo)
    {
        let config = exported(resource);
        if let Some(of_echo) = config.as_ref().and_then(|c| c.get("sites")?.as_object()) {
            sites.extend(of_echo.clone());
        }
    }
    for resource in resources
        .iter()
        .filter(|resource| resource.kind == Kind::Site)
    {
        let Some(name) = resource.values.get("name").and_then(Value::as_str) else {
            continue;
        };
        if sites.contains_key(name) {
            continue;
        }
        let mut site = Map::new();
        for attribute in ["region", "endpoints"] {
            if let Some(value) = resource
                .values
                .get(attribute)
                .filter(|value| !value.is_null())
            {
                site.insert(attribute.to_owned(), value.clone());
            }
        }
        sites.insert(name.to_owned(), Value::Object(site));
    }
    sites
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_a_block_or_the_sites_alone() {
        let block = json!({ "sites": { "east": { "region": "us-east-1" } } });
        assert_eq!(read(&block.to_string()), Ok(block.clone()));
        assert_eq!(read(&block["sites"].to_string()), Ok(block));
        // A site that is called "sites".
        let odd = json!({ "sites": { "region": "us-east-1" } });
        assert_eq!(read(&odd.to_string()), Ok(json!({ "sites": odd })));
        let wrong = read("{\"east\": {\"secret_key\": \"hush\"").unwrap_err();
        assert!(!wrong.contains("hush"), "{wrong}");
    }

    #[test]
    fn a_state_says_region_and_endpoints() {
        let resource = Resource {
            kind: Kind::Site,
            address: "crr_site.east".to_owned(),
            values: json!({ "name": "east", "region": "us-east-1", "endpoints": null, "account_id": "1" }),
            unknown: None,
            sensitive: None,
            schema_version: None,
            block: None,
        };
        assert_eq!(
            block(None, None, &[resource]),
            json!({ "sites": { "east": { "region": "us-east-1" } } })
        );
    }

    #[test]
    fn what_an_echo_exports_for_the_agent_is_the_provider_block() {
        let config = json!({ "source": "east", "target": "west", "sites": { "east": { "region": "us-east-1" } }, "trusted_account_ids": ["111111111111"] });
        let echo = Resource {
            kind: Kind::Echo,
            address: "crr_echo_mode.dr".to_owned(),
            values: json!({ "agent_config": config.to_string() }),
            unknown: None,
            sensitive: None,
            schema_version: None,
            block: None,
        };
        assert_eq!(
            block(None, None, &[echo]),
            json!({ "sites": config["sites"], "trusted_account_ids": ["111111111111"] })
        );
    }

    #[test]
    fn what_a_file_leaves_out_the_document_says() {
        let file = json!({ "sites": { "east": { "profile": "reader" } } });
        let document = json!({ "sites": {}, "default_tags": { "team": "storage" } });
        assert_eq!(
            block(Some(file.clone()), Some(document), &[]),
            json!({ "sites": file["sites"], "default_tags": { "team": "storage" } })
        );
    }

    fn pair(facets: &Value, tags: &Value) -> Resource {
        Resource {
            kind: Kind::Pair,
            address: "crr_pair.orders".to_owned(),
            values: json!({ "facets": facets, "tags": tags }),
            unknown: None,
            sensitive: None,
            schema_version: None,
            block: None,
        }
    }

    #[test]
    fn tags_that_no_resource_asks_for_are_the_provider_blocks() {
        let shown = |tags: Value| json!({ "source.role_tags": tags.to_string(), "destination.tags": "{\"of\":\"others\"}" });
        let tags = json!({ "crr:made-by": "crr", "team": "orders", "cost": "dr", "stage": "live" });
        let orders = pair(&shown(tags), &json!({ "team": "orders" }));
        let of_one = default_tags(std::slice::from_ref(&orders));
        assert_eq!(
            Value::from(of_one),
            json!({ "cost": "dr", "stage": "live" })
        );
        // Somebody has changed one of them: which is it?
        let other = pair(
            &shown(json!({ "cost": "dr", "stage": "test" })),
            &Value::Null,
        );
        let of_two = default_tags(&[orders, other]);
        assert_eq!(Value::from(of_two), json!({ "cost": "dr" }));
    }
}
