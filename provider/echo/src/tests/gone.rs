//! What is left where a bucket is gone, and the echo with it.

use super::*;

/// Into another account, whose buckets' policies let the source in.
fn crossing() -> Echo {
    let mut echo = echo();
    echo.template.destination.site.account = "444455556666".parse().unwrap();
    echo.template.owner_override = Some(false);
    echo
}

#[tokio::test]
async fn the_policy_of_a_target_whose_bucket_is_gone_is_released() {
    let stage = stage(&["gone", "moved", "orders"]).await;
    let names = ["gone", "moved", "orders"];
    stage.protect(&crossing(), &names).await;
    for name in names {
        let target = stage.bucket(&format!("{name}-dr")).unwrap();
        assert!(target.policy.is_some(), "{name}");
    }
    // A copy of something else has the name of a target, and a policy of somebody.
    stage.s3.with(|s3| {
        let mut stranger = s3.buckets["gone-dr"].clone();
        stranger
            .tags
            .insert(COPY_OF.to_owned(), "another".to_owned());
        s3.buckets.insert("theirs-dr".to_owned(), stranger);
        s3.buckets.remove("gone");
        // Somebody has made it anew, elsewhere.
        let moved = s3.buckets.get_mut("moved").unwrap();
        moved.foreign = true;
    });
    let job = Job::default();
    let released = release(&stage, &crossing(), &[], &[], true, &job).await;
    assert_eq!(released.unwrap(), crate::Released::default());
    let policy = |name: &str| stage.bucket(name).unwrap().policy;
    assert_eq!((policy("gone-dr"), policy("orders-dr")), (None, None));
    assert!(policy("theirs-dr").is_some() && policy("moved-dr").is_some());
}

#[tokio::test]
async fn the_policy_of_a_bucket_that_is_gone_goes_from_the_role_of_others() {
    let stage = stage(&["one"]).await;
    let role = format!("arn:aws:iam::{ACCOUNT}:role/theirs")
        .parse()
        .unwrap();
    let policy = |bucket: &str| {
        let pair = echo().pair(&bucket.parse().unwrap()).unwrap();
        let (_, name) = pair.policies_on(&role).remove(0);
        format!("theirs/{name}")
    };
    let xml = format!(
        "<ReplicationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Role>{role}</Role><Rule><ID>theirs</ID><Priority>1</Priority><Filter/><Status>Enabled</Status><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><Destination><Bucket>arn:aws:s3:::archive</Bucket></Destination></Rule></ReplicationConfiguration>"
    );
    stage.put("elsewhere", "eu-west-1", &[]);
    stage.s3.with(|s3| {
        s3.buckets.get_mut("one").unwrap().replication = Some(xml);
        s3.role_policies = [policy("two"), policy("elsewhere"), "theirs/own".to_owned()].into();
    });
    let mut merging = echo();
    merging.merge = true;
    let job = Job::default();
    let released = release(&stage, &merging, &[], &[], true, &job).await;
    assert_eq!(released.unwrap(), crate::Released::default());
    let left = stage.s3.with(|s3| s3.role_policies.clone());
    assert_eq!(left, [policy("elsewhere"), "theirs/own".to_owned()].into());
}
