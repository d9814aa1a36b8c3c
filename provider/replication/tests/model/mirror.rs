//! What the destination has because the source has it.

use replication::facet::differences;
use replication::mirror::MirroredLifecycle;
use replication::{
    Encryption, Mirror, Ownership, Pair, PublicAccessBlock, Seen, Setting, Step, plan,
};

use crate::apply::{apply_and_settle, assert_settled, look, planned, remove};
use crate::generate::{STATEMENT, bare, cors, crossing, key, lifecycle, plain, side};
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

#[test]
fn kms_is_mirrored_with_the_destinations_own_key() {
    let (mut pair, mut world) = scene(false);
    pair.mirror.settings = [Setting::Encryption].into();
    let of_source = key(&pair.source);
    world.buckets.get_mut(&pair.source.at()).unwrap().encryption =
        Encryption::with_key(Some(&of_source));
    let (_, _, plan) = planned(&world, &pair);
    let errors: Vec<_> = plan.problems.iter().filter(|p| p.is_error()).collect();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    assert_eq!(errors[0].at, ["destination", "kms_key_arn"]);

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
    world
        .buckets
        .get_mut(&pair.source.at())
        .unwrap()
        .public_access_block = None;
    pair.destination.created = true;
    apply_and_settle(&mut world, &pair);
    assert_eq!(
        destination(&mut world, &pair).public_access_block,
        Some(PublicAccessBlock::ALL)
    );
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

#[test]
fn a_setting_of_the_source_that_was_not_seen_changes_nothing() {
    let (pair, mut world) = scene(true);
    apply_and_settle(&mut world, &pair);
    let mut observed = look(&world, &pair, &pair.reads());
    let source = observed.buckets.get_mut(&pair.source.at()).unwrap();
    source.lifecycle = Seen::Denied {
        action: "s3:GetLifecycleConfiguration".to_owned(),
        message: "no".to_owned(),
    };
    source.cors = Seen::NotLooked;
    let desired = pair.desired(&observed);
    let plan = plan(&desired, &observed);
    assert!(plan.has_errors());
    assert_eq!(plan.describe(), "");
}

type Change = fn(&mut Bucket);

#[test]
fn each_drift_of_a_mirrored_setting_is_one_facet_and_one_step() {
    let (pair, mut settled) = scene(true);
    apply_and_settle(&mut settled, &pair);
    let drifts: [(&str, &str, Change); 8] = [
        ("tags", "tag bucket", |b| {
            b.tags.insert("team".to_owned(), "x".to_owned());
        }),
        ("lifecycle", "write the lifecycle configuration of", |b| {
            b.lifecycle = Some(lifecycle(&["logs"], 30));
        }),
        (
            "lifecycle_minimum_size",
            "write the lifecycle configuration of",
            |b| {
                b.lifecycle.as_mut().unwrap().minimum_size = None;
            },
        ),
        ("cors", "write the CORS configuration of", |b| b.cors = None),
        ("encryption", "set default encryption of", |b| {
            b.encryption.bucket_key = false;
        }),
        ("ownership", "set object ownership of", |b| {
            b.ownership = Some(Ownership::ObjectWriter);
        }),
        (
            "public_access_block",
            "set the public-access block of",
            |b| {
                b.public_access_block = Some(PublicAccessBlock::ALL);
            },
        ),
        ("policy.Odd", "write the bucket policy of", |b| {
            let text = b.policy.take().unwrap();
            b.policy = Some(text.replace(
                "\"Statement\":[",
                "\"Statement\":[{\"Sid\":\"Odd\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"},",
            ));
        }),
    ];
    for (facet, step, change) in drifts {
        let mut world = settled.clone();
        change(destination(&mut world, &pair));
        let (desired, observed, plan) = planned(&world, &pair);
        let found: Vec<String> = differences(&desired, &observed)
            .into_iter()
            .map(|d| d.facet)
            .collect();
        assert_eq!(found, [format!("destination.mirror.{facet}")]);
        let steps: Vec<String> = plan.steps().map(|s| s.step.to_string()).collect();
        assert!(
            steps.len() == 1 && steps[0].starts_with(step),
            "{facet}: {steps:?}"
        );
        apply_and_settle(&mut world, &pair);
        assert_eq!(world.settled(), settled.settled(), "{facet}");
    }
}

#[test]
fn the_order_in_which_a_document_says_things_is_no_drift() {
    let (pair, mut world) = scene(false);
    apply_and_settle(&mut world, &pair);
    let destination = destination(&mut world, &pair);
    let turned = "<LifecycleConfiguration><Rule><Status>Enabled</Status><Expiration><Days>30</Days></Expiration><Filter><Prefix>tmp/</Prefix></Filter><ID>tmp</ID></Rule><Rule><Filter><Prefix>logs/</Prefix></Filter><ID>logs</ID><Expiration><Days>30</Days></Expiration><Status>Enabled</Status></Rule></LifecycleConfiguration>";
    destination.lifecycle.as_mut().unwrap().xml = turned.to_owned();
    let xml = destination.cors.as_mut().unwrap();
    *xml = xml.replace(
        "<AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>",
        "<AllowedMethod>PUT</AllowedMethod>\n<AllowedMethod>GET</AllowedMethod>",
    );
    assert_settled(&world, &pair);
}

#[test]
fn a_lifecycle_that_cannot_be_read_is_not_overwritten() {
    let (pair, mut world) = scene(false);
    destination(&mut world, &pair)
        .lifecycle
        .as_mut()
        .unwrap()
        .xml = "<Lifecycle".to_owned();
    let (_, _, plan) = planned(&world, &pair);
    assert!(plan.has_errors());
    assert!(
        !plan
            .steps()
            .any(|s| matches!(s.step, Step::PutLifecycle { .. }))
    );
    let mirrored = MirroredLifecycle {
        source: Some(lifecycle(&["logs"], 1)),
        exact: false,
    };
    let found = lifecycle(&["tmp"], 1);
    assert!(mirrored.merged(Some(&found)).is_ok());
    let third = side(pair.source.site, "third").at();
    assert!(world.buckets[&third].lifecycle.is_none());
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
