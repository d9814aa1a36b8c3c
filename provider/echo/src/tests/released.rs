//! What a release takes, and what it spares.

use super::*;

#[tokio::test]
async fn what_another_echo_may_want_is_spared_and_named() {
    let stage = stage(&[]).await;
    for (name, tier) in [
        ("a-gold", "gold"),
        ("a-silver", "silver"),
        ("b-silver", "silver"),
    ] {
        stage.put(name, "us-east-1", &[("tier", tier)]);
    }
    let (gold, silver) = (tagged_echo("gold"), tagged_echo("silver"));
    stage.protect(&gold, &["a-gold"]).await;
    stage.protect(&silver, &["a-silver"]).await;
    let job = Job::default();
    let released = release(&stage, &gold, &[], &[], true, &job).await.unwrap();
    assert_eq!(released.failures, Vec::new());
    let spared: Vec<&str> = released.spared.iter().map(BucketName::as_str).collect();
    assert_eq!(spared, ["a-silver"], "the one without rules is nobody's");
    assert!(!stage.is_replicated("a-gold") && stage.is_replicated("a-silver"));

    // Where the other echo is known it is its own, and nothing is to be told.
    stage.s3.calls();
    let others = [silver];
    let released = release(&stage, &gold, &others, &[], true, &job)
        .await
        .unwrap();
    assert_eq!(released, crate::Released::default());
    assert_eq!(stage.s3.writes(), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_release_would_take_is_named_and_nothing_is_touched() {
    let stage = stage(&["alpha", "beta", "gamma"]).await;
    stage.protect(&echo(), &["alpha", "beta"]).await;
    let mut narrowed = echo();
    narrowed.selection.include = vec!["alhpa".parse().unwrap()];
    stage.s3.calls();
    let losing = crate::losing(&stage.cloud, &echo(), &[narrowed])
        .await
        .unwrap();
    let names: Vec<&str> = losing.buckets.iter().map(BucketName::as_str).collect();
    assert_eq!((names, losing.unlisted), (vec!["alpha", "beta"], 0));
    let losing = crate::losing(&stage.cloud, &echo(), &[echo()])
        .await
        .unwrap();
    assert_eq!(losing, crate::Named::default());
    assert_eq!(stage.s3.writes(), Vec::<String>::new());
}

/// Tags that may not be read are no missing ones: the rules may be another echo's.
#[tokio::test]
async fn where_the_tags_may_not_be_read_rules_stay_and_it_is_said() {
    let stage = stage(&[]).await;
    for name in ["ours", "nobodys"] {
        stage.put(name, "us-east-1", &[("tier", "gold")]);
    }
    let gold = tagged_echo("gold");
    stage.protect(&gold, &["ours"]).await;
    stage.s3.with(|s3| {
        s3.denied = ["ours", "nobodys"]
            .map(|name| format!("GET /{name}?tagging"))
            .into();
    });
    let job = Job::default();
    let released = release(&stage, &gold, &[], &[], true, &job).await.unwrap();
    assert!(stage.is_replicated("ours"));
    let failed: Vec<&str> = released
        .failures
        .iter()
        .map(|f| f.bucket.as_str())
        .collect();
    assert_eq!(failed, ["ours"], "the one without rules is released");
    let Standing::Failed { detail, .. } = &released.failures[0].standing else {
        panic!("failed");
    };
    assert!(detail.contains("s3:GetBucketTagging"), "{detail}");
    // An echo that selects by them may want what another leaves.
    let released = release(&stage, &echo(), &[gold], &[], true, &job)
        .await
        .unwrap();
    assert_eq!(released.failures.len(), 2);
    assert!(stage.is_replicated("ours"));
}
