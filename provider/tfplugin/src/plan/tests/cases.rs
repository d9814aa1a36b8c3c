mod sets;

use crate::path::Path;
use crate::plan::plan;
use crate::schema::{Attribute, Block, Nested, Schema};
use crate::ty::Type;
use crate::value::{Refinement, Value};

fn text(text: &str) -> Value {
    Value::from(text)
}

fn rule() -> Nested {
    Nested::new()
        .attribute("prefix", Attribute::string().optional())
        .attribute("priority", Attribute::number().optional_computed())
        .attribute(
            "metrics",
            Attribute::bool().optional_computed().default(true),
        )
        .attribute(
            "rule_id",
            Attribute::string().computed().use_state_for_unknown(),
        )
        .attribute("status", Attribute::string().computed())
}

fn side() -> Nested {
    Nested::new()
        .attribute("bucket", Attribute::string().required().requires_replace())
        .attribute(
            "class",
            Attribute::string().optional_computed().default("STANDARD"),
        )
        .attribute(
            "arn",
            Attribute::string().computed().use_state_for_unknown(),
        )
}

fn schema() -> Schema {
    Schema::new(0)
        .attribute("id", Attribute::string().computed().use_state_for_unknown())
        .attribute("checked", Attribute::string().computed())
        .attribute(
            "direction",
            Attribute::string().optional_computed().default("one_way"),
        )
        .attribute(
            "role",
            Attribute::string().optional_computed().requires_replace(),
        )
        .attribute("secret", Attribute::string().optional().write_only())
        .attribute("source", Attribute::single(side()).required())
        .attribute("spare", Attribute::single(side()).optional())
        .attribute("rules", Attribute::nested_map(rule()).optional())
        .attribute("steps", Attribute::nested_list(rule()).optional())
        .attribute("set", Attribute::nested_set(rule()).optional())
        .block("block", Block::list(rule()))
}

/// An object of the type in which everything is null but what is given.
fn filled(ty: &Type, given: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let Type::Object(attributes) = ty else {
        panic!("it is an object")
    };
    let mut value = Value::object(attributes.keys().map(|name| (name.clone(), Value::Null)));
    for (name, given) in given {
        assert!(attributes.contains_key(name), "{name}");
        value.set(name, given);
    }
    value
}

fn config(given: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let source = side_of([("bucket", text("orders"))]);
    filled(
        &schema().ty(),
        [("source", source), ("block", Value::List(vec![]))]
            .into_iter()
            .chain(given),
    )
}

fn side_of(given: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    filled(&side().ty(), given)
}

fn rule_of(given: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    filled(&rule().ty(), given)
}

/// A rule as state has it.
fn made(prefix: &str, priority: i64, id: &str) -> Value {
    rule_of([
        ("prefix", text(prefix)),
        ("priority", Value::from(priority)),
        ("metrics", Value::Bool(true)),
        ("rule_id", text(id)),
        ("status", text("ok")),
    ])
}

/// The state after a create from `config()` and `given`.
fn state(given: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let source = side_of([
        ("bucket", text("orders")),
        ("class", text("STANDARD")),
        ("arn", text("arn:orders")),
    ]);
    let base = [
        ("id", text("1")),
        ("checked", text("today")),
        ("direction", text("one_way")),
        ("role", text("own")),
        ("source", source),
        ("block", Value::List(vec![])),
    ];
    filled(&schema().ty(), base.into_iter().chain(given))
}

fn paths(paths: &[Path]) -> Vec<String> {
    paths.iter().map(ToString::to_string).collect()
}

/// Plans an update, where Terraform proposes the prior state with `given` laid over it.
fn update(prior: &Value, config: &Value, proposed: &Value) -> (Value, Vec<String>) {
    let (planned, replace) = plan(&schema(), Some(prior), config, proposed);
    (planned, paths(&replace))
}

fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    path.iter()
        .fold(value, |value, step| match (value, step.parse::<usize>()) {
            (Value::List(elements) | Value::Set(elements), Ok(index)) => &elements[index],
            (value, _) => value.get(step).unwrap(),
        })
}

#[test]
fn a_create_has_defaults_and_marks_the_rest_of_the_computed() {
    let wanted = config([
        ("secret", text("hunter2")),
        (
            "rules",
            Value::map([("a", rule_of([("prefix", text("a/"))]))]),
        ),
        (
            "block",
            Value::List(vec![rule_of([("priority", Value::from(7))])]),
        ),
    ]);
    let (planned, replace) = plan(&schema(), None, &wanted, &wanted);
    let unknown = Value::unknown();
    assert_eq!(at(&planned, &["id"]), &unknown);
    assert_eq!(at(&planned, &["checked"]), &unknown);
    assert_eq!(at(&planned, &["role"]), &unknown);
    assert_eq!(at(&planned, &["direction"]), &text("one_way"));
    assert_eq!(at(&planned, &["secret"]), &Value::Null);
    assert_eq!(at(&planned, &["source", "bucket"]), &text("orders"));
    assert_eq!(at(&planned, &["source", "class"]), &text("STANDARD"));
    assert_eq!(at(&planned, &["source", "arn"]), &unknown);
    assert_eq!(
        at(&planned, &["spare"]),
        &Value::Null,
        "no default makes an object"
    );
    assert_eq!(at(&planned, &["rules", "a", "metrics"]), &Value::Bool(true));
    assert_eq!(at(&planned, &["rules", "a", "priority"]), &unknown);
    assert_eq!(at(&planned, &["rules", "a", "prefix"]), &text("a/"));
    assert_eq!(at(&planned, &["block", "0", "priority"]), &Value::from(7));
    assert_eq!(at(&planned, &["block", "0", "rule_id"]), &unknown);
    assert!(replace.is_empty());
}

#[test]
fn nothing_changed_is_nothing_planned() {
    let rules = || Value::map([("a", made("a/", 1, "r1"))]);
    let prior = state([
        ("rules", rules()),
        (
            "set",
            Value::set_of([made("x/", 2, "r2"), made("y/", 3, "r3")]),
        ),
    ]);
    let wanted = config([
        (
            "rules",
            Value::map([("a", rule_of([("prefix", text("a/"))]))]),
        ),
        (
            "set",
            Value::Set(vec![
                rule_of([("prefix", text("y/"))]),
                rule_of([("prefix", text("x/"))]),
            ]),
        ),
    ]);
    assert_eq!(update(&prior, &wanted, &prior), (prior.clone(), vec![]));
}

#[test]
fn a_change_marks_what_may_change_with_it() {
    let prior = state([]);
    let wanted = config([("direction", text("two_way"))]);
    let (planned, replace) = update(&prior, &wanted, &prior);
    assert_eq!(at(&planned, &["id"]), &text("1"));
    assert_eq!(at(&planned, &["checked"]), &Value::unknown());
    assert_eq!(at(&planned, &["source", "arn"]), &text("arn:orders"));
    assert_eq!(at(&planned, &["role"]), &Value::unknown());
    assert!(
        replace.is_empty(),
        "role is unknown only because it was marked: {replace:?}"
    );
}

#[test]
fn a_default_comes_back_when_the_user_takes_a_value_out() {
    let prior = state([("direction", text("two_way"))]);
    let (planned, _) = update(&prior, &config([]), &prior);
    assert_eq!(at(&planned, &["direction"]), &text("one_way"));
}

#[test]
fn a_nested_change_takes_a_replacement_at_its_path() {
    let prior = state([]);
    let wanted = config([("source", side_of([("bucket", text("others"))]))]);
    assert_eq!(update(&prior, &wanted, &prior).1, ["source.bucket"]);
    let unknown = config([("source", side_of([("bucket", Value::unknown())]))]);
    assert_eq!(update(&prior, &unknown, &prior).1, ["source.bucket"]);
    let whole = config([("source", Value::unknown())]);
    let (planned, replace) = update(&prior, &whole, &prior);
    assert_eq!(at(&planned, &["source"]), &Value::unknown());
    assert_eq!(replace, ["source.bucket"]);
    let role = config([("role", text("other"))]);
    assert_eq!(update(&prior, &role, &prior).1, ["role"]);
}

#[test]
fn one_object_that_comes_or_goes_is_a_change_of_its_attributes() {
    let spare = || {
        side_of([
            ("bucket", text("spare")),
            ("class", text("STANDARD")),
            ("arn", text("arn:spare")),
        ])
    };
    let with = state([("spare", spare())]);
    let without = state([]);
    assert_eq!(update(&with, &config([]), &without).1, ["spare.bucket"]);
    let wanted = config([("spare", side_of([("bucket", text("spare"))]))]);
    let (planned, replace) = update(&without, &wanted, &without);
    assert_eq!(replace, ["spare.bucket"]);
    assert_eq!(at(&planned, &["spare", "arn"]), &Value::unknown());
}

#[test]
fn a_new_element_of_a_map_is_new_and_the_others_keep_what_they_have() {
    let prior = state([("rules", Value::map([("a", made("a/", 1, "r1"))]))]);
    let element = |prefix| rule_of([("prefix", text(prefix))]);
    let wanted = config([(
        "rules",
        Value::map([("a", element("a/")), ("b", element("b/"))]),
    )]);
    let (planned, replace) = update(&prior, &wanted, &prior);
    assert_eq!(at(&planned, &["rules", "a", "rule_id"]), &text("r1"));
    assert_eq!(at(&planned, &["rules", "a", "status"]), &Value::unknown());
    assert_eq!(at(&planned, &["rules", "b", "rule_id"]), &Value::unknown());
    assert_eq!(at(&planned, &["rules", "b", "metrics"]), &Value::Bool(true));
    assert!(replace.is_empty());
}

#[test]
fn unknowns_of_the_configuration_stay_as_they_are() {
    let refined = Value::Unknown(Refinement {
        not_null: true,
        prefix: Some("arn:".into()),
        ..Refinement::default()
    });
    let wanted = config([
        ("role", refined.clone()),
        ("rules", Value::unknown()),
        ("block", Value::unknown()),
    ]);
    let (planned, _) = plan(&schema(), None, &wanted, &wanted);
    assert_eq!(at(&planned, &["role"]), &refined);
    assert_eq!(at(&planned, &["rules"]), &Value::unknown());
    assert_eq!(at(&planned, &["block"]), &Value::unknown());
}

#[test]
fn an_unknown_direction_is_not_the_default() {
    let wanted = config([("direction", Value::unknown())]);
    assert_eq!(
        at(&plan(&schema(), None, &wanted, &wanted).0, &["direction"]),
        &Value::unknown()
    );
}

#[test]
fn a_computed_object_keeps_of_it_what_never_changes() {
    let status = || {
        Nested::new()
            .attribute(
                "arn",
                Attribute::string().computed().use_state_for_unknown(),
            )
            .attribute("health", Attribute::string().computed())
    };
    let schema = Schema::new(0)
        .attribute("name", Attribute::string().required())
        .attribute("status", Attribute::single(status()).computed());
    let object =
        |name: &str, status: Value| Value::object([("name", text(name)), ("status", status)]);
    let of = |arn: Value, health: Value| Value::object([("arn", arn), ("health", health)]);
    let prior = object("a", of(text("arn:a"), text("fine")));
    let config = object("b", Value::Null);
    let proposed = object("b", of(text("arn:a"), text("fine")));
    let (planned, _) = plan(&schema, Some(&prior), &config, &proposed);
    assert_eq!(planned, object("b", of(text("arn:a"), Value::unknown())));
    let (created, _) = plan(&schema, None, &config, &config);
    assert_eq!(created, object("b", Value::unknown()));
}

#[test]
fn a_default_object_gets_the_defaults_inside_it() {
    let options = Nested::new()
        .attribute(
            "metrics",
            Attribute::bool().optional_computed().default(true),
        )
        .attribute("rtc", Attribute::bool().optional_computed().default(false))
        .attribute("id", Attribute::string().computed());
    let default = Value::object([
        ("metrics", Value::Bool(false)),
        ("rtc", Value::Null),
        ("id", Value::Null),
    ]);
    let schema = Schema::new(0).attribute(
        "options",
        Attribute::single(options)
            .optional_computed()
            .default(default),
    );
    assert!(schema.check().is_empty());
    let config = Value::object([("options", Value::Null)]);
    let (planned, _) = plan(&schema, None, &config, &config);
    assert_eq!(
        at(&planned, &["options"]),
        &Value::object([
            ("metrics", Value::Bool(false)),
            ("rtc", Value::Bool(false)),
            ("id", Value::unknown())
        ])
    );
}

#[test]
fn what_terraform_drops_from_its_proposal_is_computed_anew() {
    // An optional and computed object that came from the configuration and was taken out: Terraform proposes null.
    let nested = Nested::new().attribute("name", Attribute::string().optional());
    let schema = Schema::new(0).attribute("it", Attribute::single(nested).optional_computed());
    let with = |it: Value| Value::object([("it", it)]);
    let prior = with(Value::object([("name", text("mine"))]));
    let (planned, _) = plan(
        &schema,
        Some(&prior),
        &with(Value::Null),
        &with(Value::Null),
    );
    assert_eq!(planned, with(Value::unknown()));
}

#[test]
fn a_condition_decides_on_the_replacement() {
    let shrinks = |prior: &Value, planned: &Value| planned < prior;
    let schema = Schema::new(0).attribute(
        "size",
        Attribute::number().required().requires_replace_if(shrinks),
    );
    let of = |size: i64| Value::object([("size", Value::from(size))]);
    assert!(plan(&schema, Some(&of(2)), &of(3), &of(3)).1.is_empty());
    assert_eq!(
        paths(&plan(&schema, Some(&of(2)), &of(1), &of(1)).1),
        ["size"]
    );
}
