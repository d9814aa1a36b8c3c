//! Buckets of strangers that have the names of targets.

use cloud::Job;
use replication::echo::Standing;

use super::stand_in::Bucket;
use super::{stage, tagged_echo};
use crate::release;

/// Names of buckets are one namespace: anybody may have a bucket whose name a target would have.
#[tokio::test]
async fn a_release_needs_nothing_of_a_stranger_s_bucket_of_the_target_s_name() {
    let stage = stage(&[]).await;
    let gold = [("tier", "gold")];
    stage.put("orders", "us-east-1", &gold);
    stage.put("never", "us-east-1", &[]);
    stage.put("refused", "us-east-1", &gold);
    let stranger = Bucket {
        region: "us-west-2".to_owned(),
        foreign: true,
        ..Bucket::default()
    };
    let theirs = |name: &str| {
        stage
            .s3
            .with(|s3| s3.buckets.insert(name.to_owned(), stranger.clone()))
    };
    theirs("never-dr");
    theirs("refused-dr");
    // Into another account, whose bucket's policy says so: what stands there is to be taken away.
    let mut echo = tagged_echo("gold");
    echo.template.destination.site.account = "444455556666".parse().unwrap();
    echo.template.owner_override = Some(false);
    let stand = stage.protect(&echo, &["orders", "refused"]).await;
    assert_eq!(stand[0], Standing::Protected, "{stand:?}");
    assert!(matches!(stand[1], Standing::Failed { .. }), "{stand:?}");
    let job = Job::default();
    let released = release(&stage, &echo, &[], &[], true, &job).await.unwrap();
    assert_eq!(released, crate::Released::default());
    let target = stage.bucket("orders-dr").unwrap();
    assert!(!stage.is_replicated("orders") && target.policy.is_none());

    // Where rules stand the target was the echo's, and something of ours may be left there.
    stage.protect(&echo, &["orders"]).await;
    theirs("orders-dr");
    let released = release(&stage, &echo, &[], &[], true, &job).await.unwrap();
    let failed: Vec<&str> = released
        .failures
        .iter()
        .map(|f| f.bucket.as_str())
        .collect();
    assert_eq!(failed, ["orders"]);
}
