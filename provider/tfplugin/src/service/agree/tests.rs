use super::*;
use crate::{Attribute, Block, Number, Type};

fn schema() -> Schema {
    let rule = Nested::new()
        .attribute("prefix", Attribute::string().required())
        .attribute("order", Attribute::number().computed());
    Schema::new(0)
        .attribute("name", Attribute::string().required())
        .attribute("note", Attribute::string().optional())
        .attribute("id", Attribute::string().computed())
        .attribute("shape", Attribute::string().optional_computed())
        .attribute("tags", Attribute::set(Type::String).optional())
        .attribute("secret", Attribute::string().optional().write_only())
        .attribute("rules", Attribute::nested_map(rule.clone()).optional())
        .attribute("stickers", Attribute::nested_set(rule).optional())
        .block(
            "handle",
            Block::list(Nested::new().attribute("side", Attribute::string().required())),
        )
}

fn value<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    let Type::Object(types) = schema().ty() else {
        panic!("an object")
    };
    let mut value = Value::object(types.into_keys().map(|name| (name, Value::Null)));
    value.set("name", "a".into());
    value.set("handle", Value::List(Vec::new()));
    for (name, attribute) in attributes {
        value.set(name, attribute);
    }
    value
}

fn rule(prefix: &str, order: Value) -> Value {
    Value::object([("prefix", prefix.into()), ("order", order)])
}

fn rules<const N: usize>(rules: [(&str, Value); N]) -> Value {
    value([("rules", Value::map(rules))])
}

fn planned(prior: Option<&Value>, config: &Value, planned: &Value) -> Vec<String> {
    let mut diagnostics = Diagnostics::new();
    plan_with_config(&schema(), prior, config, planned, "toy", &mut diagnostics);
    paths(diagnostics)
}

fn applied(planned: &Value, state: &Value) -> Vec<String> {
    let mut diagnostics = Diagnostics::new();
    state_with_plan(planned, state, "toy", &mut diagnostics);
    paths(diagnostics)
}

fn paths(diagnostics: Diagnostics) -> Vec<String> {
    diagnostics
        .into_iter()
        .map(|diagnostic| diagnostic.path.unwrap().to_string())
        .collect()
}

const FINE: Vec<String> = Vec::new();

#[test]
fn what_is_set_must_be_planned_as_set() {
    let config = value([("note", "here".into())]);
    assert_eq!(planned(None, &config, &config), FINE);
    let other = value([("note", "there".into())]);
    assert_eq!(planned(None, &config, &other), ["note"]);
    assert_eq!(planned(None, &config, &value([])), ["note"]);
}

#[test]
fn what_is_left_out_may_be_planned_only_if_it_is_computed() {
    let full = value([
        ("id", Value::unknown()),
        ("shape", "cube".into()),
        ("note", "x".into()),
    ]);
    assert_eq!(planned(None, &value([]), &full), ["note"]);
}

#[test]
fn a_value_may_stay_as_it_was_where_the_provider_takes_both_for_the_same() {
    let prior = value([("note", "HERE".into())]);
    let config = value([("note", "here".into())]);
    assert_eq!(planned(Some(&prior), &config, &prior), FINE);
    assert_eq!(planned(Some(&prior), &value([]), &prior), ["note"]);
}

#[test]
fn an_unknown_of_the_configuration_stays_unknown() {
    let config = value([("note", Value::unknown()), ("tags", Value::unknown())]);
    assert_eq!(planned(None, &config, &config), FINE);
    let guessed = value([("note", "a guess".into()), ("tags", Value::unknown())]);
    assert_eq!(planned(None, &config, &guessed), ["note"]);
}

#[test]
fn sets_have_no_order() {
    let tags = |tags: [&str; 2]| value([("tags", Value::Set(tags.map(Value::from).to_vec()))]);
    assert_eq!(planned(None, &tags(["a", "b"]), &tags(["b", "a"])), FINE);
    assert_eq!(
        planned(None, &tags(["a", "b"]), &tags(["b", "c"])),
        ["tags"]
    );
}

#[test]
fn nested_attributes_are_compared_one_by_one() {
    let config = rules([("x", rule("p", Value::Null))]);
    let good = rules([("x", rule("p", Value::unknown()))]);
    assert_eq!(planned(None, &config, &good), FINE);
    let bad = rules([("x", rule("q", Value::unknown()))]);
    assert_eq!(planned(None, &config, &bad), ["rules[\"x\"].prefix"]);
    let renamed = rules([("y", rule("p", Value::unknown()))]);
    assert_eq!(planned(None, &config, &renamed), ["rules"]);
    let stickers = |elements: &[Value]| value([("stickers", Value::Set(elements.to_vec()))]);
    let one = stickers(&[rule("p", Value::Null)]);
    assert_eq!(
        planned(None, &one, &stickers(&[rule("p", Value::unknown())])),
        FINE
    );
    assert_eq!(planned(None, &one, &stickers(&[])), ["stickers"]);
}

#[test]
fn blocks_are_compared_by_their_place() {
    let handle = |side: &str| {
        value([(
            "handle",
            Value::List(vec![Value::object([("side", side.into())])]),
        )])
    };
    assert_eq!(planned(None, &handle("left"), &handle("left")), FINE);
    assert_eq!(
        planned(None, &handle("left"), &handle("right")),
        ["handle[0].side"]
    );
    assert_eq!(planned(None, &handle("left"), &value([])), ["handle"]);
}

#[test]
fn write_only_values_are_in_no_plan() {
    assert_eq!(
        planned(None, &value([("secret", "hush".into())]), &value([])),
        FINE
    );
}

#[test]
fn what_was_planned_must_have_come_and_what_was_open_may_be_anything() {
    let plan = value([("id", Value::unknown()), ("shape", "cube".into())]);
    let good = value([("id", "1".into()), ("shape", "cube".into())]);
    assert_eq!(applied(&plan, &good), FINE);
    let bad = value([("id", "1".into()), ("shape", "ball".into())]);
    assert_eq!(applied(&plan, &bad), ["shape"]);
    let one = Value::Number(Number::from(1_i64));
    let plan = rules([("x", rule("p", one))]);
    let two = Value::Number(Number::from(2_i64));
    assert_eq!(
        applied(&plan, &rules([("x", rule("p", two))])),
        ["rules[\"x\"].order"]
    );
}
