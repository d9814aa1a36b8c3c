//! Settings of each bucket that its target is to have, too.

use acceptance_tests::LabError;
use aws_sdk_s3::types::{PublicAccessBlockConfiguration, Tag, Tagging};

use super::Scene;
use crate::ground::{bucket_policy, put, status};

#[tokio::test]
async fn settings_are_mirrored_and_their_drift_is_named() -> Result<(), LabError> {
    let scene = Scene::new("mirror_settings = [\"tags\", \"lifecycle\"]").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders", "invoices"]).await;
    let tag = async |team: &str| {
        let tag = Tag::builder()
            .key("team")
            .value(team)
            .build()
            .expect("a tag");
        let tags = Tagging::builder().tag_set(tag).build().expect("tags");
        let s3 = lab.admin_s3(east);
        let tagged = s3
            .put_bucket_tagging()
            .bucket("orders")
            .tagging(tags)
            .send()
            .await;
        tagged.expect("tagged");
    };
    let team = async || {
        let tags = lab
            .admin_s3(west)
            .get_bucket_tagging()
            .bucket("orders-dr")
            .send()
            .await;
        let tags = tags.expect("tags").tag_set;
        tags.into_iter()
            .find(|tag| tag.key == "team")
            .map(|tag| tag.value)
    };
    tag("storage").await;
    scene.apply().await?;
    assert_eq!(team().await.as_deref(), Some("storage"));
    put(lab, east, "orders", "k").await;
    assert_eq!(status(lab, west, "orders-dr", "k").await, "REPLICA");

    tag("payments").await;
    let plan = scene.workdir.plan().await?;
    assert_eq!(plan.code, 2, "{plan}");
    assert!(
        plan.words().contains("drifted: destination.mirror.tags"),
        "{plan}"
    );
    scene.apply().await?;
    assert_eq!(team().await.as_deref(), Some("payments"));
    Ok(())
}

/// A copy that nobody looks at is the worse place to be public in by mistake.
#[tokio::test]
async fn no_target_is_opened_to_everybody_unasked() -> Result<(), LabError> {
    let settings = "mirror_settings = [\"public_access_block\", \"policy\"]";
    let scene = Scene::new(settings).await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders", "website"]).await;
    let open = PublicAccessBlockConfiguration::builder()
        .block_public_policy(false)
        .build();
    let s3 = lab.admin_s3(east);
    let opened = s3.put_public_access_block().bucket("website");
    let opened = opened.public_access_block_configuration(open);
    opened.send().await.expect("opened");
    let everybody = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Web","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::website/*"}]}"#;
    let written = s3.put_bucket_policy().bucket("website").policy(everybody);
    written.send().await.expect("written");

    let plan = scene.workdir.plan().await?;
    let words = plan.words();
    assert!(
        words.contains("targets of 1 bucket are not opened") && words.contains("- website"),
        "{plan}"
    );
    scene.apply().await?;
    let block = async || {
        let s3 = lab.admin_s3(west);
        let block = s3.get_public_access_block().bucket("website-dr").send();
        block
            .await
            .expect("a block")
            .public_access_block_configuration
    };
    assert_eq!(
        block().await.and_then(|b| b.block_public_policy),
        Some(true)
    );
    let policy = bucket_policy(lab, west, "website-dr").await;
    assert!(!policy.contains("Web"), "{policy}");

    scene.configure(&format!("{settings}\nmirror_public = true"))?;
    let plan = scene.workdir.plan().await?;
    let words = plan.words();
    assert!(
        words.contains("targets of 1 bucket will be open to everybody"),
        "{plan}"
    );
    scene.apply().await?;
    assert_ne!(
        block().await.and_then(|b| b.block_public_policy),
        Some(true)
    );
    let policy = bucket_policy(lab, west, "website-dr").await;
    assert!(policy.contains("website-dr/*"), "{policy}");

    scene.configure(settings)?;
    scene.apply().await?;
    assert_eq!(
        block().await.and_then(|b| b.block_public_policy),
        Some(true)
    );
    let policy = bucket_policy(lab, west, "website-dr").await;
    assert!(!policy.contains("Web"), "{policy}");
    Ok(())
}

/// The usual public bucket has no public-access block of its own. Its target is made with one, which would refuse the policy.
#[tokio::test]
async fn a_public_bucket_without_a_block_has_a_target_that_is_open_and_replicated_to()
-> Result<(), LabError> {
    let scene =
        Scene::new("mirror_settings = [\"public_access_block\", \"policy\"]\nmirror_public = true")
            .await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["website"]).await;
    let s3 = lab.admin_s3(east);
    let none = s3.delete_public_access_block().bucket("website").send();
    none.await.expect("taken off");
    let everybody = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Web","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::website/*"}]}"#;
    let written = s3.put_bucket_policy().bucket("website").policy(everybody);
    written.send().await.expect("written");
    scene.apply().await?;
    let policy = bucket_policy(lab, west, "website-dr").await;
    assert!(policy.contains("website-dr/*"), "{policy}");
    let block = lab
        .admin_s3(west)
        .get_public_access_block()
        .bucket("website-dr")
        .send()
        .await;
    assert!(block.is_err(), "{block:?}");
    put(lab, east, "website", "k").await;
    assert_eq!(status(lab, west, "website-dr", "k").await, "REPLICA");
    Ok(())
}
