use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::number::Number;
use crate::value::arbitrary::{typed_values, types};
use crate::value::{Bound, Refinement};

fn number(text: &str) -> Value {
    Value::Number(text.parse().unwrap())
}

fn written(value: &Value, ty: &Type) -> Vec<u8> {
    let bytes = encode(value, ty).unwrap();
    assert_eq!(&decode(&bytes, ty).unwrap(), value);
    bytes
}

fn failure(bytes: &[u8], ty: &Type) -> String {
    decode(bytes, ty).unwrap_err().to_string()
}

#[test]
fn numbers_take_the_shortest_form_that_loses_nothing() {
    for (text, bytes) in [
        ("0", b"\x00".to_vec()),
        ("127", b"\x7f".to_vec()),
        ("128", b"\xcc\x80".to_vec()),
        ("-1", b"\xff".to_vec()),
        ("-33", b"\xd0\xdf".to_vec()),
        (
            "9223372036854775807",
            b"\xcf\x7f\xff\xff\xff\xff\xff\xff\xff".to_vec(),
        ),
        ("9223372036854775808", b"\xb39223372036854775808".to_vec()),
        ("18446744073709551615", b"\xb418446744073709551615".to_vec()),
        ("1e20", b"\xcb\x44\x15\xaf\x1d\x78\xb5\x8c\x40".to_vec()),
        ("1.5", b"\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00".to_vec()),
        ("0.1", b"\xa30.1".to_vec()),
        (
            "-123456789012345678901234567890.5",
            b"\xd9\x21-123456789012345678901234567890.5".to_vec(),
        ),
    ] {
        assert_eq!(written(&number(text), &Type::Number), bytes, "{text}");
    }
}

#[test]
fn numbers_are_read_in_every_form() {
    for (bytes, text) in [
        (
            &b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff"[..],
            "18446744073709551615",
        ),
        (b"\xd1\xff\x00", "-256"),
        (b"\xca\x3f\xc0\x00\x00", "1.5"),
        (b"\xa41e30", "1e30"),
        (b"\xa31.0", "1"),
        (b"\xa31e3", "1000"),
    ] {
        assert_eq!(decode(bytes, &Type::Number).unwrap(), number(text));
    }
    assert_eq!(
        failure(b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", &Type::Number),
        "the number is not finite"
    );
    assert_eq!(
        failure(b"\xa3abc", &Type::Number),
        "expected a number, found other text"
    );
    let binary = decode(b"\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a", &Type::Number).unwrap();
    assert_eq!(
        binary,
        number("0.1000000000000000055511151231257827021181583404541015625")
    );
}

#[test]
fn null_and_empty_are_two() {
    let ty = Type::list(Type::String);
    assert_eq!(written(&Value::Null, &ty), b"\xc0");
    assert_eq!(written(&Value::List(vec![]), &ty), b"\x90");
    assert_eq!(written(&Value::from(""), &Type::String), b"\xa0");
    assert_eq!(
        written(&Value::Map(BTreeMap::new()), &Type::map(Type::Bool)),
        b"\x80"
    );
}

#[test]
fn a_plain_unknown_is_extension_zero() {
    assert_eq!(written(&Value::unknown(), &Type::String), b"\xd4\x00\x00");
    assert_eq!(
        decode(b"\xc7\x03\x07abc", &Type::Bool).unwrap(),
        Value::unknown(),
        "any other extension is one too"
    );
}

#[test]
fn a_refined_unknown_is_extension_twelve() {
    let unknown = |refinement| Value::Unknown(refinement);
    let base = Refinement {
        not_null: true,
        ..Refinement::default()
    };
    let prefixed = Refinement {
        prefix: Some("arn:".into()),
        ..base.clone()
    };
    assert_eq!(
        written(&unknown(prefixed), &Type::String),
        b"\xc7\x09\x0c\x82\x01\xc2\x02\xa4arn:"
    );
    let bound = |text: &str, inclusive| {
        Some(Box::new(Bound {
            number: text.parse().unwrap(),
            inclusive,
        }))
    };
    let ranged = Refinement {
        lower: bound("1", true),
        upper: bound("2.5", false),
        ..Refinement::default()
    };
    assert_eq!(
        written(&unknown(ranged), &Type::Number),
        b"\xc7\x11\x0c\x82\x03\x92\x01\xc3\x04\x92\xcb\x40\x04\x00\x00\x00\x00\x00\x00\xc2"
    );
    let sized = Refinement {
        min_length: Some(1),
        max_length: Some(300),
        ..base
    };
    assert_eq!(
        written(&unknown(sized), &Type::list(Type::Bool)),
        b"\xc7\x09\x0c\x83\x01\xc2\x05\x01\x06\xcd\x01\x2c"
    );
}

#[test]
fn a_refinement_that_cannot_be_used_is_left_out() {
    let refined = Refinement {
        prefix: Some("x".into()),
        min_length: Some(1),
        ..Refinement::default()
    };
    assert_eq!(
        encode(&Value::Unknown(refined), &Type::Bool).unwrap(),
        b"\xd4\x00\x00"
    );
    let long = Refinement {
        prefix: Some("ä".repeat(1_000)),
        ..Refinement::default()
    };
    let bytes = encode(&Value::Unknown(long), &Type::String).unwrap();
    let Value::Unknown(read) = decode(&bytes, &Type::String).unwrap() else {
        panic!("it is unknown")
    };
    assert_eq!(read.prefix, Some("ä".repeat(128)));
    let long = Bound {
        number: "1".repeat(2_000).parse::<Number>().unwrap(),
        inclusive: true,
    };
    let ranged = Refinement {
        not_null: true,
        lower: Some(Box::new(long)),
        ..Refinement::default()
    };
    assert_eq!(
        encode(&Value::Unknown(ranged), &Type::Number).unwrap(),
        b"\xc7\x03\x0c\x81\x01\xc2"
    );
}

#[test]
fn an_infinite_bound_is_none() {
    let endless = b"\xc7\x19\x0c\x82\x03\x92\xcb\xff\xf0\x00\x00\x00\x00\x00\x00\xc2\x04\x92\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00\xc3";
    assert_eq!(decode(endless, &Type::Number).unwrap(), Value::unknown());
}

#[test]
fn a_later_refinement_is_passed_over() {
    assert_eq!(
        decode(b"\xc7\x08\x0c\x82\x09\x92\xc0\xa1x\x01\xc2", &Type::String).unwrap(),
        Value::Unknown(Refinement {
            not_null: true,
            ..Refinement::default()
        })
    );
    assert_eq!(
        decode(b"\xc7\x03\x0c\x81\x01\xc3", &Type::String).unwrap(),
        Value::Null,
        "it is known to be null"
    );
}

#[test]
fn a_value_of_an_open_type_brings_its_type() {
    let dynamic = |ty: Type, inner| Value::Dynamic(Box::new(ty), Box::new(inner));
    assert_eq!(
        written(&dynamic(Type::String, Value::from("x")), &Type::Dynamic),
        b"\x92\xc4\x08\"string\"\xa1x"
    );
    assert_eq!(
        written(&dynamic(Type::Bool, Value::unknown()), &Type::Dynamic),
        b"\x92\xc4\x06\"bool\"\xd4\x00\x00"
    );
    assert_eq!(written(&Value::Null, &Type::Dynamic), b"\xc0");
    assert_eq!(
        decode(b"\x92\xa6\"bool\"\xc3", &Type::Dynamic).unwrap(),
        dynamic(Type::Bool, Value::Bool(true))
    );
}

#[test]
fn errors_say_where() {
    let rule = Type::object([("prefix", Type::String), ("on", Type::Bool)]);
    let ty = Type::object([("rules", Type::map(rule.clone())), ("set", Type::set(rule))]);
    let of = |rules: Value, set: Value| Value::object([("rules", rules), ("set", set)]);
    let bad = || Value::object([("prefix", Value::Bool(true)), ("on", Value::Null)]);
    let error = |value: &Value| encode(value, &ty).unwrap_err().to_string();
    assert_eq!(
        error(&of(Value::map([("a", bad())]), Value::Null)),
        "rules[\"a\"].prefix: expected a string, found a boolean"
    );
    assert_eq!(
        error(&of(Value::Null, Value::Set(vec![bad()]))),
        "set: prefix: expected a string, found a boolean"
    );
    assert_eq!(
        error(&Value::object([("rules", Value::Null)])),
        "set: the attribute is missing"
    );
    assert_eq!(
        error(&of(Value::Null, Value::List(vec![]))),
        "set: expected a set, found a list"
    );
    assert_eq!(
        failure(b"\x82\xa5rules\xc0\xa3set\x91\x81\xa2on\x01", &ty),
        "set: on: expected a boolean, found a number"
    );
    assert_eq!(
        failure(b"\x81\xa5other\xc0", &ty),
        "other: the type has no such attribute"
    );
    assert_eq!(
        failure(b"\x81\xa5rules\xc0", &ty),
        "set: the attribute is missing"
    );
    assert_eq!(
        failure(b"\x82\xa5rules\xc0\xa5rules\xc0", &ty),
        "rules: the attribute stands there twice"
    );
    assert_eq!(failure(b"\xc0\xc0", &ty), "there is more after the value");
}

#[test]
fn a_hostile_message_is_an_error_and_takes_no_memory() {
    let list = Type::list(Type::String);
    for bytes in [
        &b""[..],
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\xc9\xff\xff\xff\xff\x0c",
        b"\xc7\x02\x0c\x81\x01",
        b"\xc1",
        b"\x91\xa5ab",
        b"\x91\xa2\xff\xff",
    ] {
        for ty in [
            &list,
            &Type::Dynamic,
            &Type::String,
            &Type::Number,
            &Type::map(Type::Bool),
            &Type::object([("a", Type::Bool)]),
        ] {
            assert!(decode(bytes, ty).is_err(), "{bytes:?} as {ty:?}");
        }
    }
}

#[test]
fn nesting_without_end_is_an_error() {
    let open_in_open = b"\x92\xc4\x09\"dynamic\"".repeat(100_000);
    assert_eq!(
        failure(&open_in_open, &Type::Dynamic),
        "it is nested too deep"
    );
    let list_of_open = b"\x92\xc4\x12[\"list\",\"dynamic\"]\x91".repeat(100_000);
    assert!(failure(&list_of_open, &Type::Dynamic).ends_with("it is nested too deep"));
    let mut refinement = vec![0xc8, 0x03, 0xe8, 0x0c, 0x81, 0x09];
    refinement.resize(4 + 1_000, 0x91);
    assert_eq!(
        failure(&refinement, &Type::String),
        "the message is cut short"
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read((ty, value) in typed_values(true)) {
        let bytes = encode(&value, &ty).unwrap();
        prop_assert_eq!(decode(&bytes, &ty).unwrap(), value);
    }

    #[test]
    fn a_message_cut_short_is_an_error((ty, value) in typed_values(true), cut in any::<prop::sample::Index>()) {
        let bytes = encode(&value, &ty).unwrap();
        prop_assert!(decode(&bytes[..cut.index(bytes.len())], &ty).is_err());
    }

    #[test]
    fn a_damaged_message_does_no_harm(
        (ty, value) in typed_values(true),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = encode(&value, &ty).unwrap();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(read) = decode(&bytes, &ty) {
            prop_assert!(encode(&read, &ty).is_ok());
        }
    }

    #[test]
    fn noise_does_no_harm(ty in types(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(read) = decode(&bytes, &ty) {
            prop_assert!(encode(&read, &ty).is_ok());
        }
    }
}
