//! kill -9 in the middle of a sweep, Ctrl-C, and a service that throttles.

use std::time::Duration;

use acceptance_tests::{Effect, Fault, LabError, When};

use super::Scene;
use crate::ground::{put, status};

const LIMIT: Duration = Duration::from_mins(1);
const APPLY: [&str; 4] = ["apply", "-auto-approve", "-input=false", "-no-color"];
const BUCKETS: [&str; 3] = ["alpha", "beta", "gamma"];

/// Every bucket is protected, and every target is closed to the public.
async fn whole(scene: &Scene) -> Result<(), LabError> {
    scene.workdir.expect_empty_plan().await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    for bucket in BUCKETS {
        let target = format!("{bucket}-dr");
        put(lab, east, bucket, "k").await;
        assert_eq!(status(lab, west, &target, "k").await, "REPLICA", "{bucket}");
        let block = lab
            .admin_s3(west)
            .get_public_access_block()
            .bucket(&target)
            .send()
            .await;
        let block = block
            .expect("a block")
            .public_access_block_configuration()
            .cloned();
        assert_eq!(
            block.and_then(|block| block.restrict_public_buckets()),
            Some(true),
            "{bucket}"
        );
    }
    assert_eq!(scene.coverage().await?["protected"], 3);
    Ok(())
}

#[tokio::test]
async fn killed_at_each_kind_of_step_and_applied_again() -> Result<(), LabError> {
    for operation in [
        "CreateBucket",
        "PutPublicAccessBlock",
        "PutBucketVersioning",
        "PutBucketReplication",
    ] {
        let scene = Scene::new("").await?;
        scene.buckets(&BUCKETS).await;
        let pause = scene
            .lab
            .inject(Fault::on(operation, Effect::PauseAfter).when(When::Nth(2)));
        let running = scene.workdir.spawn(&APPLY)?;
        pause.reached(LIMIT).await?;
        running.kill();
        let ended = running.wait().await?;
        assert_ne!(ended.code, 0, "{operation}: {ended}");
        scene.lab.gateway().clear_faults();
        scene.workdir.apply().await?;
        whole(&scene).await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_interrupt_ends_it_and_the_next_apply_goes_on() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.apply().await?;
    scene.buckets(&BUCKETS).await;
    let held = scene
        .lab
        .inject(Fault::on("PutBucketReplication", Effect::PauseBefore));
    let running = scene.workdir.spawn(&APPLY)?;
    held.reached(LIMIT).await?;
    running.interrupt();
    let ended = running.wait().await?;
    assert_ne!(ended.code, 0, "{ended}");
    scene.lab.gateway().clear_faults();
    scene.workdir.apply().await?;
    whole(&scene).await
}

#[tokio::test]
async fn throttled_and_at_few_calls_a_second_it_still_finishes() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&BUCKETS).await;
    let mut sites = scene.lab.terraform_sites();
    for name in ["east", "west"] {
        sites[name]["calls_per_second"] = 50.into();
    }
    let variables = serde_json::json!({ "sites": sites }).to_string();
    scene.workdir.write("terraform.tfvars.json", &variables)?;
    for operation in [
        "GetBucketVersioning",
        "CreateBucket",
        "PutBucketReplication",
        "ListBuckets",
    ] {
        scene
            .lab
            .inject(Fault::on(operation, Effect::SlowDown).when(When::First(2)));
    }
    scene.workdir.apply().await?;
    whole(&scene).await
}
