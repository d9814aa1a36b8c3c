//! One bucket's failure neither stops nor hides the others.

use acceptance_tests::{Effect, Fault, LabError, When};

use super::Scene;
use crate::ground::{put, replication, status};

const BUCKETS: [&str; 4] = ["alpha", "beta", "gamma", "delta"];

fn refusal() -> Effect {
    Effect::Answer {
        status: 400,
        code: "InvalidRequest".to_owned(),
        message: "on purpose".to_owned(),
    }
}

#[tokio::test]
async fn one_fails_and_the_others_are_done() -> Result<(), LabError> {
    for operation in [
        "CreateBucket",
        "PutBucketVersioning",
        "PutBucketReplication",
        "GetBucketVersioning",
    ] {
        let scene = Scene::new("").await?;
        let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
        // First made with nothing to do, so that the failure is one of an update.
        scene.apply().await?;
        scene.buckets(&BUCKETS).await;
        let target = if operation == "CreateBucket" {
            "beta-dr"
        } else {
            "beta"
        };
        let fault = lab.inject(
            Fault::on(operation, refusal())
                .resource(target)
                .when(When::Every),
        );
        let failed = scene.workdir.try_apply().await?;
        assert!(
            failed.code == 1 && fault.hits() > 0,
            "{operation}: {failed}"
        );
        assert!(
            failed.words().contains("Bucket beta") && failed.words().contains("on purpose"),
            "{operation}: {failed}"
        );
        assert!(
            !failed.words().contains("Bucket alpha"),
            "{operation}: {failed}"
        );
        for bucket in ["alpha", "gamma", "delta"] {
            assert!(
                replication(lab, east, bucket).await.is_some(),
                "{operation}: {bucket}"
            );
        }
        let coverage = scene.coverage().await?;
        assert_eq!(
            (&coverage["protected"], &coverage["failed"]),
            (&3.into(), &1.into()),
            "{operation}"
        );
        assert_eq!(
            scene.workdir.plan_exit_code().await?,
            2,
            "{operation}: it is not forgotten"
        );
        drop(fault);
        lab.gateway().clear_faults();
        scene.apply().await?;
        put(lab, east, "beta", "k").await;
        assert_eq!(
            status(lab, west, "beta-dr", "k").await,
            "REPLICA",
            "{operation}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_listing_that_is_refused_is_an_error_and_nothing_is_touched() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders"]).await;
    let fault = scene
        .lab
        .inject(Fault::on("ListBuckets", Effect::AccessDenied).when(When::Every));
    let failed = scene.workdir.try_apply().await?;
    assert!(failed.code == 1 && fault.hits() > 0, "{failed}");
    assert!(failed.words().contains("ListAllMyBuckets"), "{failed}");
    assert_eq!(
        replication(&scene.lab, scene.lab.site("east"), "orders").await,
        None
    );
    Ok(())
}

/// Objects written between the two halves of a replacement would never replicate.
#[tokio::test]
async fn a_tainted_echo_that_removes_is_warned_of_before_it_is_replaced() -> Result<(), LabError> {
    let scene = Scene::new("on_destroy = \"remove\"").await?;
    let long = "a".repeat(62);
    scene.buckets(&["orders", &long]).await;
    let first = scene.workdir.plan().await?;
    assert!(!first.words().contains("untaint"), "{first}");
    assert_eq!(scene.workdir.try_apply().await?.code, 1);
    let plan = scene.workdir.plan().await?;
    assert!(
        plan.words().contains("already replicates 1 bucket") && plan.words().contains("untaint"),
        "{plan}"
    );
    scene.workdir.run(&["untaint", super::ECHO]).await?.ok()?;
    let plan = scene.workdir.plan().await?;
    assert!(!plan.words().contains("already replicates"), "{plan}");
    Ok(())
}
