//! A tag protects a bucket.

use acceptance_tests::agent::Desk;
use acceptance_tests::{Lab, LabError, Site};
use aws_sdk_s3::types as t;
use serde_json::json;

use super::kms::key;
use super::{arrives, scenario};
use crate::ground::{make_bucket, replication, rule_ids, stands};

async fn tag(lab: &Lab, site: &Site, bucket: &str) {
    let tag = |key: &str, value: &str| t::Tag::builder().key(key).value(value).build();
    let tags = t::Tagging::builder()
        .tag_set(tag("dr", "true").expect("a tag"))
        .tag_set(tag("team", "books").expect("a tag"))
        .build();
    let put = lab.admin_s3(site).put_bucket_tagging().bucket(bucket);
    let put = put.tagging(tags.expect("tags")).send().await;
    put.expect("the bucket is tagged");
}

#[tokio::test]
async fn with_the_tag_comes_the_copy_and_deleted_replication_comes_back() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    for bucket in ["orders", "invoices", "scratch"] {
        make_bucket(&lab, east, bucket).await;
    }
    tag(&lab, east, "orders").await;
    let workdir = scenario(&lab, "tag-driven", json!({})).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    arrives(&lab, (east, "orders"), (west, "orders-dr"), "by-apply").await;
    let tags = lab.admin_s3(west).get_bucket_tagging().bucket("orders-dr");
    let tags = tags.send().await.expect("tags");
    assert!(
        tags.tag_set().iter().any(|tag| tag.value() == "books"),
        "its settings go with it: {tags:?}"
    );

    let config = workdir.output().await?["agent_config"]["value"].clone();
    let desk = Desk::of(&lab, config.as_str().expect("a configuration"))?;
    // No look at the whole site in the time of the test: it is the events that wake.
    let mut agent = desk.start(&["--look-every", "1h"]).await?;
    tag(&lab, east, "invoices").await;
    agent.until_all_protected(2).await?;
    arrives(&lab, (east, "invoices"), (west, "invoices-dr"), "by-tag").await;

    let deleted = lab.admin_s3(east).delete_bucket_replication();
    let deleted = deleted.bucket("orders").send().await;
    deleted.expect("deleted");
    agent
        .until("the rules are back", async |_| {
            Ok(!rule_ids(&lab, east, "orders").await.is_empty())
        })
        .await?;
    arrives(&lab, (east, "orders"), (west, "orders-dr"), "again").await;
    agent.terminate().await?;
    assert!(!stands(&lab, west, "scratch-dr").await);
    assert!(rule_ids(&lab, east, "scratch").await.is_empty());
    Ok(())
}

#[tokio::test]
async fn under_kms_keys_each_copy_has_the_key_of_its_region() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let keys = (key(&lab, east).await, key(&lab, west).await);
    make_bucket(&lab, east, "payroll").await;
    tag(&lab, east, "payroll").await;
    let variables = json!({ "keys": { "east": keys.0, "west": keys.1 } });
    let workdir = scenario(&lab, "tag-driven", variables).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    arrives(&lab, (east, "payroll"), (west, "payroll-dr"), "k").await;
    let rules = replication(&lab, east, "payroll").await.expect("rules");
    let named = rules.rules[0]
        .destination()
        .and_then(|to| to.encryption_configuration())
        .and_then(|it| it.replica_kms_key_id());
    assert_eq!(named, Some(keys.1.as_str()));
    Ok(())
}
