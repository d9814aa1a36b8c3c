//! The record names each call and the memory answers only what nothing has changed.

use acceptance_tests::Lab;
use acceptance_tests::gateway::Origin::{Emulator, Memory};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketVersioningStatus, Tag, Tagging};

use super::{make_bucket, make_role, set_versioning, versioned_bucket};

#[tokio::test]
async fn calls_are_recorded_by_name_and_bucket_in_order() {
    let lab = Lab::start().await.unwrap();
    assert!(
        lab.calls().is_empty(),
        "what the lab did to start is not recorded"
    );
    let east = lab.site("east");
    let (s3, bucket) = (lab.admin_s3(east), lab.bucket("orders"));
    make_bucket(&lab, east, &bucket).await;
    set_versioning(&lab, east, &bucket, BucketVersioningStatus::Enabled)
        .await
        .unwrap();
    s3.head_bucket()
        .bucket(&bucket)
        .send()
        .await
        .expect("it stands");
    s3.put_object()
        .bucket(&bucket)
        .key("a/b")
        .body(ByteStream::from_static(b"x"))
        .send()
        .await
        .expect("put");
    s3.copy_object()
        .bucket(&bucket)
        .key("c")
        .copy_source(format!("{bucket}/a/b"))
        .send()
        .await
        .expect("copied");
    s3.list_object_versions()
        .bucket(&bucket)
        .send()
        .await
        .expect("listed");
    s3.list_objects_v2()
        .bucket(&bucket)
        .send()
        .await
        .expect("listed");
    let _ = s3.get_bucket_replication().bucket(&bucket).send().await;
    make_role(&lab, east, "crr-orders").await;
    lab.sts(east)
        .get_caller_identity()
        .send()
        .await
        .expect("known");
    lab.admin_kms(east).create_key().send().await.expect("made");

    let calls = lab.calls();
    let names = [
        "CreateBucket",
        "PutBucketVersioning",
        "HeadBucket",
        "PutObject",
        "CopyObject",
        "ListObjectVersions",
        "ListObjectsV2",
        "GetBucketReplication",
        "CreateRole",
        "GetCallerIdentity",
        "CreateKey",
    ];
    assert_eq!(calls.names(), names);
    assert_eq!(calls.on(&bucket).len(), 8);
    assert_eq!(calls.on("crr-orders").names(), ["CreateRole"]);
    assert_eq!(calls.of("GetBucketReplication").0[0].status, Some(404));
    assert_eq!(
        calls.writes().names(),
        [
            "CreateBucket",
            "PutBucketVersioning",
            "PutObject",
            "CopyObject",
            "CreateRole",
            "CreateKey"
        ]
    );
    let first = &calls.0[0];
    assert_eq!(
        (first.call.region.as_str(), first.call.access_key.as_str()),
        ("us-east-1", "111111111111")
    );
    lab.reset_calls();
    assert!(lab.calls().is_empty());
}

#[tokio::test]
async fn memory_answers_until_something_is_written() {
    let lab = Lab::start().await.unwrap();
    let east = lab.site("east");
    let bucket = versioned_bucket(&lab, east, "orders").await;
    let other = versioned_bucket(&lab, east, "invoices").await;
    lab.gateway().set_memory(true);
    lab.reset_calls();
    let s3 = lab.admin_s3(east);
    let tags = async |name: &str| {
        let read = s3.get_bucket_tagging().bucket(name).send().await;
        read.map_or(0, |read| read.tag_set().len())
    };
    assert_eq!(
        (tags(&bucket).await, tags(&bucket).await, tags(&other).await),
        (0, 0, 0)
    );
    let tag = Tag::builder()
        .key("dr")
        .value("true")
        .build()
        .expect("a tag");
    let tagging = Tagging::builder().tag_set(tag).build().expect("tags");
    s3.put_bucket_tagging()
        .bucket(&bucket)
        .tagging(tagging)
        .send()
        .await
        .expect("tagged");
    assert_eq!(
        (tags(&bucket).await, tags(&bucket).await, tags(&other).await),
        (1, 1, 0)
    );
    let origins: Vec<_> = lab
        .calls()
        .of("GetBucketTagging")
        .0
        .iter()
        .filter_map(|call| call.origin)
        .collect();
    assert_eq!(
        origins,
        [Emulator, Memory, Emulator, Emulator, Memory, Memory]
    );

    // Another caller has no part in it.
    let denied = lab
        .s3_as(lab.site("vault"), &lab.site("vault").operator)
        .get_bucket_tagging()
        .bucket(&bucket)
        .send()
        .await;
    assert!(denied.is_err());
}

#[test]
fn round_trips_are_calls_in_a_row() {
    let spans = |spans: &[(u64, u64)]| {
        let call = |(began, ended): &(u64, u64)| {
            serde_json::json!({
                "service": "s3", "operation": "GetBucketPolicy", "resource": "b", "key": "", "access_key": "", "region": "",
                "began": began, "ended": ended, "status": 200, "origin": "emulator",
            })
        };
        let calls = serde_json::Value::Array(spans.iter().map(call).collect());
        serde_json::from_value::<acceptance_tests::gateway::Calls>(calls)
            .expect("calls")
            .round_trips()
    };
    assert_eq!(spans(&[]), 0);
    assert_eq!(spans(&[(0, 20), (0, 21), (1, 22)]), 1);
    assert_eq!(spans(&[(0, 20), (0, 21), (22, 40), (22, 43), (45, 60)]), 3);
}
