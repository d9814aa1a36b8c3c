//! The source's bucket policy, on the destination.

use replication::{PublicAccessBlock, Setting};

use super::{POLICY, destination, scene};
use crate::apply::{apply_and_settle, planned};

#[test]
fn statements_speak_of_the_destination_and_say_whose_they_are() {
    let (mut pair, mut world) = scene(false);
    pair.mirror.settings = [Setting::Policy].into();
    apply_and_settle(&mut world, &pair);
    let text = destination(&mut world, &pair).policy.clone().unwrap();
    let policy: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mirrored: Vec<&serde_json::Value> = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|s| s["Sid"].as_str().unwrap().starts_with("CrrMirror"))
        .collect();
    assert_eq!(mirrored.len(), 2, "{text}");
    let named = mirrored
        .iter()
        .find(|s| s["Sid"].as_str().unwrap().ends_with("TlsOnly"))
        .unwrap();
    assert_eq!(
        named["Resource"],
        serde_json::json!([
            "arn:aws:s3:::orders-dr",
            "arn:aws:s3:::orders-dr/*",
            "arn:aws:s3:::orders-dr/own"
        ])
    );
    let other = mirrored.iter().find(|s| s["Effect"] == "Allow").unwrap();
    assert_eq!(other["Resource"], "arn:aws:s3:::orders-dr/public/*");
    assert_eq!(
        other["Principal"]["AWS"], "arn:aws:iam::111111111111:root",
        "who it speaks of stays"
    );
}

#[test]
fn what_cannot_stand_in_the_destinations_policy_is_said_at_plan() {
    for (change, word) in [
        (POLICY.replace("orders-dr/own", "invoices/*"), "invoices"),
        (
            POLICY
                .replace("2012-10-17", "2008-10-17")
                .replace("/public/", "/${aws:username}/"),
            "policy variable",
        ),
    ] {
        let (pair, mut world) = scene(false);
        world.buckets.get_mut(&pair.source.at()).unwrap().policy = Some(change);
        let (_, _, plan) = planned(&world, &pair);
        let errors: Vec<_> = plan.problems.iter().filter(|p| p.is_error()).collect();
        assert!(
            errors.len() == 1 && errors[0].detail.contains(word),
            "{word}: {errors:#?}"
        );
    }
}

#[test]
fn a_statement_that_another_pair_wrote_is_not_mirrored() {
    let (mut pair, mut world) = scene(true);
    pair.mirror.settings = [Setting::Policy].into();
    let source = world.buckets.get_mut(&pair.source.at()).unwrap();
    source.policy = Some(POLICY.replace("TlsOnly", "CrrFrom00000000Objects"));
    let theirs = r#"{"Sid":"CrrFrom11111111Objects","Effect":"Allow","Principal":"*","Action":"s3:ReplicateObject","Resource":"arn:aws:s3:::orders-dr/*"}"#;
    destination(&mut world, &pair).policy = Some(format!(
        r#"{{"Version":"2012-10-17","Statement":[{theirs}]}}"#
    ));
    apply_and_settle(&mut world, &pair);
    let text = destination(&mut world, &pair).policy.clone().unwrap();
    assert!(!text.contains("CrrFrom00000000"), "{text}");
    assert!(text.contains(theirs), "even by an exact mirror: {text}");
}

const FOR_ALL: &str = r#"{"Version":"2012-10-17","Statement":[
  {"Sid":"Web","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::orders/*"},
  {"Sid":"Team","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::orders/*"}]}"#;

/// The source is public, which may be a mistake. A copy that nobody looks at is not opened unasked: not one that we make,
/// and no other further than it is.
#[test]
fn nothing_opens_a_destination_unasked() {
    let there = PublicAccessBlock {
        block_public_policy: false,
        ..PublicAccessBlock::ALL
    };
    for (made, public) in [(true, false), (false, false), (true, true)] {
        let (mut pair, mut world) = scene(true);
        pair.mirror.public = public;
        pair.destination.create = made;
        let source = world.buckets.get_mut(&pair.source.at()).unwrap();
        source.policy = Some(FOR_ALL.to_owned());
        let open = source.public_access_block.unwrap();
        if made {
            world.buckets.remove(&pair.destination.at());
        } else {
            destination(&mut world, &pair).public_access_block = Some(there);
        }
        let warned = planned(&world, &pair).2.problems;
        let warned = warned
            .iter()
            .any(|problem| problem.summary.contains("not opened to everybody"));
        assert_eq!(warned, !public);
        apply_and_settle(&mut world, &pair);
        let has = destination(&mut world, &pair);
        let block = has.public_access_block.unwrap();
        let policy = has.policy.clone().unwrap_or_default();
        assert!(policy.contains("Team"), "{policy}");
        assert_eq!(policy.contains("Web"), public, "{policy}");
        let expected = match (made, public) {
            (_, true) => open,
            (true, false) => PublicAccessBlock::ALL,
            (false, false) => there.and(open),
        };
        assert_eq!(block, expected);
    }
}
