use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use super::*;
use crate::number::Number;
use crate::value::Refinement;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Direction {
    OneWay,
    TwoWay,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct Bucket(String);

impl TryFrom<String> for Bucket {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name.len() >= 3 {
            Ok(Self(name))
        } else {
            Err("a bucket's name has 3 characters at least".to_owned())
        }
    }
}

impl From<Bucket> for String {
    fn from(bucket: Bucket) -> Self {
        bucket.0
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct RuleName(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Rule {
    prefix: Option<String>,
    priority: u16,
    tags: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Pair {
    bucket: Bucket,
    direction: Direction,
    arn: Attr<String>,
    rules: BTreeMap<RuleName, Rule>,
    sites: BTreeSet<String>,
    ratio: f64,
    size: Number,
    flags: Vec<bool>,
    anything: Value,
}

fn pair_type() -> Type {
    let rule = Type::object([
        ("prefix", Type::String),
        ("priority", Type::Number),
        ("tags", Type::map(Type::String)),
    ]);
    Type::object([
        ("bucket", Type::String),
        ("direction", Type::String),
        ("arn", Type::String),
        ("rules", Type::map(rule)),
        ("sites", Type::set(Type::String)),
        ("ratio", Type::Number),
        ("size", Type::Number),
        ("flags", Type::list(Type::Bool)),
        ("anything", Type::Dynamic),
    ])
}

fn pair() -> Pair {
    let rule = Rule {
        prefix: None,
        priority: 7,
        tags: BTreeMap::from([("a".into(), "b".into())]),
    };
    Pair {
        bucket: Bucket("orders".into()),
        direction: Direction::TwoWay,
        arn: Attr::Unknown,
        rules: BTreeMap::from([(RuleName("invoices".into()), rule)]),
        sites: BTreeSet::from(["east".into(), "west".into()]),
        ratio: 0.1,
        size: "123456789012345678901234567890.5".parse().unwrap(),
        flags: vec![true, false],
        anything: Value::Dynamic(
            Box::new(Type::list(Type::String)),
            Box::new(Value::List(vec![
                Value::from("x"),
                Value::unknown(),
                Value::Null,
            ])),
        ),
    }
}

fn failure<T: std::fmt::Debug>(result: Result<T, ConvertError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn a_struct_goes_out_and_comes_back() {
    let value = to_value(&pair(), &pair_type()).unwrap();
    assert_eq!(value.get("direction"), Some(&Value::from("two_way")));
    assert_eq!(value.get("arn"), Some(&Value::unknown()));
    assert_eq!(
        value.get("ratio"),
        Some(&Value::Number("0.1".parse().unwrap()))
    );
    assert_eq!(
        value.get("sites"),
        Some(&Value::set_of([Value::from("west"), Value::from("east")]))
    );
    assert!(matches!(value.get("rules"), Some(Value::Map(_))));
    assert_eq!(
        value
            .get("rules")
            .unwrap()
            .get("invoices")
            .unwrap()
            .get("prefix"),
        Some(&Value::Null)
    );
    assert_eq!(from_value::<Pair>(&value).unwrap(), pair());
}

#[test]
fn errors_say_where() {
    let good = to_value(&pair(), &pair_type()).unwrap();
    let with = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed.set(name, value);
        failure(from_value::<Pair>(&changed))
    };
    assert_eq!(with("bucket", Value::Null), "bucket: it must be set");
    assert_eq!(
        with("bucket", Value::unknown()),
        "bucket: it is not known yet"
    );
    assert_eq!(
        with("bucket", Value::from("ab")),
        "bucket: a bucket's name has 3 characters at least"
    );
    assert_eq!(
        with("direction", Value::from("sideways")),
        "direction: expected one of one_way, two_way"
    );
    assert_eq!(
        with("flags", Value::List(vec![true.into(), Value::from("x")])),
        "flags[1]: expected a boolean, found a string"
    );
    assert_eq!(
        with("sites", Value::Set(vec![Value::unknown()])),
        "sites: it is not known yet"
    );
    let rule = |priority: Value, tags: Value| {
        let rule = Value::object([
            ("prefix", Value::Null),
            ("priority", priority),
            ("tags", tags),
        ]);
        with("rules", Value::map([("a", rule)]))
    };
    let tags = || Value::Map(BTreeMap::new());
    assert_eq!(
        rule(Value::from(65_536), tags()),
        "rules[\"a\"].priority: expected an integer from 0 to 65535"
    );
    assert_eq!(
        rule(Value::from(-1), tags()),
        "rules[\"a\"].priority: expected an integer from 0 to 65535"
    );
    assert_eq!(
        rule(Value::Number("1.5".parse().unwrap()), tags()),
        "rules[\"a\"].priority: expected an integer from 0 to 65535"
    );
    assert_eq!(
        rule(Value::from(1), Value::map([("k", Value::Null)])),
        "rules[\"a\"].tags[\"k\"]: it must be set"
    );
    assert_eq!(
        rule(Value::from(1), Value::Null),
        "rules[\"a\"].tags: it must be set"
    );
    let Value::Object(mut attributes) = good.clone() else {
        panic!("it is an object")
    };
    attributes.remove("bucket");
    assert_eq!(
        failure(from_value::<Pair>(&Value::Object(attributes))),
        "bucket: the attribute is missing"
    );
}

#[test]
fn what_the_type_has_no_place_for_is_an_error_at_its_path() {
    let Type::Object(mut attributes) = pair_type() else {
        panic!("it is an object")
    };
    attributes.insert("flags".into(), Type::list(Type::Number));
    assert_eq!(
        failure(to_value(&pair(), &Type::Object(attributes.clone()))),
        "flags[0]: expected a number, found a boolean"
    );
    attributes.remove("flags");
    assert_eq!(
        failure(to_value(&pair(), &Type::Object(attributes))),
        "flags: the type has no such attribute"
    );
    assert_eq!(
        failure(to_value(&f64::NAN, &Type::Number)),
        "the number is not finite"
    );
    assert_eq!(
        failure(to_value(&vec![1], &Type::Dynamic)),
        "where the type is open, a list must be a Value that carries its type"
    );
    assert_eq!(
        failure(to_value(&(1, 2), &Type::Tuple(vec![Type::Number]))),
        "[1]: there is no place for that many elements"
    );
}

#[test]
fn no_error_shows_the_value() {
    let secret = Value::object([("a", Value::from("hunter2"))]);
    for message in [
        failure(from_value::<HashMap<String, u8>>(&secret)),
        failure(from_value::<HashMap<String, Direction>>(&secret)),
        failure(from_value::<HashMap<String, Number>>(&secret)),
        failure(from_value::<HashMap<String, char>>(&secret)),
        failure(from_value::<HashMap<String, Vec<String>>>(&secret)),
        failure(from_value::<HashMap<String, std::net::IpAddr>>(&secret)),
        failure(from_value::<HashMap<String, [String; 2]>>(&secret)),
    ] {
        assert!(
            !message.contains("hunter2") && message.starts_with('a'),
            "{message}"
        );
    }
}

#[test]
fn null_and_empty_and_unknown_are_three() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Three {
        null: Option<Vec<String>>,
        empty: Option<Vec<String>>,
        attr: Attr<Vec<String>>,
        nested: Attr<Vec<Attr<String>>>,
    }
    let value = Value::object([
        ("null", Value::Null),
        ("empty", Value::List(vec![])),
        ("attr", Value::Null),
        (
            "nested",
            Value::List(vec![Value::Null, Value::unknown(), Value::from("x")]),
        ),
    ]);
    let expected = Three {
        null: None,
        empty: Some(vec![]),
        attr: Attr::Null,
        nested: Attr::Known(vec![Attr::Null, Attr::Unknown, Attr::Known("x".into())]),
    };
    assert_eq!(from_value::<Three>(&value).unwrap(), expected);
    assert_eq!(
        failure(from_value::<Option<String>>(&Value::unknown())),
        "it is not known yet"
    );
}

#[test]
fn an_attribute_reads_from_plain_json_too() {
    assert_eq!(
        serde_json::from_str::<Vec<Attr<u8>>>("[1,null]").unwrap(),
        [Attr::Known(1), Attr::Null]
    );
    assert_eq!(
        serde_json::to_string(&[Attr::Known(1), Attr::Null]).unwrap(),
        "[1,null]"
    );
}

#[test]
fn a_value_passes_through_as_it_is() {
    let refined = Refinement {
        not_null: true,
        prefix: Some("arn:".into()),
        min_length: Some(3),
        ..Refinement::default()
    };
    let ty = Type::object([
        ("a", Type::String),
        ("b", Type::set(Type::Number)),
        ("c", Type::Dynamic),
    ]);
    let value = Value::object([
        ("a", Value::Unknown(refined)),
        (
            "b",
            Value::set_of([Value::Number("0.1".parse().unwrap()), Value::Null]),
        ),
        (
            "c",
            Value::Dynamic(Box::new(Type::Bool), Box::new(Value::unknown())),
        ),
    ]);
    assert_eq!(from_value::<Value>(&value).unwrap(), value);
    assert_eq!(to_value(&value, &ty).unwrap(), value);
}
