//! A bucket that stands under a target's name before the echo comes.

use acceptance_tests::LabError;
use aws_sdk_s3::types::{Tag, Tagging};

use super::Scene;
use crate::ground::{is_versioned, make_bucket, put, replication, status};

/// A template finds a target by its name alone; what is in there may be somebody's, and a lifecycle rule would expire it.
#[tokio::test]
async fn a_full_bucket_of_the_target_s_name_is_no_target_unasked() -> Result<(), LabError> {
    let scene = Scene::new("mirror_settings = [\"lifecycle\"]").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders", "invoices", "reports"]).await;
    for bucket in ["orders-dr", "invoices-dr"] {
        make_bucket(lab, west, bucket).await;
        put(lab, west, bucket, "theirs").await;
    }
    make_bucket(lab, west, "reports-dr").await;
    let applied = scene.workdir.apply().await?;
    let place = format!(
        "crr:echo-of = 111111111111/us-east-1@{}",
        east.endpoint.trim_start_matches("http://")
    );
    assert!(
        applied.words().contains("was there before")
            && applied.words().contains("adopt_targets = true")
            && applied.words().contains(&place),
        "{applied}"
    );
    scene.workdir.expect_empty_plan().await?;
    let coverage = scene.coverage().await?;
    assert_eq!(
        (&coverage["protected"], &coverage["conflicts"]),
        (&1.into(), &2.into())
    );
    for bucket in ["orders", "invoices"] {
        let target = format!("{bucket}-dr");
        assert!(!is_versioned(lab, west, &target).await, "left alone");
        assert!(replication(lab, east, bucket).await.is_none());
    }

    // The empty one was told whose copy it is. So it is still one when it is full and its rules are gone.
    put(lab, east, "reports", "k").await;
    assert_eq!(status(lab, west, "reports-dr", "k").await, "REPLICA");
    let s3 = lab.admin_s3(east);
    let gone = s3.delete_bucket_replication().bucket("reports").send();
    gone.await.expect("deleted");

    let given = Tag::builder()
        .key("crr:echo-of")
        .value(place.trim_start_matches("crr:echo-of = "))
        .build()
        .expect("a tag");
    let tags = Tagging::builder().tag_set(given).build().expect("tags");
    let s3 = lab.admin_s3(west);
    let tagged = s3.put_bucket_tagging().bucket("orders-dr").tagging(tags);
    tagged.send().await.expect("tagged");
    scene.apply().await?;
    assert!(replication(lab, east, "orders").await.is_some());
    assert!(replication(lab, east, "reports").await.is_some());
    assert!(replication(lab, east, "invoices").await.is_none());

    scene.configure("adopt_targets = true")?;
    scene.apply().await?;
    put(lab, east, "invoices", "k").await;
    assert_eq!(status(lab, west, "invoices-dr", "k").await, "REPLICA");
    Ok(())
}
