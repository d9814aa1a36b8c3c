//! What the agent does not do: touch anything while it is paused, hurry after a failure, or drop what it has begun.

use std::time::Duration;

use acceptance_tests::{Effect, Fault, LabError, When};

use super::{applied, desk, desk_with, replicates};
use crate::ground::replication;

#[tokio::test]
async fn paused_it_looks_and_touches_nothing_and_resumed_it_has_missed_nothing()
-> Result<(), LabError> {
    let scene = applied("").await?;
    let mut desk = desk_with(&scene, |config| config["paused"] = true.into()).await?;
    scene.buckets(&["orders"]).await;
    scene.lab.reset_calls();
    let mut agent = desk.start(&["--interval", "200ms"]).await?;
    agent
        .until("the bucket is seen twice", async |agent: &_| {
            let metrics = agent.metrics().await?;
            Ok(metrics.sum("crr_looks_total", &[]) > 1.5
                && metrics.sum("crr_buckets", &[("status", "pending")]) > 0.5)
        })
        .await?;
    let (status, health) = agent.get("/healthz").await?;
    assert_eq!(status, 200, "{health}");
    agent.terminate().await?;
    let writes = scene.lab.calls().writes();
    assert!(writes.is_empty(), "{}", writes.lines());

    desk.configure("echo.json", &super::exported(&scene).await?)?;
    let mut agent = desk.start(&["--interval", "200ms"]).await?;
    agent.until_all_protected(1).await?;
    agent.terminate().await?;
    replicates(&scene, "orders", "k").await;
    Ok(())
}

#[tokio::test]
async fn a_bucket_that_fails_rests_longer_each_time_while_others_go_on() -> Result<(), LabError> {
    let scene = applied("").await?;
    let lab = &scene.lab;
    let denied = Fault::on("PutBucketReplication", Effect::AccessDenied);
    let fault = lab.inject(denied.resource("denied").when(When::Every));
    scene.buckets(&["denied"]).await;
    let desk = desk(&scene).await?;
    let mut agent = desk.start(&["--interval", "100ms"]).await?;
    // Polled ten times a second, and tried after about 1, 2 and 4 seconds.
    agent
        .until("three failures", async |agent: &_| {
            Ok(agent.metrics().await?.sum("crr_failures_total", &[]) > 2.5)
        })
        .await?;
    let metrics = agent.metrics().await?;
    let looks = metrics.sum("crr_whole_looks_total", &[]);
    assert!(looks > f64::from(fault.hits()), "{}", metrics.text());
    assert!(metrics.sum("crr_resting", &[]) > 0.5, "{}", metrics.text());
    let refused = [
        ("call", "s3:PutBucketReplication"),
        ("code", "AccessDenied"),
    ];
    assert!(
        metrics.sum("crr_api_failures_total", &refused) > 2.5,
        "{}",
        metrics.text()
    );
    scene.buckets(&["orders"]).await;
    agent
        .until("another is protected meanwhile", async |agent: &_| {
            Ok(agent.buckets("protected").await? > 0.5 && agent.buckets("failed").await? > 0.5)
        })
        .await?;
    lab.gateway().clear_faults();
    agent.until_all_protected(2).await?;
    agent.terminate().await?;
    Ok(())
}

#[tokio::test]
async fn told_to_stop_it_finishes_what_it_has_begun_and_begins_nothing() -> Result<(), LabError> {
    let scene = applied("").await?;
    let lab = &scene.lab;
    let held = lab.inject(Fault::on("PutBucketVersioning", Effect::PauseBefore).resource("orders"));
    scene.buckets(&["orders"]).await;
    let desk = desk(&scene).await?;
    let agent = desk
        .start(&["--interval", "200ms", "--grace", "1m"])
        .await?;
    held.reached(Duration::from_mins(1)).await?;
    agent.ask_to_stop();
    scene.buckets(&["late"]).await;
    held.release();
    let log = agent.terminate().await?;
    assert!(log.contains("\"stopped\""), "{log}");
    assert!(
        replication(lab, lab.site("east"), "orders").await.is_some(),
        "what was begun is done:\n{log}"
    );
    assert_eq!(
        replication(lab, lab.site("east"), "late").await,
        None,
        "and nothing else is"
    );
    Ok(())
}

#[tokio::test]
async fn what_hangs_is_broken_off_after_the_grace() -> Result<(), LabError> {
    let scene = applied("").await?;
    let held = Fault::on("PutBucketVersioning", Effect::PauseBefore).resource("orders");
    let held = scene.lab.inject(held.when(When::Every));
    scene.buckets(&["orders"]).await;
    let desk = desk(&scene).await?;
    let agent = desk
        .start(&["--interval", "200ms", "--grace", "100ms"])
        .await?;
    held.reached(Duration::from_mins(1)).await?;
    let log = agent.terminate().await?;
    assert!(log.contains("breaking off"), "{log}");
    held.release();
    desk.run(&["echo", "--once"]).await?.ok()?;
    replicates(&scene, "orders", "k").await;
    Ok(())
}
