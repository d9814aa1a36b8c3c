//! A sweep through faults of every kind: all are protected in the end, and the one that is refused is seen.

use std::time::Duration;

use acceptance_tests::{Effect, Fault, LabError, When};

use super::{applied, desk, make_buckets, names, replicates};
use crate::ground::replication;

#[tokio::test]
async fn throttled_broken_off_slow_and_refused() -> Result<(), LabError> {
    let scene = applied("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let buckets = names("b", 24);
    make_buckets(&scene, &buckets).await;
    scene.buckets(&["denied"]).await;
    let first = |operation: &str, effect, many| {
        lab.inject(Fault::on(operation, effect).when(When::First(many)))
    };
    let mut faults = vec![
        first("ListBuckets", Effect::SlowDown, 1),
        first("GetBucketVersioning", Effect::SlowDown, 12),
        first("GetBucketReplication", Effect::HalfBody, 3),
        first("CreateBucket", Effect::DropAfter, 2),
        first("PutPublicAccessBlock", Effect::OperationAborted, 2),
        first("PutBucketVersioning", Effect::InternalError, 3),
        first("PutBucketVersioning", Effect::DropBefore, 2),
    ];
    let refused = Fault::on("PutBucketReplication", Effect::AccessDenied);
    faults.push(lab.inject(refused.resource("denied").when(When::Every)));
    faults.push(first("PutBucketReplication", Effect::SourceNotVersioned, 2));
    faults.push(first("PutBucketReplication", Effect::DropAfter, 2));
    lab.set_latency(Duration::from_millis(20));
    let desk = desk(&scene).await?;
    let mut agent = desk.start(&["--interval", "500ms"]).await?;
    agent
        .until(
            "all protected but the one that is refused",
            async |agent: &_| {
                let (protected, failed) = (
                    agent.buckets("protected").await?,
                    agent.buckets("failed").await?,
                );
                Ok(protected > 23.5 && failed > 0.5)
            },
        )
        .await?;
    for (number, fault) in faults.iter().enumerate() {
        assert!(fault.hits() > 0, "fault {number} met no call");
    }
    for bucket in &buckets {
        assert!(replication(lab, east, bucket).await.is_some(), "{bucket}");
    }
    assert_eq!(replication(lab, east, "denied").await, None);
    let status = desk.run(&["status", "--output", "json"]).await?;
    assert!(status.stdout.contains("denied"), "{status}");
    assert!(
        agent
            .log()
            .lines()
            .any(|line| line.contains("denied") && line.contains("Access Denied")),
        "{}",
        agent.log()
    );

    lab.gateway().clear_faults();
    agent.until_all_protected(25).await?;
    for bucket in ["b-0000", "b-0023", "denied"] {
        replicates(&scene, bucket, "k").await;
    }
    agent.terminate().await?;
    scene.apply().await
}
