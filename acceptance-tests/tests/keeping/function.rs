//! The agent as a function that Terraform made: nobody runs anything, and nothing runs by itself.

use std::time::{Duration, Instant};

use acceptance_tests::lab::function::agent_zip;
use acceptance_tests::lab::{HOME, OPERATOR_POLICY};
use acceptance_tests::{Lab, LabError, Workdir};
use serde_json::json;

use super::{applied, replicates};
use crate::echo_mode::{Scene, text};
use crate::ground::{put, replication, role_names, status};

/// Only bounds a failure.
const LIMIT: Duration = Duration::from_mins(4);

/// Waits until a bucket at `east` replicates.
async fn until_replicated(lab: &Lab, bucket: &str) {
    let began = Instant::now();
    while replication(lab, lab.site("east"), bucket).await.is_none() {
        let calls = lab.calls().lines();
        let last: Vec<_> = calls.lines().rev().take(60).collect();
        let told = lab.gateway().told();
        assert!(began.elapsed() < LIMIT, "{bucket}: {told:?}\n{last:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_function_protects_what_is_made_and_mends_what_is_broken() -> Result<(), LabError> {
    let zip = agent_zip()?;
    let scene = applied(&format!(
        "trigger = {{\n  look_every = null\n  function = {{ zip = \"{}\", timeout = \"1m\" }}\n}}",
        zip.display()
    ))
    .await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.workdir.expect_empty_plan().await?;
    scene.buckets(&["orders"]).await;
    until_replicated(lab, "orders").await;
    replicates(&scene, "orders", "k").await;
    assert!(!lab.function_processes().is_empty(), "a function did it");
    // It has no more than its role's permissions, and none of its calls was refused. (The emulator knows a role by its name
    // alone, without the path that the permission has.)
    let mut refused = lab.calls();
    refused
        .0
        .retain(|call| call.status == Some(403) && !call.call.operation.starts_with("GetRole"));
    assert!(refused.is_empty(), "{refused:#?}");

    let deleted = lab
        .admin_s3(east)
        .delete_bucket_replication()
        .bucket("orders");
    deleted.send().await.expect("deleted");
    until_replicated(lab, "orders").await;
    replicates(&scene, "orders", "mended").await;

    scene.apply().await?;
    scene.workdir.destroy().await?;
    // The rules stay, and so does the role that they are under.
    assert_eq!(role_names(lab, east).await, ["crr-site-east"]);
    let functions = lab.admin_lambda(east).list_functions().send().await;
    assert!(functions.expect("a list").functions().is_empty());
    let queues = lab.admin_sqs(east).list_queues().send().await;
    assert!(queues.expect("a list").queue_urls().is_empty());
    Ok(())
}

/// The trigger with the function of this zip.
fn with_function() -> Result<String, LabError> {
    let zip = agent_zip()?;
    Ok(format!(
        "trigger = {{\n  look_every = null\n  function = {{ zip = \"{}\", timeout = \"1m\" }}\n}}",
        zip.display()
    ))
}

/// Waits until a bucket's target has a tag.
async fn until_tagged(lab: &Lab, bucket: &str, value: &str) {
    let began = Instant::now();
    loop {
        let west = lab.admin_s3(lab.site("west"));
        let tags = west.get_bucket_tagging().bucket(bucket).send().await;
        let found = tags.is_ok_and(|tags| tags.tag_set().iter().any(|tag| tag.value() == value));
        if found {
            return;
        }
        assert!(began.elapsed() < LIMIT, "{}", lab.calls().lines());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_tag_brings_a_bucket_and_its_settings_both_ways() -> Result<(), LabError> {
    let arguments = "select = { tags = { dr = \"true\" } }\ndirection = \"two_way\"\nmirror_settings = [\"tags\"]";
    let scene = applied(&format!("{arguments}\n{}", with_function()?)).await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders", "scratch"]).await;
    lab.tag_resource(east, "orders", "dr", Some("true")).await?;
    until_replicated(lab, "orders").await;
    until_tagged(lab, "orders-dr", "true").await;
    replicates(&scene, "orders", "there").await;
    put(lab, west, "orders-dr", "back").await;
    assert_eq!(status(lab, east, "orders", "back").await, "REPLICA");
    // What it mirrors it keeps.
    lab.tag_resource(east, "orders", "team", Some("books"))
        .await?;
    until_tagged(lab, "orders-dr", "books").await;
    assert_eq!(replication(lab, east, "scratch").await, None);
    scene.apply().await?;
    Ok(())
}

#[tokio::test]
async fn a_function_reaches_the_target_in_another_account() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    lab.grant_queues().await?;
    let vault = lab.site("vault");
    // Who may come in: Terraform's user there, and whoever of the source's account may by that account's own policies.
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "AWS": [vault.operator_arn(), format!("arn:aws:iam::{HOME}:root")] },
        "Action": "sts:AssumeRole",
    }] });
    let iam = lab.admin_iam(vault);
    let made = iam
        .create_role()
        .role_name("comes-in")
        .assume_role_policy_document(trust.to_string());
    let made = made.send().await.expect("a role");
    let role = made.role().expect("a role").arn().to_owned();
    let put_policy = iam.put_role_policy().role_name("comes-in");
    let put_policy = put_policy.policy_name("operator");
    let put_policy = put_policy.policy_document(OPERATOR_POLICY).send().await;
    put_policy.expect("a policy");
    let may_enter = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role,
    }] });
    let put_policy = iam.put_user_policy().user_name("operator");
    let put_policy = put_policy.policy_name("enter");
    let put_policy = put_policy.policy_document(may_enter.to_string()).send();
    put_policy.await.expect("a policy");
    let workdir = Workdir::in_lab(&lab, "").await?;
    let mut sites = lab.terraform_sites();
    sites["vault"]["assume_role"] = json!({ "role_arn": role });
    let variables = json!({ "sites": sites });
    workdir.write("terraform.tfvars.json", &variables.to_string())?;
    workdir.write("main.tf", &text("vault", &with_function()?))?;
    let scene = Scene { lab, workdir };
    scene.apply().await?;
    let lab = &scene.lab;
    let (east, vault) = (lab.site("east"), lab.site("vault"));
    scene.buckets(&["orders"]).await;
    until_replicated(lab, "orders").await;
    assert!(!lab.function_processes().is_empty(), "a function did it");
    put(lab, east, "orders", "k").await;
    assert_eq!(status(lab, vault, "orders-dr", "k").await, "REPLICA");
    scene.workdir.expect_empty_plan().await?;
    Ok(())
}
