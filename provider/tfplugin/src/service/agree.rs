//! Whether a plan agrees with its configuration, and a state with its plan.
//!
//! Terraform checks the same and then blames the provider with a dump of both values. Checked here, the error names
//! the attribute alone, and never a value.

use crate::{
    AttributeKind, AttributeNesting, BlockNesting, Diagnostics, Nested, Path, Schema, Value,
};

/// What the user set must be planned as set (or stay as it was, where the provider takes both for the same); what
/// the user left out may be planned only if the schema says that it is computed.
pub(super) fn plan_with_config(
    schema: &Schema,
    prior: Option<&Value>,
    config: &Value,
    planned: &Value,
    type_name: &str,
    diagnostics: &mut Diagnostics,
) {
    let mut places = Vec::new();
    body(
        schema.body(),
        prior.unwrap_or(&NULL),
        config,
        planned,
        &Path::root(),
        &mut places,
    );
    for place in places {
        let detail = format!(
            "This is a bug in the provider: it planned a value for {place} that is not the one in the configuration."
        );
        diagnostics.error_at(
            place,
            format!("The provider planned {type_name} against its configuration"),
            detail,
        );
    }
}

static NULL: Value = Value::Null;

fn of<'v>(value: &'v Value, name: &str) -> &'v Value {
    value.get(name).unwrap_or(&NULL)
}

fn body(
    nested: &Nested,
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    places: &mut Vec<Path>,
) {
    let (Value::Object(_), Value::Object(_)) = (config, planned) else {
        return;
    };
    for (name, attribute) in nested.attributes() {
        if attribute.is_write_only() {
            continue;
        }
        let place = path.attribute(name);
        let (prior, config, planned) = (of(prior, name), of(config, name), of(planned, name));
        if same(config, planned) || (!config.is_null() && !prior.is_null() && same(prior, planned))
        {
            continue;
        }
        if config.is_null() {
            if !attribute.is_computed() {
                places.push(place);
            }
            continue;
        }
        match attribute.kind() {
            AttributeKind::Nested(nesting, inner) if !config.is_unknown() => {
                let each = |prior: &Value,
                            config: &Value,
                            planned: &Value,
                            place: &Path,
                            places: &mut Vec<Path>| {
                    body(inner, prior, config, planned, place, places);
                };
                match nesting {
                    AttributeNesting::Single => match planned {
                        Value::Object(_) => each(prior, config, planned, &place, places),
                        _ => places.push(place),
                    },
                    AttributeNesting::List | AttributeNesting::Map | AttributeNesting::Set => {
                        elements(prior, config, planned, &place, places, each);
                    }
                }
            }
            _ => places.push(place),
        }
    }
    for (name, block) in nested.blocks() {
        let place = path.attribute(name);
        let (prior, config, planned) = (of(prior, name), of(config, name), of(planned, name));
        if same(config, planned) || config.is_unknown() {
            continue;
        }
        let each = |prior: &Value,
                    config: &Value,
                    planned: &Value,
                    place: &Path,
                    places: &mut Vec<Path>| {
            body(block.body(), prior, config, planned, place, places);
        };
        match (block.nesting(), planned) {
            (BlockNesting::Single | BlockNesting::Group, Value::Object(_)) if !config.is_null() => {
                each(prior, config, planned, &place, places);
            }
            (BlockNesting::Single | BlockNesting::Group, _) => places.push(place),
            _ => elements(prior, config, planned, &place, places, each),
        }
    }
}

/// Goes through two collections at once. Elements of a set have no names to pair them by; only their number is
/// compared.
fn elements(
    prior: &Value,
    config: &Value,
    planned: &Value,
    path: &Path,
    places: &mut Vec<Path>,
    each: impl Fn(&Value, &Value, &Value, &Path, &mut Vec<Path>),
) {
    match (config, planned) {
        (Value::List(config), Value::List(planned)) if config.len() == planned.len() => {
            let prior = if let Value::List(prior) = prior {
                prior.as_slice()
            } else {
                &[]
            };
            for (index, (config, planned)) in config.iter().zip(planned).enumerate() {
                let place =
                    i64::try_from(index).map_or_else(|_| path.clone(), |index| path.index(index));
                each(
                    prior.get(index).unwrap_or(&NULL),
                    config,
                    planned,
                    &place,
                    places,
                );
            }
        }
        (Value::Map(config), Value::Map(planned)) if config.keys().eq(planned.keys()) => {
            for ((key, config), planned) in config.iter().zip(planned.values()) {
                each(of(prior, key), config, planned, &path.key(key), places);
            }
        }
        (Value::Set(config), Value::Set(planned))
            if config.len() == planned.len() || !config.iter().all(Value::is_wholly_known) => {}
        (Value::Unknown(_), _) => {}
        _ => places.push(path.clone()),
    }
}

/// What the plan promised must have come; what it left unknown may be anything.
pub(super) fn state_with_plan(
    planned: &Value,
    state: &Value,
    type_name: &str,
    diagnostics: &mut Diagnostics,
) {
    let mut places = Vec::new();
    kept(planned, state, &Path::root(), &mut places);
    for place in places {
        let detail = format!(
            "This is a bug in the provider: {place} is not what the plan had said. The state that was reached is kept."
        );
        diagnostics.error_at(
            place,
            format!("The provider applied {type_name} other than planned"),
            detail,
        );
    }
}

fn kept(planned: &Value, state: &Value, path: &Path, places: &mut Vec<Path>) {
    match (planned, state) {
        (Value::Unknown(_), _) => {}
        (Value::Object(planned), Value::Object(state)) => {
            for (name, planned) in planned {
                kept(
                    planned,
                    state.get(name).unwrap_or(&NULL),
                    &path.attribute(name),
                    places,
                );
            }
        }
        (Value::Map(planned), Value::Map(state)) if planned.keys().eq(state.keys()) => {
            for ((key, planned), state) in planned.iter().zip(state.values()) {
                kept(planned, state, &path.key(key), places);
            }
        }
        (Value::List(planned), Value::List(state))
        | (Value::Tuple(planned), Value::Tuple(state))
            if planned.len() == state.len() =>
        {
            for (index, (planned, state)) in planned.iter().zip(state).enumerate() {
                let place =
                    i64::try_from(index).map_or_else(|_| path.clone(), |index| path.index(index));
                kept(planned, state, &place, places);
            }
        }
        (Value::Set(elements), Value::Set(_)) if !elements.iter().all(Value::is_wholly_known) => {}
        (Value::Dynamic(_, planned), Value::Dynamic(_, state)) => {
            kept(planned, state, path, places);
        }
        (Value::Dynamic(_, planned), _) if planned.is_unknown() => {}
        (planned, state) if same(planned, state) => {}
        _ => places.push(path.clone()),
    }
}

/// Whether two values are the same to Terraform: sets in any order, unknowns whatever is known of them.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Unknown(_), Value::Unknown(_)) => true,
        (Value::Dynamic(_, inner), Value::Unknown(_))
        | (Value::Unknown(_), Value::Dynamic(_, inner)) => inner.is_unknown(),
        (Value::Dynamic(_, inner), Value::Null) | (Value::Null, Value::Dynamic(_, inner)) => {
            inner.is_null()
        }
        (Value::Dynamic(left_type, left), Value::Dynamic(right_type, right)) => {
            left_type == right_type && same(left, right)
        }
        (Value::List(left), Value::List(right)) | (Value::Tuple(left), Value::Tuple(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Value::Set(left), Value::Set(right)) => {
            left.len() == right.len()
                && (left == right
                    || left
                        .iter()
                        .all(|one| right.iter().any(|other| same(one, other))))
        }
        (Value::Map(left), Value::Map(right)) | (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|((left_key, left), (right_key, right))| {
                        left_key == right_key && same(left, right)
                    })
        }
        (left, right) => left == right,
    }
}

#[cfg(test)]
mod tests;
