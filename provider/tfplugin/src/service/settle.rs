//! Makes what a provider answered fit for the wire, and says at which attribute it was not.
//!
//! An answer that cannot be encoded would be lost, and a state with it. So the unfitting part is taken out and
//! everything else is kept, beside an error that names the attribute: a bug of the provider that a person can read.

use std::collections::BTreeMap;

use crate::{
    AttributeKind, AttributeNesting, BlockNesting, Diagnostics, Nested, Path, Schema, Type, Value,
};

/// What an answer may hold.
#[derive(Clone, Copy)]
pub(super) struct Allow {
    /// Unknown values, as in a plan.
    pub(super) unknown: bool,
    /// Objects without all of their attributes, as from an import: the missing ones are null.
    pub(super) partial: bool,
}

impl Allow {
    pub(super) const STATE: Self = Self {
        unknown: false,
        partial: false,
    };
    pub(super) const PLAN: Self = Self {
        unknown: true,
        partial: false,
    };
    pub(super) const IMPORT: Self = Self {
        unknown: false,
        partial: true,
    };
}

/// One misfit.
struct Misfit {
    path: Path,
    what: String,
}

/// Fits `value` to `ty`; each misfit becomes an error about `what`, such as "the state of a resource after apply".
pub(super) fn settle(
    value: Value,
    ty: &Type,
    allow: Allow,
    what: &str,
    diagnostics: &mut Diagnostics,
) -> Value {
    let mut misfits = Vec::new();
    let settled = fit(value, ty, allow, &Path::root(), &mut misfits);
    for Misfit { path, what: misfit } in misfits {
        let place = if path.is_root() {
            "the whole value".to_owned()
        } else {
            path.to_string()
        };
        diagnostics.error_at(
            path,
            format!("The provider gave a wrong value for {what}"),
            format!("This is a bug in the provider: {place} {misfit}. It is stored as null; the rest is kept."),
        );
    }
    settled
}

fn fit(value: Value, ty: &Type, allow: Allow, path: &Path, misfits: &mut Vec<Misfit>) -> Value {
    let mut misfit = |what: String| {
        misfits.push(Misfit {
            path: path.clone(),
            what,
        });
        Value::Null
    };
    match (value, ty) {
        (Value::Null, _) => Value::Null,
        (Value::Unknown(refinement), _) if allow.unknown => Value::Unknown(refinement),
        (Value::Unknown(_), _) => misfit("is still unknown".to_owned()),
        (value @ Value::Bool(_), Type::Bool)
        | (value @ Value::Number(_), Type::Number)
        | (value @ Value::String(_), Type::String) => value,
        (Value::Dynamic(inner_type, inner), Type::Dynamic) => {
            let inner = fit(*inner, &inner_type, allow, path, misfits);
            Value::Dynamic(inner_type, Box::new(inner))
        }
        (Value::List(elements), Type::List(element)) => {
            Value::List(fit_all(elements, |_| element, true, allow, path, misfits))
        }
        (Value::Set(elements), Type::Set(element)) => {
            Value::Set(fit_all(elements, |_| element, false, allow, path, misfits))
        }
        (Value::Tuple(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            let fallback = Type::Dynamic;
            Value::Tuple(fit_all(
                elements,
                |index| types.get(index).unwrap_or(&fallback),
                true,
                allow,
                path,
                misfits,
            ))
        }
        (Value::Map(elements), Type::Map(element)) => Value::Map(
            elements
                .into_iter()
                .map(|(key, value)| {
                    let value = fit(value, element, allow, &path.key(&key), misfits);
                    (key, value)
                })
                .collect(),
        ),
        (Value::Object(attributes), Type::Object(types)) => {
            fit_object(attributes, types, allow, path, misfits)
        }
        (value, ty) => misfit(format!(
            "is {}, where the schema says {}",
            kind_of(&value),
            name_of(ty)
        )),
    }
}

fn fit_all<'t>(
    elements: Vec<Value>,
    type_of: impl Fn(usize) -> &'t Type,
    indexed: bool,
    allow: Allow,
    path: &Path,
    misfits: &mut Vec<Misfit>,
) -> Vec<Value> {
    elements
        .into_iter()
        .enumerate()
        .map(|(index, element)| {
            let place = match i64::try_from(index) {
                Ok(index) if indexed => path.index(index),
                _ => path.clone(),
            };
            fit(element, type_of(index), allow, &place, misfits)
        })
        .collect()
}

fn fit_object(
    mut attributes: BTreeMap<String, Value>,
    types: &BTreeMap<String, Type>,
    allow: Allow,
    path: &Path,
    misfits: &mut Vec<Misfit>,
) -> Value {
    let mut fitted = BTreeMap::new();
    for (name, ty) in types {
        let place = path.attribute(name);
        let value = match attributes.remove(name) {
            Some(value) => fit(value, ty, allow, &place, misfits),
            None if allow.partial => Value::Null,
            None => {
                misfits.push(Misfit {
                    path: place,
                    what: "is missing".to_owned(),
                });
                Value::Null
            }
        };
        fitted.insert(name.clone(), value);
    }
    for name in attributes.into_keys() {
        misfits.push(Misfit {
            path: path.attribute(name),
            what: "is not in the schema".to_owned(),
        });
    }
    Value::Object(fitted)
}

/// The kind of a value: never the value itself, which may be a secret.
fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Unknown(_) => "unknown",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::List(_) => "a list",
        Value::Set(_) => "a set",
        Value::Map(_) => "a map",
        Value::Tuple(_) => "a tuple",
        Value::Object(_) => "an object",
        Value::Dynamic(..) => "a value with its own type",
    }
}

fn name_of(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "a bool",
        Type::Number => "a number",
        Type::String => "a string",
        Type::Dynamic => "a value with its own type",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Tuple(_) => "a tuple of another length",
        Type::Object(_) => "an object",
    }
}

/// A value with its unknown parts as null: what was put aside in the middle of the work may have some.
pub(super) fn without_unknowns(value: Value) -> Value {
    match value {
        Value::Unknown(_) => Value::Null,
        Value::List(elements) => Value::List(elements.into_iter().map(without_unknowns).collect()),
        Value::Set(elements) => Value::Set(elements.into_iter().map(without_unknowns).collect()),
        Value::Tuple(elements) => {
            Value::Tuple(elements.into_iter().map(without_unknowns).collect())
        }
        Value::Map(entries) => Value::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key, without_unknowns(value)))
                .collect(),
        ),
        Value::Object(entries) => Value::Object(
            entries
                .into_iter()
                .map(|(key, value)| (key, without_unknowns(value)))
                .collect(),
        ),
        Value::Dynamic(ty, inner) => Value::Dynamic(ty, Box::new(without_unknowns(*inner))),
        known @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => known,
    }
}

/// Takes the write-only attributes out of a value: they may never reach a plan or a state.
pub(super) fn strip_write_only(schema: &Schema, value: &mut Value) {
    strip(schema.body(), value);
}

fn strip(nested: &Nested, value: &mut Value) {
    let Value::Object(values) = value else { return };
    for (name, attribute) in nested.attributes() {
        let Some(value) = values.get_mut(name) else {
            continue;
        };
        if attribute.is_write_only() {
            *value = Value::Null;
        } else if let AttributeKind::Nested(nesting, inner) = attribute.kind() {
            match nesting {
                AttributeNesting::Single => strip(inner, value),
                AttributeNesting::List | AttributeNesting::Set | AttributeNesting::Map => {
                    strip_each(inner, value);
                }
            }
        }
    }
    for (name, block) in nested.blocks() {
        let Some(value) = values.get_mut(name) else {
            continue;
        };
        match block.nesting() {
            BlockNesting::Single | BlockNesting::Group => strip(block.body(), value),
            BlockNesting::List | BlockNesting::Set | BlockNesting::Map => {
                strip_each(block.body(), value);
            }
        }
    }
}

fn strip_each(nested: &Nested, value: &mut Value) {
    match value {
        Value::List(elements) | Value::Set(elements) => elements
            .iter_mut()
            .for_each(|element| strip(nested, element)),
        Value::Map(elements) => elements
            .values_mut()
            .for_each(|element| strip(nested, element)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
