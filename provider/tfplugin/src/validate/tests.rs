use super::*;
use crate::schema::{Block, Nested};
use crate::ty::Type;

fn complaints(schema: &Schema, config: &Value) -> Vec<String> {
    let found = validate(schema, config).into_iter();
    found
        .map(|one| format!("{}: {}", one.path.unwrap_or_default(), one.detail))
        .collect()
}

fn schema() -> Schema {
    let not_empty = |value: &Value, path: &Path, diagnostics: &mut Diagnostics| {
        if value.as_str() == Some("") {
            diagnostics.error_at(path.clone(), "Empty", "it is empty");
        }
    };
    let rule = || Nested::new().attribute("prefix", Attribute::string().validate(not_empty));
    Schema::new(0)
        .attribute(
            "direction",
            Attribute::string().one_of(&["one_way", "two_way"]),
        )
        .attribute(
            "classes",
            Attribute::list(Type::String)
                .one_of(&["a", "b"])
                .conflicts_with(&["direction"]),
        )
        .attribute("rules", Attribute::nested_map(rule()))
        .attribute("set", Attribute::nested_set(rule()))
        .block("blocks", Block::list(rule()))
        .validate(|config, path, diagnostics| {
            if config.get("rules").is_some_and(Value::is_null) {
                diagnostics.warning_at(path.clone(), "No rules", "everything is replicated");
            }
        })
}

fn config(changes: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let empty = ["direction", "classes", "rules", "set"].map(|name| (name, Value::Null));
    let mut config = Value::object(empty.into_iter().chain([("blocks", Value::List(vec![]))]));
    for (name, value) in changes {
        config.set(name, value);
    }
    config
}

fn rule(prefix: &str) -> Value {
    Value::object([("prefix", Value::from(prefix))])
}

#[test]
fn each_complaint_stands_at_its_path() {
    let found = complaints(
        &schema(),
        &config([
            ("direction", Value::from("sideways")),
            (
                "classes",
                Value::List(vec![Value::from("a"), Value::from("c")]),
            ),
            ("rules", Value::map([("x", rule("")), ("y", rule("fine"))])),
            ("set", Value::Set(vec![rule("")])),
            ("blocks", Value::List(vec![rule("fine"), rule("")])),
        ]),
    );
    assert_eq!(
        found,
        [
            "direction: direction must be one of \"one_way\", \"two_way\".",
            "classes: classes and direction cannot be set together: leave one of them out.",
            "classes[1]: classes[1] must be one of \"a\", \"b\".",
            "rules[\"x\"].prefix: it is empty",
            "set: In an element of set, at prefix: it is empty",
            "blocks[1].prefix: it is empty",
        ]
    );
}

#[test]
fn unknowns_are_let_be() {
    let unknown = config([
        ("direction", Value::unknown()),
        ("classes", Value::List(vec![Value::unknown(), Value::Null])),
        ("rules", Value::unknown()),
        ("blocks", Value::unknown()),
    ]);
    assert_eq!(complaints(&schema(), &unknown), Vec::<String>::new());
}

#[test]
fn the_whole_is_looked_at_last() {
    assert_eq!(
        complaints(&schema(), &config([])),
        [": everything is replicated"]
    );
}

#[test]
fn a_required_attribute_is_more_than_written() {
    let side = || {
        Nested::new()
            .attribute("bucket", Attribute::string().required())
            .attribute("class", Attribute::string().optional())
    };
    let schema = Schema::new(0)
        .attribute("source", Attribute::single(side()).required())
        .attribute("destination", Attribute::single(side()).required())
        .attribute("spare", Attribute::single(side()).optional())
        .attribute("later", Attribute::single(side()).required());
    let config = Value::object([
        ("source", Value::Null),
        (
            "destination",
            Value::object([("bucket", Value::Null), ("class", Value::Null)]),
        ),
        ("spare", Value::Null),
        ("later", Value::unknown()),
    ]);
    let mut found = complaints(&schema, &config);
    found.sort();
    assert_eq!(
        found,
        [
            "destination.bucket: destination.bucket must be set, and must not be null.",
            "source: source must be set, and must not be null.",
        ]
    );
}
