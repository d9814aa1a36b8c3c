//! Facets as an attribute.

use replication::Facets;
use tfplugin::{Attribute, Type, Value};

/// The attribute that shows every part.
pub fn attribute(description: &str) -> Attribute {
    Attribute::map(Type::String)
        .computed()
        .describe(description)
}

/// Facets as a map of texts.
pub fn to_value(facets: &Facets) -> Value {
    Value::map(
        facets
            .0
            .iter()
            .map(|(name, text)| (name.clone(), Value::from(text.clone()))),
    )
}

/// How two sets of facets differ, a line each, for a diagnostic.
pub fn differences(planned: &Facets, found: &Facets) -> String {
    let names: std::collections::BTreeSet<&String> =
        planned.0.keys().chain(found.0.keys()).collect();
    let text = |facets: &Facets, name: &String| {
        facets
            .0
            .get(name)
            .cloned()
            .unwrap_or_else(|| "nothing".to_owned())
    };
    names
        .into_iter()
        .filter(|name| planned.0.get(*name) != found.0.get(*name))
        .map(|name| {
            format!(
                "- {name}: planned {}, found {}",
                text(planned, name),
                text(found, name)
            )
        })
        .collect::<Vec<_>>()
        .join("\n")
}
