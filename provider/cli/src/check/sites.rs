//! How the sites are reached.

use serde_json::{Map, Value, json};
use terraform_provider_crr::stated::Kind;

use super::terraform::Resource;

/// The provider block for a document: a file's, else the document's own, else what the state says of each `crr_site` and
/// what its echoes export for the agent, with credentials from the usual chain.
pub fn block(file: Option<Value>, of_document: Option<Value>, resources: &[Resource]) -> Value {
    file.or(of_document)
        .unwrap_or_else(|| json!({ "sites": of_resources(resources) }))
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
    // What an echo exports for the agent says all but keys of its two sites.
    for resource in resources
        .iter()
        .filter(|resource| resource.kind == Kind::Echo)
    {
        let exported = resource.values.get("agent_config").and_then(Value::as_str);
        let config: Option<Value> = exported.and_then(|text| serde_json::from_str(text).ok());
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
            schema_version: None,
            block: None,
        };
        assert_eq!(
            block(None, None, &[resource]),
            json!({ "sites": { "east": { "region": "us-east-1" } } })
        );
    }
}
