//! What the destination has because the source has it.

mod drift;
mod policy;

use replication::{Encryption, Mirror, Ownership, Pair, PublicAccessBlock, Setting, Step};

use crate::apply::{apply_and_settle, planned, remove};
use crate::generate::{STATEMENT, bare, cors, crossing, key, lifecycle, plain};
use crate::world::{Bucket, World};

/// A pair that mirrors everything, and a source that has something of each.
fn scene(exact: bool) -> (Pair, World) {
    let mut pair = crossing();
    pair.mirror = Mirror {
        settings: Setting::ALL.into(),
        exact,
        public: true,
    };
    let mut world = bare(&pair);
    let open = PublicAccessBlock {
        restrict_public_buckets: false,
        ..PublicAccessBlock::ALL
    };
    let source = world.buckets.get_mut(&pair.source.at()).unwrap();
    source.tags = tags(&[("team", "orders"), ("aws:stack", "s"), ("crr:own", "o")]);
    source.lifecycle = Some(lifecycle(&["logs", "tmp"], 30));
    source.cors = Some(cors("https://orders.example"));
    source.ownership = Some(Ownership::BucketOwnerPreferred);
    source.public_access_block = Some(open);
    source.encryption.bucket_key = true;
    source.policy = Some(POLICY.to_owned());
    let destination = destination(&mut world, &pair);
    destination.tags = tags(&[("team", "other"), ("cost", "7"), ("aws:stack", "d")]);
    destination.lifecycle = Some(lifecycle(&["only-here", "tmp"], 90));
    destination.cors = Some(cors("https://elsewhere.example"));
    destination.policy = Some(format!(
        r#"{{"Version":"2012-10-17","Statement":[{STATEMENT}]}}"#
    ));
    (pair, world)
}

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[
  {"Sid":"TlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::orders","arn:aws:s3:::orders/*","arn:aws:s3:::orders-dr/own"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}},
  {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::orders/public/*"}]}"#;

fn tags(list: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    list.iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn destination<'a>(world: &'a mut World, pair: &Pair) -> &'a mut Bucket {
    world.buckets.get_mut(&pair.destination.at()).unwrap()
}

#[test]
fn the_destination_gets_what_the_source_has_and_keeps_what_only_it_has() {
    let (pair, mut world) = scene(false);
    let source = world.buckets[&pair.source.at()].clone();
    apply_and_settle(&mut world, &pair);
    let has = destination(&mut world, &pair).clone();
    assert_eq!(
        has.tags,
        tags(&[("team", "orders"), ("cost", "7"), ("aws:stack", "d")])
    );
    assert_eq!(has.cors, source.cors);
    assert_eq!(has.ownership, source.ownership);
    assert_eq!(has.public_access_block, source.public_access_block);
    assert_eq!(has.encryption, source.encryption);
    let xml = has.lifecycle.unwrap().xml;
    for (rule, days) in [("logs", 30), ("tmp", 30), ("only-here", 90)] {
        let whole = format!(
            "<Rule> <ID>{rule}</ID><Filter><Prefix>{rule}/</Prefix></Filter><Status>Enabled</Status><!-- {days} --><Expiration><Days>{days}</Days></Expiration></Rule>"
        );
        assert_eq!(xml.matches(&whole).count(), 1, "{rule}: {xml}");
    }
    assert_eq!(xml.matches("<Rule>").count(), 3, "{xml}");
    let policy = has.policy.unwrap();
    assert!(policy.contains(STATEMENT), "others' stay: {policy}");
    // In a pair that goes both ways nothing of the destination goes back.
    let after = &world.buckets[&pair.source.at()];
    assert_eq!(
        (&after.tags, &after.lifecycle, &after.cors),
        (&source.tags, &source.lifecycle, &source.cors)
    );
}

#[test]
fn an_exact_mirror_leaves_nothing_that_the_source_lacks() {
    let (pair, mut world) = scene(true);
    apply_and_settle(&mut world, &pair);
    let source = world.buckets[&pair.source.at()].clone();
    let has = destination(&mut world, &pair).clone();
    assert_eq!(has.tags, tags(&[("team", "orders"), ("aws:stack", "d")]));
    assert_eq!(has.lifecycle, source.lifecycle, "byte for byte");
    let policy = has.policy.unwrap();
    assert!(!policy.contains("Theirs"), "{policy}");
    assert!(
        policy.contains("CrrFrom"),
        "what replication needs stays: {policy}"
    );

    let emptied = world.buckets.get_mut(&pair.source.at()).unwrap();
    emptied.tags.clear();
    emptied.lifecycle = None;
    emptied.cors = None;
    emptied.ownership = None;
    emptied.public_access_block = None;
    emptied.policy = None;
    apply_and_settle(&mut world, &pair);
    let has = destination(&mut world, &pair).clone();
    assert_eq!(has.tags, tags(&[("aws:stack", "d")]));
    assert_eq!((has.lifecycle, has.cors), (None, None));
    assert_eq!((has.ownership, has.public_access_block), (None, None));
    assert!(!has.policy.unwrap().contains("CrrMirror"));
}

#[test]
fn what_the_source_loses_stays_but_for_statements_which_are_known_as_ours() {
    let (pair, mut world) = scene(false);
    apply_and_settle(&mut world, &pair);
    let before = destination(&mut world, &pair).clone();
    // A mirror that may open would take the block off with the source's.
    let mut pair = pair;
    pair.mirror.public = false;
    let source = world.buckets.get_mut(&pair.source.at()).unwrap();
    source.tags.clear();
    source.lifecycle = None;
    source.cors = None;
    source.ownership = None;
    source.public_access_block = None;
    source.policy = None;
    let (_, _, plan) = planned(&world, &pair);
    let steps: Vec<String> = plan.steps().map(|s| s.step.to_string()).collect();
    assert_eq!(
        steps,
        [
            "write the bucket policy of east:orders",
            "write the bucket policy of west:orders-dr"
        ]
    );
    apply_and_settle(&mut world, &pair);
    let after = destination(&mut world, &pair).clone();
    assert!(!after.policy.clone().unwrap().contains("CrrMirror"));
    assert_eq!(
        Bucket {
            policy: None,
            ..after
        },
        Bucket {
            policy: None,
            ..before
        }
    );
}

#[test]
fn more_tags_than_s3_takes_are_said_at_plan() {
    let (pair, mut world) = scene(false);
    for number in 0..50 {
        let source = world.buckets.get_mut(&pair.source.at()).unwrap();
        source.tags.insert(format!("t{number}"), String::new());
    }
    let (_, _, plan) = planned(&world, &pair);
    let errors: Vec<_> = plan.problems.iter().filter(|p| p.is_error()).collect();
    assert!(
        errors.len() == 1 && errors[0].summary.contains("tags"),
        "{errors:#?}"
    );
}

#[test]
fn kms_is_mirrored_with_the_destinations_own_key() {
    let (mut pair, mut world) = scene(false);
    pair.mirror.settings = [Setting::Encryption].into();
    let of_source = key(&pair.source);
    world.buckets.get_mut(&pair.source.at()).unwrap().encryption =
        Encryption::with_key(Some(&of_source));
    let (_, _, plan) = planned(&world, &pair);
    let errors: Vec<_> = plan.problems.iter().filter(|p| p.is_error()).collect();
    let at: std::collections::BTreeSet<_> = errors.iter().map(|error| error.at.clone()).collect();
    assert_eq!(errors.len(), 2, "{errors:#?}");
    // S3 would leave the source's objects behind, and the destination has no key to be mirrored with.
    assert_eq!(
        at,
        ["destination", "source"]
            .map(|side| vec![side.to_owned(), "kms_key_arn".to_owned()])
            .into()
    );

    pair.source.key = Some(of_source);
    pair.destination.key = Some(key(&pair.destination));
    apply_and_settle(&mut world, &pair);
    assert_eq!(
        destination(&mut world, &pair).encryption,
        Encryption::with_key(pair.destination.key.as_ref())
    );
}

#[test]
fn a_mirror_goes_before_what_a_bucket_of_our_making_has_by_default() {
    let (mut pair, mut world) = scene(false);
    pair.destination.create = true;
    pair.tags = tags(&[("team", "of the pair"), ("made", "here")]);
    world.buckets.remove(&pair.destination.at());
    apply_and_settle(&mut world, &pair);
    let source = world.buckets[&pair.source.at()].clone();
    let has = destination(&mut world, &pair).clone();
    assert_eq!(has.public_access_block, source.public_access_block);
    assert_eq!(has.ownership, source.ownership);
    assert_eq!(
        (has.tags["team"].as_str(), has.tags["made"].as_str()),
        ("orders", "here")
    );

    // What the source lacks has no say.
    world.buckets.get_mut(&pair.source.at()).unwrap().ownership = None;
    pair.destination.created = true;
    apply_and_settle(&mut world, &pair);
    assert_eq!(
        destination(&mut world, &pair).ownership,
        Some(Ownership::BucketOwnerEnforced)
    );
}

/// The usual public bucket has no block at all.
#[test]
fn a_source_without_a_block_is_open_and_so_is_its_mirror_where_it_may_be() {
    for (public, made, block) in [
        (true, false, None),
        (true, true, None),
        (false, false, Some(PublicAccessBlock::ALL)),
        (false, true, Some(PublicAccessBlock::ALL)),
    ] {
        let (mut pair, mut world) = scene(false);
        pair.mirror.settings = [Setting::PublicAccessBlock, Setting::Policy].into();
        pair.mirror.public = public;
        let source = world.buckets.get_mut(&pair.source.at()).unwrap();
        source.public_access_block = None;
        source.policy = Some(r#"{"Version":"2012-10-17","Statement":[{"Sid":"Web","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::orders/*"}]}"#.to_owned());
        if made {
            pair.destination.create = true;
            world.buckets.remove(&pair.destination.at());
        } else {
            destination(&mut world, &pair).public_access_block = Some(PublicAccessBlock::ALL);
        }
        let (_, _, plan) = planned(&world, &pair);
        let place = |is: fn(&Step) -> bool| plan.steps().position(|s| is(&s.step));
        let opened = place(|s| matches!(s, Step::DeletePublicAccessBlock { .. }));
        let written = place(
            |s| matches!(s, Step::PutBucketPolicy { policy: Some(p), .. } if p.contains("orders-dr/*") && p.contains("\"*\"")),
        );
        assert_eq!(opened.is_some(), public, "{}", plan.describe());
        assert!(!public || opened < written, "{}", plan.describe());
        apply_and_settle(&mut world, &pair);
        let has = destination(&mut world, &pair).clone();
        assert_eq!(has.public_access_block, block, "{public} {made}");
        let policy = has.policy.unwrap_or_default();
        assert_eq!(policy.contains("CrrMirror"), public, "{policy}");
    }
}

#[test]
fn a_source_of_our_making_is_mirrored_as_it_is_about_to_be() {
    let mut pair = plain();
    pair.mirror.settings = Setting::ALL.into();
    pair.mirror.exact = true;
    pair.source.create = true;
    pair.tags = tags(&[("team", "orders")]);
    let mut world = bare(&pair);
    let destination = destination(&mut world, &pair);
    destination.ownership = Some(Ownership::ObjectWriter);
    destination.public_access_block = None;
    let (_, _, first) = planned(&world, &pair);
    assert!(first.steps().any(
        |s| matches!(&s.step, Step::PutPublicAccessBlock { at, .. } if *at == pair.destination.at())
    ));
    apply_and_settle(&mut world, &pair);
    assert_eq!(world.buckets[&pair.destination.at()].tags, pair.tags);
}

#[test]
fn what_was_mirrored_stays_when_the_pair_goes() {
    let (pair, mut world) = scene(false);
    apply_and_settle(&mut world, &pair);
    let before = destination(&mut world, &pair).clone();
    remove(&mut world, &pair);
    let after = destination(&mut world, &pair).clone();
    assert_eq!(
        (
            after.tags,
            after.lifecycle,
            after.cors,
            after.public_access_block
        ),
        (
            before.tags,
            before.lifecycle,
            before.cors,
            before.public_access_block
        )
    );
    assert!(after.policy.unwrap().contains("CrrMirror"));
    assert_eq!(world.ours(), Vec::<String>::new());
}
