//! Planning: what of a resource will be, before the provider adds what it knows better.

use crate::path::Path;
use crate::schema::Schema;
use crate::value::Value;

/// Plans a create (`prior` is none) or an update; returns the planned value and the paths whose change takes a replacement.
pub fn plan(
    schema: &Schema,
    prior: Option<&Value>,
    config: &Value,
    proposed: &Value,
) -> (Value, Vec<Path>) {
    let _ = (schema, prior, config);
    (proposed.clone(), Vec::new())
}
