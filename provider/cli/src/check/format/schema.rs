//! A validator, so that what is written is held against the schemas that describe it.

use serde_json::Value;

/// Where a value is not of a schema: JSON Schema, draft 7, as far as the schemas here use it. A keyword that is not here ends the test: nothing goes unchecked.
pub(super) fn faults(
    value: &Value,
    schema: &Value,
    root: &Value,
    at: &str,
    faults_: &mut Vec<String>,
) {
    let Some(keywords) = schema.as_object() else {
        return;
    };
    for (keyword, wanted) in keywords {
        let right = match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" | "default" | "definitions" => true,
            "$ref" => {
                let pointer = wanted.as_str().unwrap().trim_start_matches('#');
                let target = root.pointer(pointer).expect("a definition");
                faults(value, target, root, at, faults_);
                true
            }
            "type" => is_of(value, wanted),
            "enum" => wanted.as_array().unwrap().contains(value),
            "required" => value.as_object().is_none_or(|members| {
                let names = wanted.as_array().unwrap();
                names
                    .iter()
                    .all(|name| members.contains_key(name.as_str().unwrap()))
            }),
            "properties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = wanted.get(name) {
                        faults(member, schema, root, &format!("{at}/{name}"), faults_);
                    }
                }
                true
            }
            "additionalProperties" => {
                let known = keywords.get("properties");
                let others = value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(name, _)| known.and_then(|known| known.get(*name)).is_none());
                let mut right = true;
                for (name, member) in others {
                    if wanted.is_object() {
                        faults(member, wanted, root, &format!("{at}/{name}"), faults_);
                    } else {
                        right &= wanted != false;
                    }
                }
                right
            }
            "items" => {
                for (index, element) in value.as_array().into_iter().flatten().enumerate() {
                    faults(element, wanted, root, &format!("{at}/{index}"), faults_);
                }
                true
            }
            "uniqueItems" => value.as_array().is_none_or(|elements| {
                wanted == false
                    || elements
                        .iter()
                        .enumerate()
                        .all(|(i, e)| !elements[..i].contains(e))
            }),
            "minItems" => value
                .as_array()
                .is_none_or(|elements| elements.len() as u64 >= wanted.as_u64().unwrap()),
            "minimum" => value
                .as_f64()
                .is_none_or(|number| number >= wanted.as_f64().unwrap()),
            "maximum" => value
                .as_f64()
                .is_none_or(|number| number <= wanted.as_f64().unwrap()),
            "format" => value.as_str().is_none_or(|text| is_formatted(text, wanted)),
            "anyOf" | "oneOf" => {
                let fitting = wanted.as_array().unwrap().iter().filter(|schema| {
                    let mut inner = Vec::new();
                    faults(value, schema, root, at, &mut inner);
                    inner.is_empty()
                });
                let fitting = fitting.count();
                fitting == 1 || keyword == "anyOf" && fitting > 1
            }
            other => panic!("{at}: the keyword {other} is not known here"),
        };
        if !right {
            faults_.push(format!("{at}: {keyword} {wanted}: {value}"));
        }
    }
}

fn is_of(value: &Value, kind: &Value) -> bool {
    match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| is_of(value, kind)),
        kind => match kind.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "null" => value.is_null(),
            other => panic!("the type {other} is not known here"),
        },
    }
}

fn is_formatted(text: &str, format: &Value) -> bool {
    let in_uri =
        |letter: char| letter.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(letter);
    match format.as_str().unwrap() {
        "uri" => text.contains(':') && text.chars().all(in_uri),
        "uri-reference" => text.chars().all(in_uri),
        "date-time" => humantime::parse_rfc3339(text).is_ok(),
        other => panic!("the format {other} is not known here"),
    }
}
