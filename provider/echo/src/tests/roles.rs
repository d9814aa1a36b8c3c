//! What the roles that rules run under allow, and what that says of a bucket.

use super::*;

/// A role that reads every bucket and writes the targets of these alone.
fn policy(targets: &str) -> String {
    let permissions = replication::role::Permissions {
        partition: "aws".parse().unwrap(),
        sources: vec!["arn:aws:s3:::*".to_owned()],
        destinations: vec![format!("arn:aws:s3:::{targets}")],
        object_lock: false,
        owner_override: false,
        decrypt: Vec::new(),
        encrypt: Vec::new(),
    };
    permissions.role_policy().to_json()
}

/// S3 takes rules under any role and then fails every object.
#[tokio::test]
async fn what_the_role_may_not_do_is_held_against_each_bucket_at_two_calls_a_site() {
    let stage = stage(&["alpha", "beta", "gamma"]).await;
    let names = ["alpha", "beta"];
    stage.protect(&echo(), &names).await;
    stage.s3.with(|s3| s3.site_policy = Some(policy("alpha*")));
    stage.s3.calls();
    stage.s3.with(|s3| s3.asked_iam = 0);
    let job = Job::default();
    let found = survey(&stage.cloud, &echo(), &job).await.unwrap().coverage;
    assert_eq!(stage.s3.with(|s3| s3.asked_iam), 2);
    assert_eq!((found.counts.protected, found.counts.failed), (1, 2));
    let why = &found.exceptions["beta"];
    assert!(
        why.contains("may not write to beta-dr") && why.contains("`replication_role.write`"),
        "{why}"
    );
    stage.s3.calls();
    let stand = stage.protect(&echo(), &["alpha", "beta", "gamma"]).await;
    assert_eq!(stand[0], Standing::Protected);
    assert!(
        matches!(&stand[1], Standing::Failed { detail, .. } if detail.contains("cover beta-dr"))
    );
    assert!(matches!(&stand[2], Standing::Failed { .. }));
    assert_eq!(stage.s3.writes(), Vec::<String>::new(), "nothing is begun");

    for change in [
        |s3: &mut stand_in::State| s3.site_policy = Some(String::new()),
        |s3: &mut stand_in::State| s3.missing_role = Some("crr-site-east".to_owned()),
    ] {
        stage.s3.with(change);
        let found = survey(&stage.cloud, &echo(), &job).await.unwrap().coverage;
        assert_eq!(found.counts.protected, 0, "{found:?}");
        assert!(
            found.exceptions["alpha"].contains("crr-site-east"),
            "{found:?}"
        );
    }
    // One that is yet to be made keeps nothing from being planned.
    let found = survey(&stage.cloud, &echo(), &job).await.unwrap().coverage;
    assert_eq!(found.exceptions["gamma"], "pending: not replicated yet");
}

#[tokio::test]
async fn rules_of_others_under_a_role_that_is_not_there_protect_nothing() {
    let stage = stage(&["orders"]).await;
    stage.put("orders-dr", "us-west-2", &[]);
    let xml = format!(
        "<ReplicationConfiguration><Role>arn:aws:iam::{ACCOUNT}:role/theirs</Role><Rule><ID>theirs</ID><Status>Enabled</Status><Priority>1</Priority><Filter><Prefix></Prefix></Filter><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><Destination><Bucket>arn:aws:s3:::orders-dr</Bucket></Destination></Rule></ReplicationConfiguration>"
    );
    stage.s3.with(|s3| {
        for bucket in s3.buckets.values_mut() {
            bucket.versioned = true;
        }
        s3.buckets.get_mut("orders").unwrap().replication = Some(xml);
    });
    let job = Job::default();
    let found = survey(&stage.cloud, &echo(), &job).await.unwrap().coverage;
    assert_eq!(found.counts.by_others, 1, "{found:?}");
    stage
        .s3
        .with(|s3| s3.missing_role = Some("theirs".to_owned()));
    let found = survey(&stage.cloud, &echo(), &job).await.unwrap().coverage;
    assert_eq!((found.counts.by_others, found.counts.conflicts), (0, 1));
    assert!(found.exceptions["orders"].contains("role/theirs, which does not exist"));

    // What may not be looked at is held against no bucket, and is not passed over either.
    stage.s3.with(|s3| {
        s3.missing_role = None;
        s3.hidden_role = Some("theirs".to_owned());
    });
    let roles = crate::Roles::look(&stage.cloud, &echo()).await;
    let orders = "orders".parse().unwrap();
    let standing = crate::look(&stage.cloud, &echo(), &orders, &roles).await;
    assert!(
        matches!(standing, Standing::ByOthers { .. }),
        "{standing:?}"
    );
    let unseen = roles.unseen();
    let (role, why) = unseen.first_key_value().unwrap();
    assert!(role.to_string().ends_with("role/theirs"));
    assert_eq!(why.lacks.as_deref(), Some("iam:GetRole"));
}
