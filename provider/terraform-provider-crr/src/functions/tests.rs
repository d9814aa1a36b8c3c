use tfplugin::{Type, Value};

use super::*;

fn call(name: &str, arguments: Vec<Value>) -> Result<Value, FunctionError> {
    let functions = all();
    let (_, function) = functions.iter().find(|(known, _)| *known == name).unwrap();
    function.call(arguments)
}

fn json(name: &str, arguments: Vec<Value>) -> serde_json::Value {
    serde_json::from_str(call(name, arguments).unwrap().as_str().unwrap()).unwrap()
}

#[test]
fn the_policy_of_a_role_names_both_buckets_and_no_wildcard_action() {
    let policy = json(
        "replication_policy",
        vec!["orders".into(), "orders-dr".into()],
    );
    let text = policy.to_string();
    assert!(
        text.contains("arn:aws:s3:::orders/*") && text.contains("arn:aws:s3:::orders-dr/*"),
        "{text}"
    );
    assert!(!text.contains(":*\""), "{text}");
    assert!(!text.contains("kms:"), "{text}");
}

#[test]
fn options_add_what_they_need() {
    let key = "arn:aws:kms:us-west-2:111122223333:key/1";
    let options = Value::Dynamic(
        Box::new(Type::Dynamic),
        Box::new(Value::object([
            ("destination_kms_key_arn", Value::from(key)),
            ("object_lock", Value::from(true)),
            ("owner_override", Value::from(true)),
        ])),
    );
    let text = json(
        "replication_policy",
        vec!["orders".into(), "orders-dr".into(), options],
    )
    .to_string();
    for part in [
        key,
        "s3.us-west-2.amazonaws.com",
        "s3:GetObjectRetention",
        "s3:ObjectOwnerOverrideToBucketOwner",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn an_option_that_is_none_is_refused_by_name() {
    let options = Value::object([("objectlock", Value::from(true))]);
    let error = call(
        "replication_policy",
        vec!["orders".into(), "orders-dr".into(), options],
    )
    .unwrap_err();
    assert!(format!("{error:?}").contains("objectlock"), "{error:?}");
}

#[test]
fn trust_names_the_account_and_every_source() {
    let policy = json(
        "replication_trust_policy",
        vec!["111122223333".into(), "orders".into(), "invoices".into()],
    );
    let condition = policy.pointer("/Statement/0/Condition").unwrap();
    assert_eq!(
        condition
            .pointer("/StringEquals/aws:SourceAccount")
            .unwrap(),
        "111122223333"
    );
    assert_eq!(
        condition
            .pointer("/ArnEquals/aws:SourceArn")
            .unwrap()
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_destination_lets_the_role_in_and_nobody_else() {
    let role = "arn:aws:iam::111122223333:role/crr/crr-orders";
    let policy = json(
        "destination_bucket_policy",
        vec![role.into(), "orders-dr".into()],
    );
    assert_eq!(policy.pointer("/Statement/0/Principal/AWS").unwrap(), role);
    assert!(
        call(
            "destination_bucket_policy",
            vec!["crr-orders".into(), "orders-dr".into()]
        )
        .is_err()
    );
}

#[test]
fn a_pair_id_has_four_parts() {
    let parts = call("parse_pair_id", vec!["east:orders->west:orders-dr".into()]).unwrap();
    assert_eq!(
        parts.get("destination_bucket").and_then(Value::as_str),
        Some("orders-dr")
    );
    assert!(call("parse_pair_id", vec!["orders".into()]).is_err());
}
