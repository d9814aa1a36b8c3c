use proptest::prelude::*;

use super::*;
use crate::value::arbitrary::{typed_values, types};

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn read(json: &str, ty: &Type) -> Result<Value, String> {
    decode(json.as_bytes(), ty).map_err(|error| error.to_string())
}

#[test]
fn numbers_keep_every_digit() {
    for text in [
        "0.1",
        "18446744073709551616",
        "-123456789012345678901234567890.123456789",
        "1e5000",
    ] {
        let value = read(text, &Type::Number).unwrap();
        assert_eq!(value, number(text));
        let written = String::from_utf8(encode(&value, &Type::Number).unwrap()).unwrap();
        assert_eq!(written, text);
    }
    assert_eq!(read("\"0.1\"", &Type::Number).unwrap(), number("0.1"));
}

#[test]
fn a_value_of_an_open_type_brings_its_type() {
    let value = Value::Dynamic(
        Box::new(Type::list(Type::Bool)),
        Box::new(Value::List(vec![true.into()])),
    );
    let json = encode(&value, &Type::Dynamic).unwrap();
    assert_eq!(
        String::from_utf8(json).unwrap(),
        r#"{"value":[true],"type":["list","bool"]}"#
    );
    assert_eq!(
        read(
            r#" { "type" : [ "list", "bool" ], "value" : [ true ] } "#,
            &Type::Dynamic
        )
        .unwrap(),
        value
    );
    assert!(read(r#"{"value":1}"#, &Type::Dynamic).is_err());
    assert!(read(r#"{"value":1,"type":"number","more":1}"#, &Type::Dynamic).is_err());
    assert!(read(r#"{"value":1,"value":2,"type":"number"}"#, &Type::Dynamic).is_err());
}

#[test]
fn nothing_is_tolerated_in_silence() {
    let ty = Type::object([("rules", Type::map(Type::object([("a", Type::String)])))]);
    for (json, error) in [
        ("{}", "rules: the attribute is missing"),
        (
            r#"{"rules":null,"old":1}"#,
            "old: the type has no such attribute",
        ),
        (
            r#"{"rules":{"x":{"a":1}}}"#,
            "rules[\"x\"].a: expected a string, found a number",
        ),
        (
            r#"{"rules":{"x":{}}}"#,
            "rules[\"x\"].a: the attribute is missing",
        ),
        (r#"{"rules":[]}"#, "rules: expected a map, found an array"),
        (
            r#"{"rules":{"x":null,"x":null}}"#,
            "rules[\"x\"]: the key stands there twice",
        ),
        (
            r#"{"rules":null} x"#,
            "it is not valid JSON at line 1, column 16",
        ),
        (r#"{"rules":"#, "it is not valid JSON at line 1, column 9"),
    ] {
        assert_eq!(read(json, &ty).unwrap_err(), error, "{json}");
    }
    assert_eq!(
        read("[1]", &Type::set(Type::String)).unwrap_err(),
        "expected a string, found a number"
    );
    assert_eq!(
        read("1", &Type::Bool).unwrap_err(),
        "expected a boolean, found a number"
    );
    assert!(
        encode(
            &Value::List(vec![Value::unknown()]),
            &Type::list(Type::Bool)
        )
        .is_err()
    );
}

#[test]
fn state_of_another_version_says_what_was_left_out() {
    let rule = Type::object([("a", Type::String), ("new", Type::Bool)]);
    let ty = Type::object([("rules", Type::map(rule)), ("big", Type::Number)]);
    let json =
        r#"{"old":{"deep":1},"rules":{"x":{"a":"y","gone":true}},"big":18446744073709551616.25}"#;
    let (value, left_out) = decode_state(json.as_bytes(), &ty).unwrap();
    let rule = Value::object([("a", Value::from("y")), ("new", Value::Null)]);
    assert_eq!(
        value,
        Value::object([
            ("rules", Value::map([("x", rule)])),
            ("big", number("18446744073709551616.25"))
        ])
    );
    let left_out: Vec<String> = left_out.iter().map(ToString::to_string).collect();
    assert_eq!(left_out, ["old", "rules[\"x\"].gone"]);
    assert!(decode_state(br#"{"rules":{"x":{"a":[]}}}"#, &ty).is_err());
}

#[test]
fn nesting_without_end_is_an_error() {
    let deep = "[".repeat(1_000_000);
    assert!(read(&deep, &Type::list(Type::String)).is_err());
    let closed = format!("{deep}{}", "]".repeat(1_000_000));
    assert!(read(&closed, &Type::list(Type::String)).is_err());
    let open = r#"{"type":"dynamic","value":"#.repeat(1_000);
    let open = format!("{open}null{}", "}".repeat(1_000));
    assert_eq!(
        read(&open, &Type::Dynamic).unwrap_err(),
        "it is nested too deep"
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read((ty, value) in typed_values(false)) {
        let json = encode(&value, &ty).unwrap();
        prop_assert_eq!(decode(&json, &ty).unwrap(), value.clone());
        prop_assert_eq!(decode_state(&json, &ty).unwrap(), (value, vec![]));
        prop_assert!(serde_json::from_slice::<&serde_json::value::RawValue>(&json).is_ok());
    }

    #[test]
    fn noise_does_no_harm(ty in types(), json in "[\\[\\]{}\":,a-z0-9 .eE+-]{0,40}") {
        if let Ok(read) = decode(json.as_bytes(), &ty) {
            prop_assert!(encode(&read, &ty).is_ok());
        }
    }
}
