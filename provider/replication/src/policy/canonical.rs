//! One text for all policies that mean the same.

use serde_json::{Map, Value};

use super::PolicyError;

/// The elements of a statement, in the order in which IAM documents them.
const STATEMENT_ORDER: [&str; 10] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
    "Comment",
];

/// The canonical text of a policy: lists sorted, a list of one written as its element, elements in IAM's order.
///
/// The order of statements has no meaning to IAM, so they are sorted by `Sid`.
///
/// # Errors
///
/// Where the text is no JSON object.
pub fn canonical(text: &str) -> Result<String, PolicyError> {
    let value: Value = serde_json::from_str(text).map_err(|e| PolicyError(e.to_string()))?;
    if !value.is_object() {
        return Err(PolicyError("it is no JSON object".to_owned()));
    }
    Ok(print(&document(&value)))
}

/// The canonical form of a whole document.
pub(super) fn document(value: &Value) -> Value {
    let Value::Object(object) = value else {
        return value.clone();
    };
    let mut result = Map::new();
    for key in ["Version", "Id"] {
        if let Some(found) = object.get(key) {
            result.insert(key.to_owned(), found.clone());
        }
    }
    for (key, other) in object {
        if !matches!(key.as_str(), "Version" | "Id" | "Statement") {
            result.insert(key.clone(), other.clone());
        }
    }
    let mut statements: Vec<Value> = match object.get("Statement") {
        Some(Value::Array(list)) => list.iter().map(statement).collect(),
        Some(one) => vec![statement(one)],
        None => Vec::new(),
    };
    statements.sort_by_cached_key(|s| (sid(s).to_owned(), s.to_string()));
    result.insert("Statement".to_owned(), Value::Array(statements));
    Value::Object(result)
}

fn sid(statement: &Value) -> &str {
    statement
        .get("Sid")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The canonical form of one statement.
pub(super) fn statement(value: &Value) -> Value {
    let Value::Object(object) = value else {
        return value.clone();
    };
    let mut result = Map::new();
    for key in STATEMENT_ORDER {
        if let Some(found) = object.get(key) {
            result.insert(key.to_owned(), element(key, found));
        }
    }
    for (key, other) in object {
        if !STATEMENT_ORDER.contains(&key.as_str()) {
            result.insert(key.clone(), other.clone());
        }
    }
    Value::Object(result)
}

fn element(key: &str, value: &Value) -> Value {
    match (key, value) {
        ("Sid" | "Effect", _) => value.clone(),
        // Principal: type → names. Condition: operator → key → values.
        (_, Value::Object(object)) => {
            let mut keys: Vec<&String> = object.keys().collect();
            keys.sort();
            Value::Object(
                keys.into_iter()
                    .filter_map(|k| Some((k.clone(), element("", object.get(k)?))))
                    .collect(),
            )
        }
        (_, Value::Array(list)) => {
            let mut sorted: Vec<Value> = list.iter().map(scalar).collect();
            sorted.sort_by_cached_key(Value::to_string);
            sorted.dedup();
            match <[Value; 1]>::try_from(sorted) {
                Ok([one]) => one,
                Err(many) => Value::Array(many),
            }
        }
        (_, other) => scalar(other),
    }
}

/// In conditions `true` and `"true"`, `5` and `"5"` mean the same.
fn scalar(value: &Value) -> Value {
    match value {
        Value::Bool(b) => Value::String(b.to_string()),
        Value::Number(n) => Value::String(n.to_string()),
        other => other.clone(),
    }
}

/// Compact JSON.
pub(super) fn print(value: &Value) -> String {
    value.to_string()
}
