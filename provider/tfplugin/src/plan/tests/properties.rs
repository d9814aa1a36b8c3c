//! What holds for every configuration of a schema that has everything.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use crate::plan::plan;
use crate::schema::{Attribute, AttributeNesting, Block, Nested, Schema};
use crate::ty::Type;
use crate::value::Value;

fn leaves() -> Nested {
    Nested::new()
        .attribute(
            "required",
            Attribute::string().required().requires_replace(),
        )
        .attribute("optional", Attribute::number().optional())
        .attribute(
            "default",
            Attribute::bool().optional_computed().default(true),
        )
        .attribute("either", Attribute::string().optional_computed())
        .attribute(
            "kept",
            Attribute::string().computed().use_state_for_unknown(),
        )
        .attribute("computed", Attribute::number().computed())
        .attribute("secret", Attribute::string().optional().write_only())
}

/// The same without what a set cannot hold.
fn leaves_in_set() -> Nested {
    let mut changed = Nested::new();
    for (name, attribute) in leaves().attributes() {
        if !attribute.is_write_only() {
            let attribute = if name == "required" {
                Attribute::string().required()
            } else {
                attribute.clone()
            };
            changed = changed.attribute(name, attribute);
        }
    }
    changed
}

fn branches() -> Nested {
    leaves()
        .attribute("single", Attribute::single(leaves()).optional())
        .attribute(
            "computed_single",
            Attribute::single(leaves()).optional_computed(),
        )
        .attribute("list", Attribute::nested_list(leaves()).optional())
        .attribute("map", Attribute::nested_map(leaves()).optional())
        .attribute("set", Attribute::nested_set(leaves_in_set()).optional())
}

fn schema() -> Schema {
    let mut schema = Schema::new(0);
    for (name, attribute) in branches().attributes() {
        schema = schema.attribute(name, attribute.clone());
    }
    schema
        .attribute("deep", Attribute::nested_map(branches()).optional())
        .block("blocks", Block::list(leaves()))
        .block("block_set", Block::set(leaves_in_set()))
        .block("block_single", Block::single(leaves()))
}

/// A few values only, so that elements of sets are alike.
fn leaf(ty: &Type) -> BoxedStrategy<Value> {
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Number => (0..3_i64).prop_map(Value::from).boxed(),
        _ => "[ab]".prop_map(Value::from).boxed(),
    }
}

fn attribute(attribute: &Attribute, unknowns: bool) -> BoxedStrategy<Value> {
    if attribute.is_computed() && !attribute.is_optional() {
        return Just(Value::Null).boxed();
    }
    let known = match attribute.nested() {
        None => leaf(&attribute.ty()),
        Some((nesting, nested)) => elements(nesting, nested, unknowns),
    };
    if attribute.is_required() {
        return known;
    }
    prop_oneof![3 => known, 2 => Just(Value::Null), u32::from(unknowns) => Just(Value::unknown())]
        .boxed()
}

fn elements(nesting: AttributeNesting, nested: &Nested, unknowns: bool) -> BoxedStrategy<Value> {
    let one = object(nested, unknowns);
    match nesting {
        AttributeNesting::Single => one,
        AttributeNesting::List => vec(one, 0..3).prop_map(Value::List).boxed(),
        AttributeNesting::Set => vec(one, 0..4).prop_map(Value::set_of).boxed(),
        AttributeNesting::Map => btree_map("[xy]", one, 0..3).prop_map(Value::Map).boxed(),
    }
}

fn object(nested: &Nested, unknowns: bool) -> BoxedStrategy<Value> {
    let (names, values): (Vec<String>, Vec<_>) = nested
        .attributes()
        .map(|(name, one)| (name.to_owned(), attribute(one, unknowns)))
        .unzip();
    values
        .prop_map(move |values| Value::object(names.clone().into_iter().zip(values)))
        .boxed()
}

fn configs(unknowns: bool) -> BoxedStrategy<Value> {
    let blocks = elements(AttributeNesting::List, &leaves(), unknowns);
    let set = elements(AttributeNesting::Set, &leaves_in_set(), unknowns);
    let single = option::of(object(&leaves(), unknowns));
    (object(schema().body(), unknowns), blocks, set, single)
        .prop_map(|(mut config, blocks, set, single)| {
            config.set("blocks", blocks);
            config.set("block_set", set);
            config.set("block_single", single.unwrap_or(Value::Null));
            config
        })
        .boxed()
}

/// What the provider makes of a plan: every unknown gets a value of its type, each another.
fn apply(planned: &Value, ty: &Type, made: &mut i64) -> Value {
    let of = |value: &Value, ty: &Type, made: &mut i64| apply(value, ty, made);
    match (planned, ty) {
        (Value::Unknown(_), _) => {
            *made += 1;
            match ty {
                Type::Bool => Value::Bool(*made % 2 == 0),
                Type::Number => Value::from(*made),
                Type::Object(attributes) => {
                    let attributes = attributes.iter().filter(|(name, _)| *name != "secret");
                    let mut object: BTreeMap<String, Value> = attributes
                        .map(|(name, ty)| (name.clone(), of(&Value::unknown(), ty, made)))
                        .collect();
                    object.insert("secret".to_owned(), Value::Null);
                    Value::Object(object)
                }
                Type::List(_) => Value::List(vec![]),
                Type::Set(_) => Value::Set(vec![]),
                Type::Map(_) => Value::Map(BTreeMap::new()),
                _ => Value::from(format!("made {made}")),
            }
        }
        (Value::Object(values), Type::Object(types)) => Value::object(
            values
                .iter()
                .map(|(name, value)| (name.clone(), of(value, &types[name], made))),
        ),
        (Value::Map(values), Type::Map(ty)) => Value::map(
            values
                .iter()
                .map(|(key, value)| (key.clone(), of(value, ty, made))),
        ),
        (Value::List(values), Type::List(ty)) => {
            Value::List(values.iter().map(|value| of(value, ty, made)).collect())
        }
        (Value::Set(values), Type::Set(ty)) => Value::set_of(
            values
                .iter()
                .map(|value| of(value, ty, made))
                .collect::<Vec<_>>(),
        ),
        _ => planned.clone(),
    }
}

/// Terraform's rule: what the configuration sets is planned as it is.
fn keeps_to(nested: &Nested, config: &Value, planned: &Value) -> bool {
    nested.attributes().all(|(name, attribute)| {
        let (config, planned) = (config.get(name).unwrap(), planned.get(name).unwrap());
        if attribute.is_write_only() {
            return planned.is_null();
        }
        if config.is_null() {
            return attribute.is_computed() || planned.is_null();
        }
        match (attribute.nested(), config, planned) {
            (None, _, _) | (_, Value::Unknown(_), _) => config == planned,
            (Some((_, nested)), Value::Object(_), Value::Object(_)) => {
                keeps_to(nested, config, planned)
            }
            (Some((_, nested)), Value::List(config), Value::List(planned)) => {
                config.len() == planned.len()
                    && config
                        .iter()
                        .zip(planned)
                        .all(|(config, planned)| keeps_to(nested, config, planned))
            }
            (Some((_, nested)), Value::Map(config), Value::Map(planned)) => {
                config.keys().eq(planned.keys())
                    && config
                        .iter()
                        .all(|(key, config)| keeps_to(nested, config, &planned[key]))
            }
            (Some((_, nested)), Value::Set(config), Value::Set(planned)) => {
                let all = |from: &[Value], has: &dyn Fn(&Value) -> bool| from.iter().all(has);
                all(config, &|config| {
                    planned
                        .iter()
                        .any(|planned| keeps_to(nested, config, planned))
                }) && all(planned, &|planned| {
                    config
                        .iter()
                        .any(|config| keeps_to(nested, config, planned))
                })
            }
            _ => false,
        }
    })
}

fn kept_to(config: &Value, planned: &Value) -> bool {
    keeps_to(schema().body(), config, planned)
}

fn created(config: &Value) -> Value {
    let (planned, _) = plan(&schema(), None, config, config);
    apply(&planned, &schema().ty(), &mut 0)
}

#[test]
fn the_schema_of_these_tests_has_no_mistake() {
    assert_eq!(schema().check(), crate::Diagnostics::new());
}

proptest! {
    #[test]
    fn a_create_keeps_to_the_configuration_and_replaces_nothing(config in configs(true)) {
        let (planned, replace) = plan(&schema(), None, &config, &config);
        prop_assert!(kept_to(&config, &planned));
        prop_assert!(replace.is_empty());
    }

    #[test]
    fn planning_again_after_a_create_changes_nothing(config in configs(false)) {
        let state = created(&config);
        prop_assert_eq!(plan(&schema(), Some(&state), &config, &state), (state, vec![]));
    }

    #[test]
    fn an_update_keeps_to_the_configuration(before in configs(false), after in configs(true)) {
        let state = created(&before);
        // With no help from Terraform: nothing of the prior state in the proposal.
        let (planned, _) = plan(&schema(), Some(&state), &after, &after);
        prop_assert!(kept_to(&after, &planned));
    }

    #[test]
    fn planning_again_after_an_update_changes_nothing(before in configs(false), after in configs(false)) {
        let state = created(&before);
        let (planned, _) = plan(&schema(), Some(&state), &after, &after);
        let state = apply(&planned, &schema().ty(), &mut 1_000);
        prop_assert_eq!(plan(&schema(), Some(&state), &after, &state), (state, vec![]));
    }

    #[test]
    fn any_shape_is_planned_without_a_panic(prior in configs(true), config in configs(true), proposed in configs(true)) {
        let (planned, _) = plan(&schema(), Some(&prior), &config, &proposed);
        prop_assert!(kept_to(&config, &planned));
    }
}
