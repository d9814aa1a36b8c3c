//! The configuration as JSON: what `crr_coverage` takes, and what a program takes that keeps the site protected.
//!
//! The keys are the attributes' names, so that a file of this form can be written by hand.

use tfplugin::{Value, json};

use super::schema;

/// Computed, or about this resource's life and no bucket's.
const LEFT_OUT: [&str; 6] = [
    "id",
    "coverage",
    "agent_config",
    "on_destroy",
    "trigger",
    super::trigger::SHOWN,
];

/// The JSON of a value of the resource's type, or an unknown where anything in it is.
pub fn of(value: &Value) -> Value {
    let mut members = Vec::new();
    for (name, attribute) in schema::schema().attributes() {
        if LEFT_OUT.contains(&name) || name == "timeouts" {
            continue;
        }
        let given = value.get(name).cloned().unwrap_or(Value::Null);
        if given.is_null() {
            continue;
        }
        let Ok(text) = json::encode(&given, &attribute.ty()) else {
            return Value::unknown();
        };
        members.push(format!("\"{name}\":{}", String::from_utf8_lossy(&text)));
    }
    Value::from(format!("{{{}}}", members.join(",")))
}

/// A value of the resource's type from such a JSON: what it does not say is null.
///
/// # Errors
///
/// Where it is no JSON of this form.
pub fn parse(text: &str) -> Result<Value, String> {
    let (value, unknown) = json::decode_state(text.as_bytes(), &schema::schema().ty())
        .map_err(|error| error.to_string())?;
    match unknown.first() {
        Some(path) => Err(format!("{path:?} is no attribute of crr_echo_mode")),
        None => Ok(value),
    }
}
