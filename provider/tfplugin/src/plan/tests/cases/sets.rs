//! The elements of a set have no names: which of the prior state is which.

use super::{at, config, made, rule, rule_of, schema, state, text, update};
use crate::plan::plan;
use crate::schema::{Attribute, Block, Nested, Schema};
use crate::value::Value;

#[test]
fn elements_of_a_set_are_known_by_what_the_user_can_set() {
    let prior = state([(
        "set",
        Value::set_of([made("x/", 2, "rx"), made("y/", 3, "ry")]),
    )]);
    let wanted = config([(
        "set",
        Value::Set(vec![
            rule_of([("prefix", text("z/"))]),
            rule_of([("prefix", text("y/"))]),
        ]),
    )]);
    let (planned, _) = update(&prior, &wanted, &prior);
    let Value::Set(elements) = at(&planned, &["set"]) else {
        panic!("it is a set")
    };
    let of = |prefix: &str| {
        elements
            .iter()
            .find(|element| element.get("prefix") == Some(&text(prefix)))
            .unwrap()
    };
    assert_eq!(of("y/").get("rule_id"), Some(&text("ry")));
    assert_eq!(of("z/").get("rule_id"), Some(&Value::unknown()));
    assert_eq!(elements.len(), 2);
}

#[test]
fn a_set_that_terraform_could_not_match_is_matched_all_the_same() {
    let prior = state([(
        "set",
        Value::set_of([made("x/", 2, "rx"), made("y/", 3, "ry")]),
    )]);
    let elements = || {
        Value::Set(vec![
            rule_of([("prefix", text("y/"))]),
            rule_of([("prefix", text("x/"))]),
        ])
    };
    let mut proposed = prior.clone();
    proposed.set("set", elements());
    assert_eq!(
        update(&prior, &config([("set", elements())]), &proposed).0,
        prior
    );
}

#[test]
fn inside_a_set_too_an_object_from_the_configuration_goes_with_it() {
    let options = || Nested::new().attribute("name", Attribute::string().optional());
    let element = || {
        Nested::new()
            .attribute("key", Attribute::string().required())
            .attribute("options", Attribute::single(options()).optional_computed())
    };
    let schema = Schema::new(0).attribute("set", Attribute::nested_set(element()).optional());
    let of = |options: Value| {
        Value::object([(
            "set",
            Value::set_of([Value::object([("key", text("k")), ("options", options)])]),
        )])
    };
    let prior = of(Value::object([("name", text("mine"))]));
    let config = of(Value::Null);
    assert_eq!(
        plan(&schema, Some(&prior), &config, &prior).0,
        of(Value::unknown())
    );
}

#[test]
fn an_element_that_says_little_leaves_the_others_theirs() {
    // The first could be either of the two; only one of them leaves something for the second.
    let prior = state([(
        "set",
        Value::set_of([made("x/", 1, "r1"), made("x/", 2, "r2")]),
    )]);
    let little = rule_of([("prefix", text("x/"))]);
    let much = rule_of([("prefix", text("x/")), ("priority", Value::from(1))]);
    for order in [vec![little.clone(), much.clone()], vec![much, little]] {
        let wanted = config([("set", Value::Set(order))]);
        assert_eq!(update(&prior, &wanted, &prior).0, prior);
    }
}

#[test]
fn the_best_pairing_is_found_when_no_element_says_more() {
    let prior = state([(
        "set",
        Value::set_of([made("a/", 1, "r1"), made("a/", 2, "r2")]),
    )]);
    // Both say one thing. The second may be either element of the prior state, the first only one of them.
    let wanted = |first, second| config([("set", Value::Set(vec![first, second]))]);
    let nested = || {
        Nested::new()
            .attribute("prefix", Attribute::string().optional_computed())
            .attribute("priority", Attribute::number().optional_computed())
            .attribute("metrics", Attribute::bool().optional_computed())
            .attribute("rule_id", Attribute::string().computed())
            .attribute("status", Attribute::string().computed())
    };
    let schema = schema_with_set(&nested());
    let by_priority = || rule_of([("priority", Value::from(1))]);
    let by_prefix = || rule_of([("prefix", text("a/"))]);
    for wanted in [
        wanted(by_priority(), by_prefix()),
        wanted(by_prefix(), by_priority()),
    ] {
        assert_eq!(plan(&schema, Some(&prior), &wanted, &prior).0, prior);
    }
}

fn schema_with_set(nested: &Nested) -> Schema {
    let mut changed = Schema::new(0);
    for (name, attribute) in schema().attributes() {
        let attribute = if name == "set" {
            Attribute::nested_set(nested.clone()).optional()
        } else {
            attribute.clone()
        };
        changed = changed.attribute(name, attribute);
    }
    changed.block("block", Block::list(rule()))
}
