//! The trigger of an echo: its rule, its queues, its function.

mod drift;
mod others;
mod replaced;

pub use drift::{FACETS, drift};

use std::path::Path;
use std::time::{Duration, Instant};

use acceptance_tests::lab::function;
use acceptance_tests::{Effect, Fault, Lab, LabError, When};
use serde_json::{Value, json};

use super::{ECHO, Scene};
use crate::ground::{make_bucket, put, replication, role_names, status};

/// How long a function may take to wake: nothing that is waited for takes as long.
const LIMIT: Duration = Duration::from_mins(1);

/// What everything is called.
const NAME: &str = "crr-echo-east-west";

/// The URLs of the queues at `east`.
async fn queues(lab: &Lab) -> Vec<String> {
    let listed = lab.admin_sqs(lab.site("east")).list_queues().send().await;
    listed.expect("queues").queue_urls().to_vec()
}

/// The names of the rules at `east`.
async fn rules(lab: &Lab) -> Vec<String> {
    let listed = lab.admin_events(lab.site("east")).list_rules().send().await;
    let rules = listed.expect("rules");
    let rules = rules.rules().iter();
    rules.filter_map(|r| r.name().map(str::to_owned)).collect()
}

/// The names of the functions at `east`.
async fn functions(lab: &Lab) -> Vec<String> {
    let lambda = lab.admin_lambda(lab.site("east"));
    let listed = lambda.list_functions().send().await.expect("functions");
    let functions = listed.functions().iter();
    functions
        .filter_map(|f| f.function_name().map(str::to_owned))
        .collect()
}

/// Nothing of a trigger is there: what is of ours else is the sites' roles.
async fn assert_gone(lab: &Lab) {
    assert_eq!(queues(lab).await, Vec::<String>::new());
    assert_eq!(rules(lab).await, Vec::<String>::new());
    assert_eq!(functions(lab).await, Vec::<String>::new());
    let roles = role_names(lab, lab.site("east")).await;
    assert!(!roles.contains(&NAME.to_owned()), "{roles:?}");
}

async fn trigger(scene: &Scene) -> Result<Value, LabError> {
    Ok(scene.workdir.resource(ECHO).await?["trigger"].clone())
}

/// The same configuration without an echo.
fn without_echo(scene: &Scene) -> Result<(), LabError> {
    let text = super::text("west", "");
    let sites = text.split("resource \"crr_echo_mode\"").next();
    scene.workdir.write("main.tf", sites.unwrap_or_default())
}

#[tokio::test]
async fn events_of_the_site_come_to_its_queue_and_all_of_it_goes_with_the_echo()
-> Result<(), LabError> {
    let scene = Scene::new("trigger = { look_every = \"15m\" }").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    let told = trigger(&scene).await?;
    let arn = |service: &str, name: &str| {
        json!(format!(
            "arn:aws:{service}:{}:{}:{name}",
            east.region, east.account
        ))
    };
    assert_eq!(told["queue_arn"], arn("sqs", NAME));
    assert_eq!(told["rule_arn"], arn("events", &format!("rule/{NAME}")));
    assert_eq!(told["function_arn"], Value::Null);
    let config = scene.workdir.resource(ECHO).await?["agent_config"].clone();
    let config: Value = serde_json::from_str(config.as_str().unwrap_or_default()).expect("JSON");
    assert_eq!(config["queue_url"], told["queue_url"]);
    assert!(config.get("trigger").is_none());
    make_bucket(lab, east, "invoices").await;
    let url = told["queue_url"].as_str().unwrap_or_default();
    // The apply itself changed buckets, too.
    let event = loop {
        let woken = lab.admin_sqs(east).receive_message().queue_url(url);
        let woken = woken.wait_time_seconds(10).send().await.expect("an answer");
        let body = woken.messages().first().and_then(|message| message.body());
        let event: Value = serde_json::from_str(body.expect("a message")).expect("an event");
        assert_eq!(event["detail-type"], "AWS API Call via CloudTrail");
        if event["detail"]["requestParameters"]["bucketName"] == "invoices" {
            break event;
        }
    };
    assert_eq!(event["detail"]["eventName"], "CreateBucket");
    without_echo(&scene)?;
    scene.workdir.apply().await?;
    assert_gone(lab).await;
    assert!(
        replication(lab, east, "orders").await.is_some(),
        "on_destroy = keep"
    );
    Ok(())
}

/// A zip that holds a script: Lambda runs what is called `bootstrap`, whatever it is.
pub fn script(folder: &Path, words: &str) -> Result<String, LabError> {
    let program = folder.join("program");
    std::fs::write(&program, format!("#!/bin/sh\n# {words}\nsleep 60\n")).expect("the program");
    let zip = folder.join("function.zip");
    function::zip(&program, &zip)?;
    Ok(zip.display().to_string())
}

pub fn with_function(zip: &str) -> String {
    format!("trigger = {{\n  look_every = \"15m\"\n  function = {{ zip = \"{zip}\" }}\n}}")
}

fn refuse(lab: &Lab, operation: &str) -> acceptance_tests::gateway::Injected {
    let refusal = Effect::Answer {
        status: 400,
        code: "InvalidRequest".to_owned(),
        message: "on purpose".to_owned(),
    };
    lab.inject(
        Fault::on(operation, refusal)
            .resource(&format!("*{NAME}*"))
            .when(When::Every),
    )
}

#[tokio::test]
async fn an_apply_that_failed_at_any_step_is_finished_or_taken_back() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let folder = tempfile::tempdir().expect("a folder");
    let wanted = with_function(&script(folder.path(), "one")?);
    scene.apply().await?;
    for operation in [
        "CreateRole",
        "CreateQueue",
        "PutRolePolicy",
        "PutRule",
        "PutTargets",
        "CreateFunction",
        "CreateEventSourceMapping",
    ] {
        scene.configure(&wanted)?;
        let fault = refuse(lab, operation);
        let failed = scene.workdir.try_apply().await?;
        assert!(
            failed.code == 1 && fault.hits() > 0,
            "{operation}: {failed}"
        );
        assert!(
            failed.words().contains("on purpose"),
            "{operation}: {failed}"
        );
        lab.gateway().clear_faults();
        // He thinks better of it.
        scene.configure("")?;
        scene.apply().await?;
        assert_gone(lab).await;
    }
    scene.configure(&wanted)?;
    let fault = refuse(lab, "CreateFunction");
    scene.buckets(&["orders"]).await;
    assert_eq!(scene.workdir.try_apply().await?.code, 1);
    assert!(fault.hits() > 0);
    assert!(
        replication(lab, east, "orders").await.is_some(),
        "buckets do not wait for the trigger"
    );
    lab.gateway().clear_faults();
    scene.apply().await?;
    scene.configure("trigger = {}")?;
    let fault = refuse(lab, "DeleteFunction");
    assert_eq!(scene.workdir.try_apply().await?.code, 1);
    assert!(fault.hits() > 0);
    lab.gateway().clear_faults();
    scene.apply().await?;
    assert_eq!(functions(lab).await, Vec::<String>::new());
    for operation in ["DeleteRule", "DeleteQueue"] {
        let fault = refuse(lab, operation);
        let failed = scene.workdir.try_destroy().await?;
        assert!(
            failed.code == 1 && fault.hits() > 0,
            "{operation}: {failed}"
        );
        lab.gateway().clear_faults();
    }
    scene.workdir.destroy().await?;
    assert_gone(lab).await;
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_is_told_at_plan() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let folder = tempfile::tempdir().expect("a folder");
    let zip = script(folder.path(), "one")?;
    let theirs = lab.admin_sqs(east).create_queue().queue_name(NAME);
    theirs.send().await.expect("a queue of others");
    let refused = |arguments: String, words: &'static str| {
        let scene = &scene;
        async move {
            scene.configure(&arguments)?;
            let plan = scene.workdir.plan().await?;
            assert!(
                plan.code == 1 && plan.words().contains(words),
                "{arguments}: {plan}"
            );
            Ok::<_, LabError>(())
        }
    };
    let made = "was not made by this provider";
    refused("trigger = {}".to_owned(), made).await?;
    let url = queues(lab).await.remove(0);
    lab.admin_sqs(east)
        .delete_queue()
        .queue_url(url)
        .send()
        .await
        .expect("deleted");
    refused(with_function("/nowhere/function.zip"), "cannot be read").await?;
    let text = folder.path().join("text.zip");
    std::fs::write(&text, "no zip").expect("a file");
    refused(
        with_function(&text.display().to_string()),
        "no zip with a file `bootstrap`",
    )
    .await?;
    // The header of a program for 64-bit ARM.
    let mut program = vec![0_u8; 4096];
    program[..4].copy_from_slice(b"\x7fELF");
    program[18] = 0xb7;
    let path = folder.path().join("arm");
    std::fs::write(&path, program).expect("a program");
    let arm = folder.path().join("arm.zip");
    function::zip(&path, &arm)?;
    refused(
        with_function(&arm.display().to_string()),
        "was built for arm64",
    )
    .await?;
    let patterns: Vec<String> = (0..200)
        .map(|n| format!("\"team-{n}-of-many-*\""))
        .collect();
    let many = format!(
        "select = {{ include = [{}] }}\n{}",
        patterns.join(", "),
        with_function(&zip)
    );
    refused(many, "The function's configuration would have").await?;
    refused(
        "trigger = { look_every = \"90s\" }".to_owned(),
        "Not whole minutes",
    )
    .await?;
    refused(
        "trigger = { look_every = \"1000000h\" }".to_owned(),
        "Out of range",
    )
    .await?;
    let role = "arn:aws:iam::999988887777:role/theirs";
    refused(
        with_function(&zip).replace("zip =", &format!("role_arn = \"{role}\", zip =")),
        "is in another account than the function",
    )
    .await?;
    assert_gone(lab).await;
    Ok(())
}

#[tokio::test]
async fn a_bucket_made_later_is_protected_by_the_function_under_its_own_role()
-> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    let zip = function::agent_zip()?;
    scene.configure(&with_function(&zip.display().to_string()))?;
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    make_bucket(lab, east, "invoices").await;
    let began = Instant::now();
    while replication(lab, east, "invoices").await.is_none() {
        assert!(began.elapsed() < LIMIT, "{}", lab.calls().lines());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    put(lab, east, "invoices", "k").await;
    assert_eq!(status(lab, west, "invoices-dr", "k").await, "REPLICA");
    // What it did is what an apply would have done.
    scene.workdir.apply().await?;
    scene.workdir.expect_empty_plan().await?;
    scene.workdir.destroy().await?;
    assert_gone(lab).await;
    Ok(())
}
