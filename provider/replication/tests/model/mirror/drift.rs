//! What differs and what does not, and what nobody could see.

use replication::facet::differences;
use replication::mirror::MirroredLifecycle;
use replication::{Ownership, PublicAccessBlock, Seen, Step, plan};

use super::{destination, scene};
use crate::apply::{apply_and_settle, assert_settled, look, planned};
use crate::generate::{lifecycle, side};
use crate::world::Bucket;

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
