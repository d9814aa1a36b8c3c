use super::*;

#[test]
fn a_type_has_the_protocols_json_form() {
    let ty = Type::object([
        ("tags", Type::map(Type::String)),
        ("any", Type::Dynamic),
        (
            "pairs",
            Type::list(Type::Tuple(vec![Type::Number, Type::Bool])),
        ),
        ("names", Type::set(Type::String)),
    ]);
    let json = r#"["object",{"any":"dynamic","names":["set","string"],"pairs":["list",["tuple",["number","bool"]]],"tags":["map","string"]}]"#;
    assert_eq!(String::from_utf8(ty.to_json()).unwrap(), json);
    assert_eq!(Type::from_json(json.as_bytes()).unwrap(), ty);
}

#[test]
fn what_is_no_type_is_refused() {
    let deep = format!(
        "{}\"string\"{}",
        "[\"list\",".repeat(100_000),
        "]".repeat(100_000)
    );
    for json in [
        "",
        "1",
        "\"text\"",
        "[\"list\"]",
        "[\"tuple\",\"string\"]",
        "[\"object\",{\"a\":\"string\"},[\"a\"]]",
        &deep,
    ] {
        assert!(
            Type::from_json(json.as_bytes()).is_err(),
            "{}",
            json.chars().take(40).collect::<String>()
        );
    }
}
