//! From a new bucket to an object that arrives, with nobody's help.

use acceptance_tests::LabError;

use super::{applied, desk, replicates};
use crate::ground::{is_versioned, replication, role_names};

#[tokio::test]
async fn a_new_bucket_becomes_protected_step_by_step() -> Result<(), LabError> {
    let scene = applied("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    let desk = desk(&scene).await?;
    let mut agent = desk.start(&["--interval", "200ms"]).await?;
    agent.until_all_protected(0).await?;
    lab.reset_calls();
    scene.buckets(&["orders"]).await;
    agent.until_all_protected(1).await?;

    // The target with its settings, versioning on both, and only then the rule.
    let writes = lab.calls().writes();
    let wrote: Vec<_> = writes
        .iter()
        .filter(|call| call.call.access_key == east.operator.access_key)
        .map(|call| format!("{} {}", call.call.operation, call.call.resource))
        .collect();
    let at = |step: &str| wrote.iter().position(|wrote| wrote == step);
    for step in [
        "CreateBucket orders-dr",
        "PutBucketVersioning orders-dr",
        "PutBucketVersioning orders",
    ] {
        assert!(
            at(step).is_some() && at(step) < at("PutBucketReplication orders"),
            "{step}: {wrote:?}"
        );
    }
    assert!(
        at("CreateBucket orders-dr") < at("PutBucketVersioning orders-dr"),
        "{wrote:?}"
    );
    assert!(is_versioned(lab, east, "orders").await && is_versioned(lab, west, "orders-dr").await);
    let document = replication(lab, east, "orders").await.expect("a document");
    assert!(
        document.role().ends_with("role/crr/crr-site-east"),
        "{document:?}"
    );
    let mut roles = role_names(lab, east).await;
    roles.sort();
    assert_eq!(
        roles,
        ["crr-site-east", "crr-site-west"],
        "none for a bucket"
    );

    let waited = desk.run(&["wait", "orders", "--timeout", "60s"]).await?;
    assert_eq!(waited.code, 0, "{waited}");
    replicates(&scene, "orders", "k").await;
    let log = agent.terminate().await?;
    let line = |step: &str| {
        log.lines()
            .any(|line| line.contains("orders") && line.contains(step))
    };
    assert!(
        line("orders-dr"),
        "the log names the bucket and the step:\n{log}"
    );
    // What the agent did is what an apply would have done.
    scene.apply().await?;
    assert_eq!(scene.coverage().await?["protected"], 1);
    Ok(())
}

#[tokio::test]
async fn the_agent_leaves_what_terraform_protected_as_it_is() -> Result<(), LabError> {
    let scene = applied("").await?;
    scene.buckets(&["orders", "invoices"]).await;
    scene.apply().await?;
    let desk = desk(&scene).await?;
    scene.lab.reset_calls();
    let mut agent = desk.start(&["--interval", "200ms"]).await?;
    agent.until_all_protected(2).await?;
    agent.terminate().await?;
    assert!(
        scene.lab.calls().writes().is_empty(),
        "{}",
        scene.lab.calls().lines()
    );
    Ok(())
}
