use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::desired::OwnedStatements;

fn owned(statements: Vec<Statement>) -> [OwnedStatements; 1] {
    [OwnedStatements {
        prefix: "Crr1".to_owned(),
        statements,
        alone: false,
        stays: false,
    }]
}

#[test]
fn policies_that_mean_the_same_have_one_text() {
    let one = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:B","s3:A"],"Resource":["x"],"Condition":{"Bool":{"aws:SecureTransport":true}}}}"#;
    let two = r#"{"Statement":[{"Condition":{"Bool":{"aws:SecureTransport":["true"]}},"Action":["s3:A","s3:B","s3:A"],"Resource":"x","Effect":"Allow"}],"Version":"2012-10-17"}"#;
    assert_eq!(canonical(one).unwrap(), canonical(two).unwrap());
    let other = one.replace("s3:B", "s3:C");
    assert_ne!(canonical(one).unwrap(), canonical(&other).unwrap());
}

#[test]
fn what_is_no_policy_is_an_error() {
    assert!(canonical("[]").is_err());
    assert!(ResourcePolicy::parse("{\"Statement\":[1]}").is_err());
    assert!(ResourcePolicy::parse("no JSON").is_err());
}

#[test]
fn others_statements_stay_byte_for_byte() {
    let theirs = r#"{ "Sid":"Theirs",  "Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b" , "Odd": 1.50 }"#;
    let text = format!(r#"{{"Id":"x","Version":"2008-10-17","Statement":[{theirs}]}}"#);
    let policy = ResourcePolicy::parse(&text).unwrap();
    let ours = Statement::allow("Crr1Objects", ["s3:ReplicateObject"], ["arn:aws:s3:::b/*"]);
    let merged = policy.merged(&owned(vec![ours])).unwrap();
    assert!(merged.contains(theirs), "{merged}");
    assert!(
        merged.starts_with(r#"{"Id":"x","Version":"2008-10-17","Statement":["#),
        "{merged}"
    );

    let back = ResourcePolicy::parse(&merged).unwrap();
    assert_eq!(back.owned(&owned(Vec::new())[0]).len(), 1);
    let without = back.merged(&owned(Vec::new())).unwrap();
    assert_eq!(without, text);
}

#[test]
fn a_policy_with_nothing_left_is_to_be_deleted() {
    let ours = Statement::allow("Crr1Objects", ["s3:ReplicateObject"], ["arn:aws:s3:::b/*"]);
    let merged = ResourcePolicy::default()
        .merged(&owned(vec![ours]))
        .unwrap();
    let policy = ResourcePolicy::parse(&merged).unwrap();
    assert_eq!(policy.merged(&owned(Vec::new())), None);
}

proptest! {
    #[test]
    fn whatever_others_wrote_survives(
        theirs in proptest::collection::btree_map("[A-Za-z0-9]{1,12}", "[ -~]{0,40}", 0..6),
        ours in 0..4usize,
    ) {
        let foreign: Vec<String> = theirs
            .iter()
            .map(|(sid, note)| json!({ "Sid": format!("X{sid}"), "Effect": "Deny", "Note": note }).to_string())
            .collect();
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, foreign.join(","));
        let policy = ResourcePolicy::parse(&text).unwrap();
        let statements: Vec<Statement> = (0..ours)
            .map(|i| Statement::allow(format!("Crr1S{i}"), ["s3:ReplicateTags"], ["r"]))
            .collect();
        match policy.merged(&owned(statements.clone())) {
            None => prop_assert!(foreign.is_empty() && ours == 0),
            Some(merged) => {
                let back = ResourcePolicy::parse(&merged).unwrap();
                let pairs = owned(Vec::new());
                prop_assert_eq!(back.foreign(&pairs).collect::<Vec<_>>(), foreign);
                let expected: BTreeMap<String, String> = statements
                    .iter()
                    .map(|s| (s.sid.clone(), s.to_value().to_string()))
                    .collect();
                prop_assert_eq!(back.owned(&owned(Vec::new())[0]), expected);
            }
        }
    }
}
