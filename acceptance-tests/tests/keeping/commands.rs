//! `crr status`, `crr wait` and `crr echo --once`: for people and for scripts.

use std::time::Duration;

use acceptance_tests::agent::Desk;
use acceptance_tests::{Effect, Fault, LabError, When, Workdir};
use serde_json::Value;

use super::{applied, desk, desk_with};
use crate::ground::replication;

#[tokio::test]
async fn status_says_how_they_stand_and_once_protects_them() -> Result<(), LabError> {
    let scene = applied("select = { exclude = [\"logs-*\"] }").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders", "payroll", "logs-1"]).await;
    let desk = desk(&scene).await?;
    lab.reset_calls();
    let status = desk.run(&["status", "--output", "json"]).await?.ok()?;
    assert!(lab.calls().writes().is_empty(), "{}", lab.calls().lines());
    let status: Value = serde_json::from_str(&status.stdout).expect("JSON");
    let echo = &status["echoes"][0];
    assert_eq!(echo["echo"], "east->west");
    assert_eq!(echo["counts"]["pending"], 2);
    assert_eq!(echo["counts"]["excluded"], 1);
    let table = desk.run(&["status"]).await?.ok()?;
    assert!(
        table.stdout.contains("payroll: pending"),
        "the exceptions are named: {table}"
    );

    let denied = Fault::on("PutBucketReplication", Effect::AccessDenied);
    let fault = lab.inject(denied.resource("payroll").when(When::Every));
    let once = desk.run(&["echo", "--once"]).await?;
    assert_eq!(once.code, 1, "{once}");
    assert!(
        once.stderr.contains("payroll") && once.stderr.contains("s3:PutReplicationConfiguration"),
        "the name and the remedy: {once}"
    );
    assert!(fault.hits() > 0);
    assert!(
        replication(lab, east, "orders").await.is_some(),
        "others are done"
    );
    lab.gateway().clear_faults();
    desk.run(&["echo", "--once"]).await?.ok()?;
    assert!(replication(lab, east, "payroll").await.is_some());
    lab.reset_calls();
    desk.run(&["echo", "--once"]).await?.ok()?;
    assert!(lab.calls().writes().is_empty(), "{}", lab.calls().lines());
    Ok(())
}

#[tokio::test]
async fn on_a_terminal_people_see_how_far_it_is() -> Result<(), LabError> {
    let scene = applied("").await?;
    scene.buckets(&["orders"]).await;
    let desk = desk(&scene).await?;
    let once = desk.run_on_a_terminal(&["echo", "--once"]).await?.ok()?;
    assert!(
        once.stdout.contains("/1 buckets") && once.stdout.contains("a bucket is protected"),
        "a bar, and lines beside it: {once}"
    );
    assert!(!once.stdout.contains("{\""), "no JSON for people: {once}");
    Ok(())
}

#[tokio::test]
async fn wait_ends_when_the_bucket_is_protected_or_says_why_not() -> Result<(), LabError> {
    let scene = applied("select = { exclude = [\"logs-*\"] }").await?;
    let desk = desk(&scene).await?;
    let missing = desk.run(&["wait", "orders", "--timeout", "1s"]).await?;
    assert_eq!(missing.code, 1, "{missing}");
    assert!(missing.stderr.contains("no such bucket"), "{missing}");
    let excluded = desk.run(&["wait", "logs-1", "--timeout", "1h"]).await?;
    assert_eq!(excluded.code, 1, "it does not wait for nothing: {excluded}");
    assert!(excluded.stderr.contains("logs-*"), "{excluded}");
    scene.buckets(&["orders"]).await;
    let pending = desk.run(&["wait", "orders", "--timeout", "1s"]).await?;
    assert!(pending.stderr.contains("not replicated yet"), "{pending}");

    let waiting = desk.run(&["wait", "orders", "--timeout", "2m"]);
    let working = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        desk.run(&["echo", "--once"]).await
    };
    let (waited, worked) = tokio::join!(waiting, working);
    worked?.ok()?;
    waited?.ok()?;
    Ok(())
}

#[tokio::test]
async fn a_configuration_that_cannot_be_is_told_before_anything_is_done() -> Result<(), LabError> {
    let scene = applied("").await?;
    let desk = desk_with(&scene, |config| config["target_bucket"] = "copy".into()).await?;
    scene.lab.reset_calls();
    let refused = desk.run(&["echo", "--once"]).await?;
    assert_eq!(refused.code, 1, "{refused}");
    assert!(
        refused.stderr.contains("target_bucket") && refused.stderr.contains("{bucket}"),
        "{refused}"
    );
    assert!(
        scene.lab.calls().is_empty(),
        "{}",
        scene.lab.calls().lines()
    );
    Ok(())
}

#[tokio::test]
async fn without_its_role_no_bucket_is_touched() -> Result<(), LabError> {
    let scene = applied("").await?;
    scene.buckets(&["orders"]).await;
    let role = "arn:aws:iam::111111111111:role/crr/crr-site-nobody";
    let desk = desk_with(&scene, |config| config["source_role"] = role.into()).await?;
    scene.lab.reset_calls();
    let mut agent = desk.start(&["--interval", "200ms"]).await?;
    agent
        .until("the missing role is told", async |agent: &_| {
            let health = agent.get("/healthz").await?;
            let told = health.1.contains(role);
            Ok(told && health.0 == 503 && agent.buckets("pending").await? > 0.5)
        })
        .await?;
    assert_eq!(agent.get("/livez").await?.0, 200, "no start mends that");
    let writes = scene.lab.calls().writes();
    assert!(writes.is_empty(), "{}", writes.lines());
    let log = agent.terminate().await?;
    assert!(
        log.contains("which is not kept protected") && !log.contains("\"unprotected\":0"),
        "{log}"
    );
    Ok(())
}

#[tokio::test]
async fn nobody_calls_a_bucket_protected_whose_role_is_gone() -> Result<(), LabError> {
    let scene = applied("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders"]).await;
    scene.workdir.apply().await?;
    let desk = desk(&scene).await?;
    desk.run(&["wait", "orders", "--timeout", "5s"])
        .await?
        .ok()?;
    let data =
        "data \"crr_protection\" \"orders\" {\n  site   = \"east\"\n  bucket = \"orders\"\n}\n";
    let apart = Workdir::in_lab(lab, data).await?;
    apart.apply().await?;
    let protection = apart.resource("data.crr_protection.orders").await?;
    assert_eq!(protection["protected"], true, "{protection}");

    let iam = lab.admin_iam(east);
    let role = "crr-site-east";
    let policy = iam.delete_role_policy().role_name(role);
    let gone = policy.policy_name("crr-replication").send().await;
    gone.expect("the policy goes");
    let gone = iam.delete_role().role_name(role).send().await;
    gone.expect("the role goes");

    let waited = desk.run(&["wait", "orders", "--timeout", "1s"]).await?;
    assert_eq!(waited.code, 1, "{waited}");
    assert!(
        waited.stderr.contains("crr-site-east does not exist"),
        "{waited}"
    );
    let status = desk.run(&["status", "--output", "json"]).await?;
    assert_eq!(status.code, 1, "{status}");
    assert!(
        status.stderr.contains("crr-site-east does not exist"),
        "{status}"
    );
    let status: Value = serde_json::from_str(&status.stdout).expect("JSON");
    assert_eq!(status["echoes"][0]["counts"]["protected"], 0, "{status}");
    assert_eq!(status["echoes"][0]["counts"]["failed"], 1, "{status}");
    apart.apply().await?;
    let protection = apart.resource("data.crr_protection.orders").await?;
    assert_eq!(protection["protected"], false, "{protection}");
    let why = protection["why"].as_str().unwrap_or_default();
    assert!(why.contains("role/crr/crr-site-east"), "{protection}");
    let data = "data \"crr_coverage\" \"dr\" {\n  source = \"east\"\n  target = \"west\"\n}\n";
    apart.write("main.tf", data)?;
    let covered = apart.try_apply().await?;
    assert_eq!(covered.code, 1, "{covered}");
    assert!(
        covered.words().contains("crr-site-east does not exist"),
        "{covered}"
    );
    Ok(())
}

/// Both are `east->west`: what one of them lacks must not hide behind the other.
#[tokio::test]
async fn two_echoes_of_one_way_are_told_apart_wherever_they_are_named() -> Result<(), LabError> {
    let scene = applied("select = { include = [\"gold-*\"] }").await?;
    scene.buckets(&["gold-1", "silver-1"]).await;
    let export = super::exported(&scene).await?;
    let mut desk = Desk::new(&scene.lab)?;
    let silver = export.replace("gold-*", "silver-*");
    desk.configure("silver.json", &silver)?;
    desk.configure("gold.json", &export)?;
    let denied = Fault::on("PutBucketReplication", Effect::AccessDenied);
    scene
        .lab
        .inject(denied.resource("gold-1").when(When::Every));
    let (gold, silver) = (
        "east->west (buckets gold-*)",
        "east->west (buckets silver-*)",
    );
    let status = desk.run(&["status", "--output", "json"]).await?.ok()?;
    let status: Value = serde_json::from_str(&status.stdout).expect("JSON");
    assert_eq!(status["echoes"][0]["echo"], silver);
    assert_eq!(status["echoes"][1]["echo"], gold);
    let agent = desk.start(&["--interval", "200ms"]).await?;
    let mut agent = agent;
    agent
        .until("one failed, one protected", async |agent: &_| {
            let metrics = agent.metrics().await?;
            let of = |echo, status| {
                metrics.sum("crr_buckets", &[("echo", echo), ("status", status)]) > 0.5
            };
            Ok(of(gold, "failed") && of(silver, "protected"))
        })
        .await?;
    let metrics = agent.metrics().await?;
    let failures = |echo| metrics.sum("crr_failures_total", &[("echo", echo)]);
    assert!(failures(gold) > 0.5, "{}", metrics.text());
    assert!(failures(silver) < 0.5, "{}", metrics.text());
    agent.terminate().await?;
    Ok(())
}
