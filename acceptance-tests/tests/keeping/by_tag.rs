//! Buckets that are tagged for it, with events from a queue and without.

use acceptance_tests::{Lab, LabError};
use aws_sdk_s3::types::{Tag, Tagging};

use super::{applied, desk, replicates};
use crate::echo_mode::Scene;
use crate::ground::replication;

const SELECT: &str = "select = { tags = { dr = \"true\" } }";

async fn tag(lab: &Lab, bucket: &str, value: Option<&str>) {
    let s3 = lab.admin_s3(lab.site("east"));
    let Some(value) = value else {
        let deleted = s3.delete_bucket_tagging().bucket(bucket).send().await;
        deleted.expect("untagged");
        return;
    };
    let tag = Tag::builder()
        .key("dr")
        .value(value)
        .build()
        .expect("a tag");
    let tags = Tagging::builder().tag_set(tag).build().expect("tags");
    let put = s3.put_bucket_tagging().bucket(bucket).tagging(tags);
    put.send().await.expect("tagged");
}

/// The tag appears, the replication is deleted by hand, the tag goes.
async fn follows_the_tag(scene: &Scene, arguments: &[&str]) -> Result<(), LabError> {
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders", "invoices"]).await;
    let desk = desk(scene).await?;
    let mut agent = desk.start(arguments).await?;
    agent
        .until("two buckets left out", async |agent: &_| {
            Ok(agent.buckets("excluded").await? > 1.5)
        })
        .await?;
    assert_eq!(replication(lab, east, "orders").await, None);

    tag(lab, "orders", Some("true")).await;
    agent.until_all_protected(1).await?;
    replicates(scene, "orders", "tagged").await;

    lab.admin_s3(east)
        .delete_bucket_replication()
        .bucket("orders")
        .send()
        .await
        .expect("deleted");
    agent
        .until("the replication back", async |_: &_| {
            Ok(replication(lab, east, "orders").await.is_some())
        })
        .await?;
    replicates(scene, "orders", "mended").await;

    // An agent protects, and takes nothing away: what it is no longer for keeps replicating.
    tag(lab, "orders", None).await;
    agent
        .until("both left out", async |agent: &_| {
            Ok(agent.buckets("excluded").await? > 1.5 && agent.buckets("protected").await? < 0.5)
        })
        .await?;
    replicates(scene, "orders", "untagged").await;
    assert_eq!(replication(lab, east, "invoices").await, None);
    agent.terminate().await?;
    Ok(())
}

#[tokio::test]
async fn by_polling() -> Result<(), LabError> {
    let scene = applied(SELECT).await?;
    follows_the_tag(&scene, &["--interval", "200ms"]).await
}

#[tokio::test]
async fn by_events() -> Result<(), LabError> {
    let scene = applied(&format!("{SELECT}\ntrigger = {{ look_every = null }}")).await?;
    // No look at the whole site in the time of the test: it is the events that wake.
    follows_the_tag(&scene, &["--look-every", "1h"]).await?;
    let told = scene.lab.gateway().told();
    assert!(told.sent > 3 && told.refused.is_empty(), "{told:?}");
    Ok(())
}

#[tokio::test]
async fn by_events_of_tags_that_the_console_writes() -> Result<(), LabError> {
    let scene = applied(&format!("{SELECT}\ntrigger = {{ look_every = null }}")).await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders"]).await;
    let desk = desk(&scene).await?;
    let mut agent = desk.start(&["--look-every", "1h"]).await?;
    agent
        .until("a bucket left out", async |agent: &_| {
            Ok(agent.buckets("excluded").await? > 0.5)
        })
        .await?;
    lab.tag_resource(east, "orders", "dr", Some("true")).await?;
    agent.until_all_protected(1).await?;
    replicates(&scene, "orders", "tagged").await;
    lab.tag_resource(east, "orders", "dr", None).await?;
    agent
        .until("it is left out", async |agent: &_| {
            Ok(agent.buckets("excluded").await? > 0.5)
        })
        .await?;
    agent.terminate().await?;
    Ok(())
}

#[tokio::test]
async fn what_lost_its_tag_keeps_replicating_until_the_echo_is_destroyed() -> Result<(), LabError> {
    let scene = applied(&format!("{SELECT}\non_destroy = \"remove\"")).await?;
    scene.buckets(&["orders"]).await;
    tag(&scene.lab, "orders", Some("true")).await;
    let desk = desk(&scene).await?;
    let once = desk.run(&["echo", "--once"]).await?;
    assert_eq!(once.code, 0, "{once}");
    replicates(&scene, "orders", "k").await;
    tag(&scene.lab, "orders", None).await;
    // Neither an agent nor an apply of the same configuration takes a protection away: a tag is lost by mistake, too.
    scene.workdir.apply().await?;
    replicates(&scene, "orders", "untagged").await;
    scene.workdir.destroy().await?;
    let east = scene.lab.site("east");
    assert_eq!(replication(&scene.lab, east, "orders").await, None);
    Ok(())
}
