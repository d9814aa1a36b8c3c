//! Objects put on a pair made by hand arrive, once, with their status.

use acceptance_tests::{Lab, Site};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types as t;

use super::{configuration, make_role, replicate, rule, versioned_bucket};
use crate::ground::{put, status, versions};

async fn allow(lab: &Lab, site: &Site, bucket: &str, role: &str) {
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{role}"}},"Action":["s3:ReplicateObject","s3:ReplicateDelete","s3:ReplicateTags"],"Resource":"arn:aws:s3:::{bucket}/*"}}]}}"#
    );
    lab.admin_s3(site)
        .put_bucket_policy()
        .bucket(bucket)
        .policy(policy)
        .send()
        .await
        .expect("the policy is put");
}

#[tokio::test]
async fn one_way_in_one_account() {
    let lab = Lab::start().await.unwrap();
    let (east, west) = (lab.site("east"), lab.site("west"));
    let source = versioned_bucket(&lab, east, "orders").await;
    let destination = versioned_bucket(&lab, west, "orders-dr").await;
    let role = make_role(&lab, east, "crr-one-way").await;
    replicate(
        &lab,
        east,
        &source,
        configuration(&role, vec![rule("all", 1, &destination)]),
    )
    .await
    .unwrap();

    put(&lab, east, &source, "there").await;
    assert_eq!(status(&lab, east, &source, "there").await, "COMPLETED");
    assert_eq!(status(&lab, west, &destination, "there").await, "REPLICA");

    put(&lab, west, &destination, "not-back").await;
    assert_eq!(status(&lab, west, &destination, "not-back").await, "none");
    assert_eq!(status(&lab, east, &source, "not-back").await, "404");
}

#[tokio::test]
async fn two_way_across_accounts_once_and_without_loops() {
    let lab = Lab::start().await.unwrap();
    let (east, vault) = (lab.site("east"), lab.site("vault"));
    let here = versioned_bucket(&lab, east, "orders").await;
    let there = versioned_bucket(&lab, vault, "orders-dr").await;
    let outward = make_role(&lab, east, "crr-outward").await;
    let homeward = make_role(&lab, vault, "crr-homeward").await;
    replicate(
        &lab,
        east,
        &here,
        configuration(&outward, vec![rule("out", 1, &there)]),
    )
    .await
    .unwrap();
    replicate(
        &lab,
        vault,
        &there,
        configuration(&homeward, vec![rule("home", 1, &here)]),
    )
    .await
    .unwrap();

    put(&lab, east, &here, "refused").await;
    assert_eq!(
        status(&lab, east, &here, "refused").await,
        "FAILED",
        "no bucket policy lets the role in yet"
    );

    allow(&lab, vault, &there, &outward).await;
    allow(&lab, east, &here, &homeward).await;
    put(&lab, east, &here, "out").await;
    put(&lab, vault, &there, "home").await;
    assert_eq!(status(&lab, east, &here, "out").await, "COMPLETED");
    assert_eq!(status(&lab, vault, &there, "out").await, "REPLICA");
    assert_eq!(status(&lab, vault, &there, "home").await, "COMPLETED");
    assert_eq!(status(&lab, east, &here, "home").await, "REPLICA");
    assert_eq!(
        versions(&lab, east, &here).await,
        (3, 0),
        "each object once, nothing came back"
    );
    assert_eq!(versions(&lab, vault, &there).await, (2, 0));

    lab.admin_s3(east)
        .delete_object()
        .bucket(&here)
        .key("out")
        .send()
        .await
        .expect("a delete marker");
    assert_eq!(versions(&lab, east, &here).await, (3, 1));
    assert_eq!(
        versions(&lab, vault, &there).await,
        (2, 1),
        "the marker arrived once"
    );
}

/// For each destination the rule of the highest priority decides, whatever the order of the document.
#[tokio::test]
async fn every_destination_of_the_rules_by_priority() {
    let lab = Lab::start().await.unwrap();
    let (east, west) = (lab.site("east"), lab.site("west"));
    let source = versioned_bucket(&lab, east, "orders").await;
    let near = versioned_bucket(&lab, west, "near").await;
    let archive = versioned_bucket(&lab, west, "archive").await;
    let role = make_role(&lab, east, "crr-fan-out").await;
    let mut high = rule("high", 9, &near);
    if let Some(destination) = &mut high.destination {
        destination.storage_class = Some(t::StorageClass::StandardIa);
    }
    high.delete_marker_replication = Some(
        t::DeleteMarkerReplication::builder()
            .status(t::DeleteMarkerReplicationStatus::Disabled)
            .build(),
    );
    let rules = vec![rule("low", 1, &near), high, rule("other", 2, &archive)];
    replicate(&lab, east, &source, configuration(&role, rules))
        .await
        .unwrap();

    let put = lab.admin_s3(east).put_object().bucket(&source).key("k");
    put.body(ByteStream::from_static(b"x"))
        .tagging("dr=true")
        .send()
        .await
        .expect("the object is put");
    assert_eq!(status(&lab, east, &source, "k").await, "COMPLETED");
    let s3 = lab.admin_s3(west);
    for (bucket, class) in [(&near, Some("STANDARD_IA")), (&archive, None)] {
        let head = s3.head_object().bucket(bucket).key("k").send().await;
        let head = head.expect("it arrived");
        assert_eq!(
            head.storage_class().map(t::StorageClass::as_str),
            class,
            "{bucket}"
        );
        let tags = s3.get_object_tagging().bucket(bucket).key("k").send().await;
        assert_eq!(tags.expect("tags").tag_set().len(), 1, "{bucket}");
    }
    let delete = lab.admin_s3(east).delete_object().bucket(&source).key("k");
    delete.send().await.expect("a delete marker");
    assert_eq!(
        versions(&lab, west, &near).await,
        (1, 0),
        "its rule says no"
    );
    assert_eq!(versions(&lab, west, &archive).await, (1, 1));
}
