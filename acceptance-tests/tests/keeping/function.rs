//! The agent as a function that Terraform made: nobody runs anything, and nothing runs by itself.

use std::time::{Duration, Instant};

use acceptance_tests::lab::function::agent_zip;
use acceptance_tests::{Lab, LabError};

use super::{applied, replicates};
use crate::ground::{replication, role_names};

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
        .retain(|call| call.status == Some(403) && call.call.operation != "GetRole");
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
