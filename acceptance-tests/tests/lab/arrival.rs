//! Objects put on a pair made by hand arrive, once, with their status.

use acceptance_tests::{Lab, Site};

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
