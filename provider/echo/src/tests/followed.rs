//! An echo that another follows elsewhere: no bucket may be left with the rules of neither.

use super::*;

/// The echo that follows, to which the rules of the one that goes are no conflict.
fn next() -> Echo {
    let mut next = echo();
    next.succeeds = Some(next.target_bucket);
    next.target_bucket = "{bucket}-v3".parse().unwrap();
    next
}

fn rules(stage: &Stage, bucket: &str, target: &str) -> bool {
    let replication = stage.bucket(bucket).unwrap().replication;
    replication.is_some_and(|xml| xml.contains(&format!("arn:aws:s3:::{bucket}-{target}<")))
}

#[tokio::test]
async fn rules_stay_where_those_of_the_one_that_follows_do_not_stand() {
    let stage = stage(&["invoices", "orders"]).await;
    stage.protect(&echo(), &["invoices", "orders"]).await;
    stage.put("orders-v3", "us-west-2", &[]);
    stage
        .s3
        .with(|s3| s3.buckets.get_mut("orders-v3").unwrap().full = true);
    let stand = stage.protect(&next(), &["invoices", "orders"]).await;
    assert_eq!(stand[0], Standing::Protected);
    assert!(matches!(stand[1], Standing::Conflict { .. }), "{stand:?}");

    let job = Job::default();
    let (former, follows) = (echo(), [next()]);
    let release = || release(&stage, &former, &[], &follows, true, &job);
    for _ in 0..2 {
        let released = release().await.unwrap();
        let [failed] = released.failures.as_slice() else {
            panic!("one: {released:?}");
        };
        let Standing::Failed { summary, detail } = &failed.standing else {
            panic!("failed: {failed:?}");
        };
        assert_eq!(failed.bucket.as_str(), "orders");
        assert!(
            summary.contains("{bucket}-dr") && summary.contains("stay"),
            "{summary}"
        );
        assert!(
            detail.contains("west:orders-v3") && detail.contains("{bucket}-v3"),
            "{detail}"
        );
        assert!(rules(&stage, "orders", "dr"));
        assert!(rules(&stage, "invoices", "v3") && !rules(&stage, "invoices", "dr"));
    }
    // Mended.
    stage
        .s3
        .with(|s3| s3.buckets.get_mut("orders-v3").unwrap().full = false);
    let stand = stage.protect(&next(), &["orders"]).await;
    assert_eq!(stand, [Standing::Protected]);
    assert_eq!(release().await.unwrap(), crate::Released::default());
    assert!(rules(&stage, "orders", "v3") && !rules(&stage, "orders", "dr"));
}

/// As one that is paused.
#[tokio::test]
async fn rules_stay_where_the_one_that_follows_has_none_and_go_where_it_leaves_the_bucket_out() {
    let stage = stage(&["invoices", "orders"]).await;
    stage.protect(&echo(), &["invoices", "orders"]).await;
    let mut next = next();
    next.selection.exclude = vec!["invoices".parse().unwrap()];
    let losing = crate::losing(&stage.cloud, &echo(), std::slice::from_ref(&next)).await;
    let losing: Vec<_> = losing.unwrap().buckets.into_iter().collect();
    assert_eq!(losing, ["invoices".parse::<BucketName>().unwrap()]);
    let job = Job::default();
    let released = release(&stage, &echo(), &[], &[next], true, &job).await;
    let released = released.unwrap();
    assert!(
        matches!(&released.failures[..], [found] if found.bucket.as_str() == "orders"),
        "{released:?}"
    );
    assert!(rules(&stage, "orders", "dr") && !stage.is_replicated("invoices"));
}
