use super::*;
use crate::{Attribute, Block};

fn object() -> Type {
    Type::object([
        ("name", Type::String),
        ("tags", Type::map(Type::String)),
        ("ports", Type::list(Type::Number)),
        ("any", Type::Dynamic),
    ])
}

fn settled(value: Value, allow: Allow) -> (Value, Vec<String>) {
    let mut diagnostics = Diagnostics::new();
    let value = settle(value, &object(), allow, "the thing", &mut diagnostics);
    let words = diagnostics
        .into_iter()
        .map(|diagnostic| diagnostic.detail)
        .collect();
    (value, words)
}

fn good() -> Value {
    Value::object([
        ("name", "a".into()),
        ("tags", Value::map([("k", Value::from("v"))])),
        ("ports", Value::List(Vec::new())),
        (
            "any",
            Value::Dynamic(Box::new(Type::Bool), Box::new(Value::Bool(true))),
        ),
    ])
}

#[test]
fn what_fits_is_left_alone() {
    assert_eq!(settled(good(), Allow::STATE), (good(), Vec::new()));
    assert_eq!(
        settled(Value::Null, Allow::STATE),
        (Value::Null, Vec::new())
    );
}

#[test]
fn one_misfit_costs_no_more_than_itself() {
    let mut value = good();
    value.set("tags", Value::map([("k", Value::Bool(true))]));
    let (settled, words) = settled(value, Allow::STATE);
    let mut expected = good();
    expected.set("tags", Value::map([("k", Value::Null)]));
    assert_eq!(settled, expected);
    assert_eq!(words.len(), 1);
    assert!(
        words[0].contains("tags[\"k\"] is a bool, where the schema says a string"),
        "{words:?}"
    );
}

#[test]
fn unknowns_are_for_plans() {
    let mut value = good();
    value.set("ports", Value::List(vec![Value::unknown()]));
    assert_eq!(
        settled(value.clone(), Allow::PLAN),
        (value.clone(), Vec::new())
    );
    let (_, words) = settled(value, Allow::STATE);
    assert!(words[0].contains("ports[0] is still unknown"), "{words:?}");
}

#[test]
fn an_import_may_leave_out_attributes_and_nothing_else_may() {
    let partial = Value::object([("name", "a")].map(|(name, value)| (name, Value::from(value))));
    let (filled, words) = settled(partial.clone(), Allow::IMPORT);
    assert_eq!(words, Vec::<String>::new());
    assert_eq!(filled.get("tags"), Some(&Value::Null));
    let (_, words) = settled(partial, Allow::STATE);
    assert_eq!(words.len(), 3, "{words:?}");
    assert!(
        words.iter().all(|words| words.contains("is missing")),
        "{words:?}"
    );
}

#[test]
fn an_attribute_that_is_not_in_the_schema_is_dropped_with_an_error() {
    let mut value = good();
    value.set("extra", "x".into());
    let (settled, words) = settled(value, Allow::STATE);
    assert_eq!(settled, good());
    assert!(words[0].contains("extra is not in the schema"), "{words:?}");
}

#[test]
fn write_only_values_are_taken_out_wherever_they_are() {
    let nested = || {
        Nested::new()
            .attribute("key", Attribute::string().optional().write_only())
            .attribute("name", Attribute::string().optional())
    };
    let schema = Schema::new(0)
        .attribute("key", Attribute::string().optional().write_only())
        .attribute("one", Attribute::single(nested()).optional())
        .attribute("many", Attribute::nested_map(nested()).optional())
        .block("block", Block::list(nested()));
    let inner = |key: Value| Value::object([("key", key), ("name", "n".into())]);
    let value = |key: &dyn Fn() -> Value| {
        Value::object([
            ("key", key()),
            ("one", inner(key())),
            ("many", Value::map([("a", inner(key()))])),
            ("block", Value::List(vec![inner(key())])),
        ])
    };
    let mut stripped = value(&|| "hush".into());
    strip_write_only(&schema, &mut stripped);
    assert_eq!(stripped, value(&|| Value::Null));
}

#[test]
fn what_was_kept_half_way_has_no_unknowns_left() {
    let value = Value::object([
        ("id", Value::unknown()),
        ("list", Value::List(vec![Value::unknown(), "a".into()])),
    ]);
    let expected = Value::object([
        ("id", Value::Null),
        ("list", Value::List(vec![Value::Null, "a".into()])),
    ]);
    assert_eq!(without_unknowns(value), expected);
}
