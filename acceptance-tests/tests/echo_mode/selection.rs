//! Which buckets it is for.

use acceptance_tests::{LabError, Workdir};
use aws_sdk_s3::types::{Tag, Tagging};

use super::Scene;
use crate::ground::{replication, stands};

#[tokio::test]
async fn by_pattern_and_by_tag() -> Result<(), LabError> {
    let scene = Scene::new("select = { exclude = [\"logs-*\"], tags = { dr = \"true\" } }\ntarget_bucket = \"copy-of-{bucket}-in-{region}\"").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders", "invoices", "logs-a"]).await;
    let tag = async |bucket: &str, value: &str| {
        let tag = Tag::builder()
            .key("dr")
            .value(value)
            .build()
            .expect("a tag");
        let tags = Tagging::builder().tag_set(tag).build().expect("tags");
        let s3 = lab.admin_s3(east);
        s3.put_bucket_tagging()
            .bucket(bucket)
            .tagging(tags)
            .send()
            .await
            .expect("tagged");
    };
    tag("orders", "true").await;
    tag("logs-a", "true").await;
    scene.apply().await?;
    assert!(replication(lab, east, "orders").await.is_some());
    assert!(stands(lab, west, "copy-of-orders-in-us-east-1").await);
    for left_out in ["invoices", "logs-a"] {
        assert_eq!(replication(lab, east, left_out).await, None, "{left_out}");
    }
    let coverage = scene.coverage().await?;
    assert_eq!(
        (&coverage["protected"], &coverage["excluded"]),
        (&1.into(), &2.into())
    );

    tag("invoices", "true").await;
    assert_eq!(scene.workdir.plan_exit_code().await?, 2, "the tag appeared");
    scene.apply().await?;
    assert!(replication(lab, east, "invoices").await.is_some());

    tag("invoices", "false").await;
    scene.workdir.expect_empty_plan().await?;
    assert!(replication(lab, east, "invoices").await.is_some(), "keep");
    Ok(())
}

#[tokio::test]
async fn what_is_left_out_later_is_released_if_so_wanted() -> Result<(), LabError> {
    let scene = Scene::new("on_destroy = \"remove\"").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders", "logs-a"]).await;
    scene.apply().await?;
    scene.configure("on_destroy = \"remove\"\nselect = { exclude = [\"logs-*\"] }")?;
    scene.apply().await?;
    assert_eq!(replication(lab, east, "logs-a").await, None);
    assert!(replication(lab, east, "orders").await.is_some());
    Ok(())
}

#[tokio::test]
async fn a_name_that_the_template_makes_too_long_is_told_and_fails_nothing() -> Result<(), LabError>
{
    let scene = Scene::new("").await?;
    let long = "a".repeat(62);
    scene.buckets(&["orders", &long]).await;
    let applied = scene.workdir.apply().await?;
    assert!(applied.words().contains(&long), "{applied}");
    assert_eq!(scene.coverage().await?["conflicts"], 1);
    assert!(
        replication(&scene.lab, scene.lab.site("east"), "orders")
            .await
            .is_some()
    );
    Ok(())
}

#[tokio::test]
async fn one_name_on_both_sides_is_refused_before_anything_is_touched() -> Result<(), LabError> {
    let scene = Scene::new("target_bucket = \"{bucket}\"").await?;
    let plan = scene.workdir.plan().await?;
    assert_eq!(plan.code, 1, "{plan}");
    assert!(plan.words().contains("{bucket}-dr"), "{plan}");
    Ok(())
}

/// Each would otherwise make targets of the other's targets, and so on for ever.
#[tokio::test]
async fn one_echo_each_way_comes_to_an_end() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders"]).await;
    crate::ground::make_bucket(lab, west, "reports").await;
    let back = "\nresource \"crr_echo_mode\" \"back\" {\n  source = crr_site.west.name\n  target = crr_site.east.name\n}\n";
    let workdir: &Workdir = &scene.workdir;
    workdir.write("main.tf", &(super::text("west", "") + back))?;
    for _ in 0..2 {
        workdir.apply().await?;
    }
    workdir.expect_empty_plan().await?;
    for (site, bucket, there) in [
        (west, "orders-dr", true),
        (east, "reports-dr", true),
        (east, "orders-dr-dr", false),
        (west, "reports-dr-dr", false),
    ] {
        assert_eq!(stands(lab, site, bucket).await, there, "{bucket}");
    }
    Ok(())
}
