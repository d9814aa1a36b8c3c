//! Import by id and by identity, of what we made and of what somebody made by hand.

use acceptance_tests::{Engine, LabError, Workdir};

use super::Scene;
use crate::ground::{configuration, make_role, rule, set_replication, set_versioning};

#[tokio::test]
async fn by_id_and_the_plan_is_empty() -> Result<(), LabError> {
    let scene = Scene::existing("vault", "direction = \"two_way\"").await?;
    scene.apply().await?;
    let before = scene.workdir.resource("crr_pair.orders").await?;
    std::fs::remove_file(scene.workdir.state_file()).expect("the state is lost");
    scene
        .workdir
        .import("crr_pair.orders", &scene.id())
        .await?
        .ok()?;
    scene.workdir.expect_empty_plan().await?;
    let after = scene.workdir.resource("crr_pair.orders").await?;
    assert_eq!(after["id"], before["id"]);
    assert_eq!(after["facets"], before["facets"]);
    Ok(())
}

#[tokio::test]
async fn what_was_made_by_hand() -> Result<(), LabError> {
    let scene = Scene::existing("west", "delete_markers = true\nrules = { all = {} }").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    for (site, bucket) in [(east, &scene.source), (west, &scene.destination)] {
        set_versioning(
            lab,
            site,
            bucket,
            aws_sdk_s3::types::BucketVersioningStatus::Enabled,
        )
        .await
        .expect("versioned");
    }
    let role = make_role(lab, east, "crr-by-hand").await;
    set_replication(
        lab,
        east,
        &scene.source,
        configuration(&role, vec![rule("all", 1, &scene.destination)]),
    )
    .await;
    scene
        .workdir
        .import("crr_pair.orders", &scene.id())
        .await?
        .ok()?;
    let plan = scene.workdir.plan().await?;
    assert!(
        plan.code == 0 || plan.code == 2,
        "an empty or a readable plan: {plan}"
    );
    assert!(!plan.words().contains("must be replaced"), "{plan}");
    Ok(())
}

#[tokio::test]
async fn each_rule_keeps_its_storage_class() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    for (site, bucket) in [(east, &scene.source), (west, &scene.destination)] {
        let enabled = aws_sdk_s3::types::BucketVersioningStatus::Enabled;
        set_versioning(lab, site, bucket, enabled)
            .await
            .expect("versioned");
    }
    let role = make_role(lab, east, "crr-by-hand").await;
    let mut cold = rule("cold", 1, &scene.destination);
    cold.destination = cold.destination.map(|mut to| {
        to.storage_class = Some(aws_sdk_s3::types::StorageClass::StandardIa);
        to
    });
    cold.filter = Some(
        aws_sdk_s3::types::ReplicationRuleFilter::builder()
            .prefix("cold/")
            .build(),
    );
    let warm = rule("warm", 2, &scene.destination);
    set_replication(
        lab,
        east,
        &scene.source,
        configuration(&role, vec![cold, warm]),
    )
    .await;
    scene.workdir.write(
        "main.tf",
        &format!(
            "import {{\n  to = crr_pair.orders\n  id = \"{}\"\n}}\n",
            scene.id()
        ),
    )?;
    let plan = scene
        .workdir
        .run(&[
            "plan",
            "-input=false",
            "-no-color",
            "-generate-config-out=made.tf",
        ])
        .await?;
    assert!(
        plan.words()
            .contains("1 to import, 0 to add, 0 to change, 0 to destroy"),
        "{plan}"
    );
    Ok(())
}

#[tokio::test]
async fn by_identity_under_the_newest_terraform() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    scene.apply().await?;
    let text = format!(
        "{}\nimport {{\n  to = crr_pair.orders\n  identity = {{\n    source_site        = \"east\"\n    source_bucket      = \"{}\"\n    \
         destination_site   = \"west\"\n    destination_bucket = \"{}\"\n  }}\n}}\n",
        scene.text("", "", ""),
        scene.source,
        scene.destination,
    );
    let workdir = Workdir::in_lab_with(Engine::library()?, &scene.lab, &text).await?;
    let plan = workdir.plan().await?;
    assert!(
        plan.words()
            .contains("1 to import, 0 to add, 0 to change, 0 to destroy"),
        "{plan}"
    );
    workdir.apply().await?;
    workdir.expect_empty_plan().await
}

#[tokio::test]
async fn an_id_that_is_none() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    for id in [
        "orders",
        "east:orders",
        "east:orders->west",
        "nowhere:orders->west:orders-dr",
    ] {
        let import = scene.workdir.import("crr_pair.orders", id).await?;
        assert_eq!(import.code, 1, "{id}: {import}");
    }
    let absent = scene.workdir.import("crr_pair.orders", &scene.id()).await?;
    assert_eq!(absent.code, 1, "nothing replicates there: {absent}");
    Ok(())
}
