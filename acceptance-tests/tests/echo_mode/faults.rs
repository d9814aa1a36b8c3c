//! One bucket's failure neither stops nor hides the others.

use acceptance_tests::{Effect, Fault, LabError, When};

use super::{Scene, text};
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
async fn a_tainted_echo_that_removes_hands_its_rules_over() -> Result<(), LabError> {
    let scene = Scene::new("on_destroy = \"remove\"").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders", "invoices", "broken"]).await;
    let denied = Fault::on("GetBucketReplication", Effect::AccessDenied);
    lab.inject(denied.resource("broken").when(When::Every));
    assert_eq!(scene.workdir.try_apply().await?.code, 1);
    lab.gateway().clear_faults();
    let before = replication(lab, east, "orders").await;
    assert!(before.is_some());

    scene
        .configure("on_destroy = \"remove\"\nselect = { exclude = [\"broken\", \"invoices\"] }")?;
    lab.reset_calls();
    let replaced = scene.workdir.apply().await?;
    assert!(
        replaced
            .words()
            .contains("rules stay while the echo is replaced"),
        "{replaced}"
    );
    let calls = lab.calls();
    let touched = calls.writes().lines();
    assert!(!touched.contains("orders"), "{touched}");
    assert_eq!(replication(lab, east, "orders").await, before);
    assert_eq!(
        replication(lab, east, "invoices").await,
        None,
        "what the new one does not want goes, once it stands"
    );
    scene.workdir.expect_empty_plan().await?;

    // Replaced on demand, and taken away for good.
    lab.reset_calls();
    let replace = format!("-replace={}", super::ECHO);
    let again = [
        "apply",
        "-auto-approve",
        "-no-color",
        "-input=false",
        &replace,
    ];
    scene.workdir.run(&again).await?.ok()?;
    assert!(lab.calls().writes().is_empty(), "{}", lab.calls().lines());
    scene.workdir.destroy().await?;
    assert_eq!(replication(lab, east, "orders").await, None);
    Ok(())
}

/// A tainted echo that is not made again goes with all that it made.
#[tokio::test]
async fn a_tainted_echo_that_is_destroyed_removes() -> Result<(), LabError> {
    let scene = Scene::new("on_destroy = \"remove\"").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders", "broken"]).await;
    let denied = Fault::on("GetBucketReplication", Effect::AccessDenied);
    lab.inject(denied.resource("broken").when(When::Every));
    assert_eq!(scene.workdir.try_apply().await?.code, 1);
    lab.gateway().clear_faults();
    assert!(replication(lab, east, "orders").await.is_some());
    scene.workdir.destroy().await?;
    assert_eq!(replication(lab, east, "orders").await, None);
    Ok(())
}

/// `create_before_destroy` makes the new one first, which has the same rules.
#[tokio::test]
async fn the_one_that_follows_keeps_its_rules() -> Result<(), LabError> {
    let arguments = "on_destroy = \"remove\"\nlifecycle {\n  create_before_destroy = true\n}";
    let scene = Scene::new(arguments).await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    lab.reset_calls();
    let replace = format!("-replace={}", super::ECHO);
    let again = [
        "apply",
        "-auto-approve",
        "-no-color",
        "-input=false",
        &replace,
    ];
    scene.workdir.run(&again).await?.ok()?;
    assert!(lab.calls().writes().is_empty(), "{}", lab.calls().lines());
    assert!(replication(lab, east, "orders").await.is_some());
    Ok(())
}

/// Both are of one run, and the echo's own plan has no change: without a word the apply would fail every object.
#[tokio::test]
async fn a_site_that_takes_the_role_from_its_echo_is_told_at_plan() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders", "payroll"]).await;
    scene.apply().await?;
    let all = "replication_role = { read = [\"*\"], write = [\"*\"] }";
    let written = text("west", "");
    let told = async |role: &str| -> Result<String, LabError> {
        // East's is the first.
        let changed = written.replacen(all, role, 1);
        scene.workdir.write("main.tf", &changed)?;
        let plan = scene.workdir.plan().await?;
        assert_eq!(plan.code, 2, "{plan}");
        Ok(plan.words())
    };
    let narrowed = "replication_role = { read = [\"*\"], write = [\"orders-*\"] }";
    let words = told(narrowed).await?;
    assert!(
        words.contains("takes from echo east->west the role for 1 bucket")
            && words.contains("- payroll: Role")
            && words.contains("replication_role.write"),
        "{words}"
    );
    let words = told("").await?;
    assert!(words.contains("the role for 2 buckets"), "{words}");
    let wide = "replication_role = { read = [\"*\"], write = [\"orders-*\", \"pay*\"] }";
    let words = told(wide).await?;
    assert!(!words.contains("takes from echo"), "{words}");
    Ok(())
}
