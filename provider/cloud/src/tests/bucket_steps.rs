//! What each step on a bucket sends.

use replication::{Encryption, Logging, Ownership, PublicAccessBlock, Retention, Step};

use super::script::{Script, answer, s3_error};
use super::{EAST, at, caller, cloud, execute, made_by};
use crate::ErrorKind;

/// Takes a step that is one call; what was sent with it.
async fn sent(step: Step, call: &str) -> String {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(call, answer(200));
    execute(&cloud(&script), step).await.unwrap();
    let sent = script.finish().pop().unwrap();
    assert_eq!(sent.headers["x-amz-expected-bucket-owner"], EAST);
    sent.body
}

#[tokio::test(start_paused = true)]
async fn settings_are_one_call_each() {
    let at = || at("east", "orders");
    let body = sent(
        Step::PutVersioning { at: at() },
        "east s3 PUT /orders?versioning",
    )
    .await;
    assert!(body.contains("<Status>Enabled</Status>"), "{body}");
    let step = Step::PutPublicAccessBlock {
        at: at(),
        block: PublicAccessBlock {
            restrict_public_buckets: false,
            ..PublicAccessBlock::ALL
        },
    };
    let body = sent(step, "east s3 PUT /orders?publicAccessBlock").await;
    assert!(
        body.contains("<BlockPublicPolicy>true</BlockPublicPolicy>"),
        "{body}"
    );
    assert!(
        body.contains("<RestrictPublicBuckets>false</RestrictPublicBuckets>"),
        "{body}"
    );
    let step = Step::PutOwnership {
        at: at(),
        ownership: Ownership::BucketOwnerEnforced,
    };
    let body = sent(step, "east s3 PUT /orders?ownershipControls").await;
    assert!(
        body.contains("<ObjectOwnership>BucketOwnerEnforced</ObjectOwnership>"),
        "{body}"
    );
    let step = Step::PutEncryption {
        at: at(),
        encryption: Encryption {
            algorithm: "aws:kms".to_owned(),
            key: Some("arn:k".to_owned()),
            bucket_key: true,
        },
    };
    let body = sent(step, "east s3 PUT /orders?encryption").await;
    assert!(
        body.contains("<SSEAlgorithm>aws:kms</SSEAlgorithm>"),
        "{body}"
    );
    assert!(
        body.contains("<KMSMasterKeyID>arn:k</KMSMasterKeyID>"),
        "{body}"
    );
    assert!(
        body.contains("<BucketKeyEnabled>true</BucketKeyEnabled>"),
        "{body}"
    );
    let step = Step::PutBucketTags {
        at: at(),
        tags: made_by(),
        owned: replication::mirror::OwnedTags::default(),
    };
    let body = sent(step, "east s3 PUT /orders?tagging").await;
    assert!(
        body.contains("<Value>terraform-provider-crr</Value>"),
        "{body}"
    );
    sent(Step::DeleteBucket { at: at() }, "east s3 DELETE /orders").await;
}

#[tokio::test(start_paused = true)]
async fn object_lock_and_access_log_are_one_call_each() {
    let at = || at("east", "orders");
    let body = sent(
        Step::PutObjectLock {
            at: at(),
            retention: None,
        },
        "east s3 PUT /orders?object-lock",
    )
    .await;
    assert!(
        body.contains("<ObjectLockEnabled>Enabled</ObjectLockEnabled>"),
        "{body}"
    );
    assert!(!body.contains("<Rule>"), "{body}");
    let step = Step::PutObjectLock {
        at: at(),
        retention: Some(Retention {
            mode: "COMPLIANCE".to_owned(),
            days: Some(30),
            years: None,
        }),
    };
    let body = sent(step, "east s3 PUT /orders?object-lock").await;
    assert!(
        body.contains("<DefaultRetention><Mode>COMPLIANCE</Mode><Days>30</Days>"),
        "{body}"
    );
    let step = Step::PutLogging {
        at: at(),
        logging: Logging {
            bucket: "logs".to_owned(),
            prefix: "orders/".to_owned(),
        },
    };
    let body = sent(step, "east s3 PUT /orders?logging").await;
    assert!(
        body.contains("<LoggingEnabled><TargetBucket>logs</TargetBucket><TargetPrefix>orders/</TargetPrefix></LoggingEnabled>"),
        "{body}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_gone_is_deleted() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect("east s3 DELETE /orders", answer(204).lost());
    script.expect(
        "east s3 DELETE /orders",
        s3_error(404, "NoSuchBucket", "gone"),
    );
    let step = Step::DeleteBucket {
        at: at("east", "orders"),
    };
    execute(&cloud(&script), step).await.unwrap();
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_not_empty_is_not_waited_for() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(
        "east s3 DELETE /orders",
        s3_error(
            409,
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty",
        ),
    );
    let step = Step::DeleteBucket {
        at: at("east", "orders"),
    };
    let error = execute(&cloud(&script), step).await.unwrap_err();
    assert_eq!(error.failures[0].kind, ErrorKind::Service);
    assert!(
        error.failures[0]
            .remedy
            .as_ref()
            .unwrap()
            .contains("force_destroy")
    );
    script.finish();
}
