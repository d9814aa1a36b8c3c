//! Validation of a configuration against what its schema says beyond types.

use crate::codec::index_step;
use crate::diagnostic::Diagnostics;
use crate::path::{Path, Step};
use crate::schema::{Attribute, AttributeNesting, BlockNesting, Nested, Schema};
use crate::value::Value;

#[cfg(test)]
mod tests;

/// Runs the schema's validators over a configuration.
///
/// Unknowns are let be: Terraform asks again once they are known. Types and the number of blocks Terraform has checked already,
/// and of deprecations it warns by itself. Of required attributes it only checks that they are written, not that they are not null.
pub fn validate(schema: &Schema, config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    validate_object(schema.body(), config, &Path::root(), &mut diagnostics);
    for validator in schema.validators() {
        validator(config, &Path::root(), &mut diagnostics);
    }
    diagnostics
}

fn is_set(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_null() && !value.is_unknown())
}

fn validate_object(nested: &Nested, config: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    for (name, attribute) in nested.attributes() {
        if attribute.is_required() && config.get(name).is_some_and(Value::is_null) {
            diagnostics.error_at(
                path.attribute(name),
                "Missing required argument",
                format!(
                    "{} must be set, and must not be null.",
                    path.attribute(name)
                ),
            );
        }
        let Some(value) = config.get(name).filter(|value| is_set(Some(value))) else {
            continue;
        };
        let here = path.attribute(name);
        for other in attribute
            .conflicts()
            .iter()
            .filter(|other| is_set(config.get(other)))
        {
            diagnostics.error_at(
                here.clone(),
                "Attributes that exclude each other",
                format!(
                    "{here} and {} cannot be set together: leave one of them out.",
                    path.attribute(other)
                ),
            );
        }
        validate_attribute(attribute, value, &here, diagnostics);
    }
    for (name, block) in nested.blocks() {
        let nesting = match block.nesting() {
            BlockNesting::Single | BlockNesting::Group => AttributeNesting::Single,
            BlockNesting::List => AttributeNesting::List,
            BlockNesting::Set => AttributeNesting::Set,
            BlockNesting::Map => AttributeNesting::Map,
        };
        if let Some(value) = config.get(name) {
            validate_nested(
                nesting,
                block.body(),
                value,
                &path.attribute(name),
                diagnostics,
            );
        }
    }
}

fn validate_attribute(
    attribute: &Attribute,
    value: &Value,
    path: &Path,
    diagnostics: &mut Diagnostics,
) {
    if !attribute.allowed().is_empty() {
        validate_allowed(attribute.allowed(), value, path, diagnostics);
    }
    if let Some((nesting, nested)) = attribute.nested() {
        validate_nested(nesting, nested, value, path, diagnostics);
    }
    for validator in attribute.validators() {
        validator(value, path, diagnostics);
    }
}

fn validate_nested(
    nesting: AttributeNesting,
    nested: &Nested,
    value: &Value,
    path: &Path,
    diagnostics: &mut Diagnostics,
) {
    match (nesting, value) {
        (AttributeNesting::Single, _) => validate_object(nested, value, path, diagnostics),
        (AttributeNesting::Set, Value::Set(elements)) => {
            // The protocol has no path into a set: the set is to blame, and the text says where in it.
            let mut inside = Diagnostics::new();
            for element in elements {
                validate_object(nested, element, &Path::root(), &mut inside);
            }
            for mut found in inside {
                let place = found.path.unwrap_or_default();
                found.detail = format!("In an element of {path}, at {place}: {}", found.detail);
                found.path = Some(path.clone());
                diagnostics.push(found);
            }
        }
        _ => each_element(value, path, &mut |element, path| {
            validate_object(nested, element, path, diagnostics);
        }),
    }
}

/// Shows each element with its path; an element of a set has only the set's.
fn each_element(value: &Value, path: &Path, show: &mut dyn FnMut(&Value, &Path)) {
    match value {
        Value::List(elements) | Value::Tuple(elements) => {
            for (index, element) in elements.iter().enumerate() {
                show(element, &path.step(index_step(index)));
            }
        }
        Value::Set(elements) => elements.iter().for_each(|element| show(element, path)),
        Value::Map(elements) => {
            for (key, element) in elements {
                show(element, &path.step(Step::Key(key.clone())));
            }
        }
        _ => {}
    }
}

fn validate_allowed(allowed: &[String], value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    match value {
        Value::String(text) if !allowed.contains(text) => {
            let allowed: Vec<String> = allowed.iter().map(|text| format!("{text:?}")).collect();
            diagnostics.error_at(
                path.clone(),
                "Value not allowed",
                format!("{path} must be one of {}.", allowed.join(", ")),
            );
        }
        Value::Dynamic(_, inner) => validate_allowed(allowed, inner, path, diagnostics),
        _ => each_element(value, path, &mut |element, path| {
            validate_allowed(allowed, element, path, diagnostics);
        }),
    }
}
