//! Settings of each bucket that its target is to have, too.

use acceptance_tests::LabError;
use aws_sdk_s3::types::{Tag, Tagging};

use super::Scene;
use crate::ground::{put, status};

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
