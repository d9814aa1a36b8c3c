//! What each step on a bucket sends.

use replication::{Encryption, Ownership, PublicAccessBlock, Step};

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
    };
    let body = sent(step, "east s3 PUT /orders?tagging").await;
    assert!(
        body.contains("<Value>terraform-provider-crr</Value>"),
        "{body}"
    );
    let body = sent(
        Step::PutObjectLock { at: at() },
        "east s3 PUT /orders?object-lock",
    )
    .await;
    assert!(
        body.contains("<ObjectLockEnabled>Enabled</ObjectLockEnabled>"),
        "{body}"
    );
    assert!(!body.contains("<Rule>"), "{body}");
    sent(Step::DeleteBucket { at: at() }, "east s3 DELETE /orders").await;
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

fn empty() -> Step {
    Step::EmptyBucket {
        at: at("east", "orders"),
    }
}

fn versions(content: &str) -> super::script::Answer {
    answer(200).xml(&format!(
        "<ListVersionsResult>{content}</ListVersionsResult>"
    ))
}

#[tokio::test(start_paused = true)]
async fn a_bucket_is_emptied_of_versions_markers_and_uploads_until_nothing_is_left() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(
        "east s3 GET /orders?versions",
        versions("<IsTruncated>true</IsTruncated><NextKeyMarker>a b</NextKeyMarker><NextVersionIdMarker>2</NextVersionIdMarker><Version><Key>a b</Key><VersionId>1</VersionId></Version><DeleteMarker><Key>a b</Key><VersionId>2</VersionId></DeleteMarker>"),
    );
    script.expect(
        "east s3 GET /orders?versions&key-marker=a%20b&version-id-marker=2",
        versions("<IsTruncated>false</IsTruncated><Version><Key>c</Key><VersionId>3</VersionId></Version>"),
    );
    script.expect(
        "east s3 POST /orders?delete",
        answer(200).xml("<DeleteResult/>"),
    );
    script.expect(
        "east s3 POST /orders?delete",
        answer(200).xml("<DeleteResult/>"),
    );
    // A replica has arrived meanwhile.
    script.expect(
        "east s3 GET /orders?versions",
        versions("<Version><Key>d</Key><VersionId>4</VersionId></Version>"),
    );
    script.expect(
        "east s3 POST /orders?delete",
        answer(200).xml("<DeleteResult/>"),
    );
    script.expect("east s3 GET /orders?versions", versions(""));
    script.expect(
        "east s3 GET /orders?uploads",
        answer(200).xml("<ListMultipartUploadsResult><Upload><Key>big</Key><UploadId>u1</UploadId></Upload></ListMultipartUploadsResult>"),
    );
    script.expect("east s3 DELETE /orders/big?uploadId=u1", answer(204));
    execute(&cloud(&script), empty()).await.unwrap();
    let deleted = script.bodies("east s3 POST /orders?delete").concat();
    for version in 1..=4 {
        let id = format!("<VersionId>{version}</VersionId>");
        assert_eq!(deleted.matches(&id).count(), 1, "{deleted}");
    }
}

#[tokio::test(start_paused = true)]
async fn versions_under_a_lock_stay_and_are_said() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(
        "east s3 GET /orders?versions",
        versions("<Version><Key>a</Key><VersionId>1</VersionId></Version>"),
    );
    script.expect(
        "east s3 POST /orders?delete",
        answer(200).xml("<DeleteResult><Error><Key>a</Key><VersionId>1</VersionId><Code>AccessDenied</Code><Message>Access Denied because object protected by object lock.</Message></Error></DeleteResult>"),
    );
    let error = execute(&cloud(&script), empty()).await.unwrap_err();
    let failure = &error.failures[0];
    assert_eq!(failure.code.as_deref(), Some("AccessDenied"));
    assert!(
        failure.message.contains("1 of 1 versions stay"),
        "{failure}"
    );
    assert!(
        failure.detail().contains("retention and legal hold"),
        "{failure}"
    );
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
