//! What is there already is respected.

use acceptance_tests::LabError;

use super::{Scene, text};
use crate::ground::{
    configuration, make_role, put, replication, role_names, rule, set_replication, set_versioning,
    status, versioned_bucket, versions,
};

#[tokio::test]
async fn a_pair_to_the_same_target_is_left_alone() -> Result<(), LabError> {
    let scene = Scene::new("on_destroy = \"remove\"").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders", "invoices"]).await;
    let pair = "resource \"crr_pair\" \"orders\" {\n  source      = { site = \"east\", bucket = \"orders\" }\n  destination = { site = \"west\", bucket = \"orders-dr\", create = true }\n}\n";
    scene.workdir.write("main.tf", pair)?;
    scene.workdir.apply().await?;
    let before = replication(lab, east, "orders").await;
    scene
        .workdir
        .write("main.tf", &(text("west", "on_destroy = \"remove\"") + pair))?;
    scene.apply().await?;
    assert_eq!(replication(lab, east, "orders").await, before);
    let coverage = scene.coverage().await?;
    assert_eq!(
        (&coverage["protected"], &coverage["by_others"]),
        (&1.into(), &1.into())
    );
    scene.workdir.write("main.tf", pair)?;
    scene.apply().await?;
    assert_eq!(
        replication(lab, east, "orders").await,
        before,
        "also when the echo goes"
    );
    assert_eq!(replication(lab, east, "invoices").await, None);
    Ok(())
}

/// Rules within an account leave nothing on the target but the echo's tags.
#[tokio::test]
async fn a_pair_that_goes_with_its_bucket_does_not_take_a_target_along() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["alpha", "beta"]).await;
    let pair = "resource \"crr_pair\" \"alpha\" {\n  source      = { site = \"east\", bucket = \"alpha\" }\n  destination = { site = \"west\", bucket = \"beta-dr\", create = true, force_destroy = true }\n}\n";
    scene.workdir.write("main.tf", pair)?;
    scene.workdir.apply().await?;
    let echo = text("west", "select = { include = [\"beta\"] }");
    scene.workdir.write("main.tf", &(echo.clone() + pair))?;
    scene.apply().await?;
    put(lab, east, "beta", "k").await;
    assert_eq!(status(lab, west, "beta-dr", "k").await, "REPLICA");

    scene.workdir.write("main.tf", &echo)?;
    let plan = scene.workdir.plan().await?;
    let told = "Bucket beta-dr goes with pair";
    assert!(plan.words().contains(told), "{plan}");
    let applied = scene.workdir.apply().await?;
    let words = applied.words();
    assert!(
        words.contains("Bucket west:beta-dr stays") && words.contains("crr:copy-of = beta"),
        "{applied}"
    );
    assert_eq!(replication(lab, east, "alpha").await, None);
    assert_eq!(versions(lab, west, "beta-dr").await, (1, 0));
    put(lab, east, "beta", "late").await;
    assert_eq!(status(lab, west, "beta-dr", "late").await, "REPLICA");
    Ok(())
}

#[tokio::test]
async fn a_bucket_that_replicates_elsewhere_is_a_conflict_until_merged() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    let archive = versioned_bucket(lab, west, "archive").await;
    scene.buckets(&["orders", "invoices"]).await;
    let enabled = aws_sdk_s3::types::BucketVersioningStatus::Enabled;
    set_versioning(lab, east, "orders", enabled)
        .await
        .expect("versioned");
    let role = make_role(lab, east, "crr-theirs").await;
    let theirs = configuration(&role, vec![rule("theirs", 1, &archive)]);
    set_replication(lab, east, "orders", theirs.clone()).await;

    let applied = scene.workdir.apply().await?;
    assert!(
        applied
            .words()
            .contains("in conflict with what others made"),
        "{applied}"
    );
    scene.workdir.expect_empty_plan().await?;
    assert_eq!(replication(lab, east, "orders").await, Some(theirs.clone()));
    let coverage = scene.coverage().await?;
    assert_eq!(
        (&coverage["protected"], &coverage["conflicts"]),
        (&1.into(), &1.into())
    );
    assert!(
        coverage["exceptions"]["orders"]
            .as_str()
            .is_some_and(|why| why.contains(&archive))
    );

    scene.configure("on_destroy = \"remove\"")?;
    scene.apply().await?;
    scene.workdir.destroy().await?;
    assert_eq!(replication(lab, east, "orders").await, Some(theirs.clone()));
    assert_eq!(replication(lab, east, "invoices").await, None);

    scene.configure("merge = true\non_destroy = \"remove\"")?;
    scene.apply().await?;
    // The emulator replicates by the first rule alone, so the rules are looked at, and not an object.
    let both = replication(lab, east, "orders").await.expect("rules");
    assert_eq!(both.role(), role, "S3 takes one role a bucket");
    let to: Vec<_> = both
        .rules()
        .iter()
        .filter_map(|rule| Some(rule.destination()?.bucket()))
        .collect();
    assert!(
        to.contains(&"arn:aws:s3:::orders-dr") && to.len() == 2,
        "{to:?}"
    );
    let policies = lab
        .admin_iam(east)
        .list_role_policies()
        .role_name("crr-theirs")
        .send()
        .await
        .expect("listed");
    assert_eq!(
        policies.policy_names().len(),
        1,
        "its permissions go on their role"
    );
    scene.workdir.destroy().await?;
    assert_eq!(replication(lab, east, "orders").await, Some(theirs));
    assert_eq!(role_names(lab, east).await, ["crr-theirs"]);
    let left = lab
        .admin_iam(east)
        .list_role_policies()
        .role_name("crr-theirs")
        .send()
        .await
        .expect("listed");
    assert!(left.policy_names().is_empty(), "{left:?}");
    Ok(())
}
