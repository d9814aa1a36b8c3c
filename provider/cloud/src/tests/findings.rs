//! What S3's refusals say of a bucket.

use replication::observed::{BucketReads, Existence, Reads};
use replication::{ObservedBucket, Seen};

use super::script::{Answer, Script, answer, s3_error};
use super::{EAST, at, caller, cloud};
use crate::{CloudError, ErrorKind};

const TWO: BucketReads = BucketReads {
    replication: true,
    policy: true,
    versioning: false,
    encryption: false,
    ownership: false,
    public_access_block: false,
    tags: false,
    object_lock: false,
    lifecycle: false,
    cors: false,
    logging: false,
    contents: false,
};

/// Looks at replication and policy of a bucket, with these answers.
async fn look(replication: Answer, policy: Answer) -> Result<ObservedBucket, CloudError> {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect("east s3 GET /orders?replication", replication);
    script.expect("east s3 GET /orders?policy", policy);
    let mut reads = Reads::default();
    reads.buckets.insert(at("east", "orders"), TWO);
    let observed = cloud(&script).observe(&reads).await;
    script.finish();
    observed.map(|o| o.buckets[&at("east", "orders")].clone())
}

fn denied() -> Answer {
    s3_error(403, "AccessDenied", "Access Denied")
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_is_not_there_is_absent() {
    let bucket = look(
        s3_error(404, "ReplicationConfigurationNotFoundError", "none"),
        s3_error(404, "NoSuchBucketPolicy", "none"),
    )
    .await
    .unwrap();
    assert_eq!(bucket.existence, Existence::Exists);
    assert_eq!(
        (bucket.replication, bucket.policy),
        (Seen::Absent, Seen::Absent)
    );
}

#[tokio::test(start_paused = true)]
async fn every_other_setting_has_its_own_word_for_absent() {
    let settings = [
        (
            "encryption",
            "ServerSideEncryptionConfigurationNotFoundError",
        ),
        ("ownershipControls", "OwnershipControlsNotFoundError"),
        ("publicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
        ("tagging", "NoSuchTagSet"),
        ("object-lock", "ObjectLockConfigurationNotFoundError"),
    ];
    let script = Script::default();
    caller(&script, "east", EAST);
    for (part, code) in settings {
        let call = format!("east s3 GET /orders?{part}");
        script.expect(&call, s3_error(404, code, "none"));
    }
    let asked = BucketReads {
        encryption: true,
        ownership: true,
        public_access_block: true,
        tags: true,
        object_lock: true,
        ..BucketReads::default()
    };
    let mut reads = Reads::default();
    reads.buckets.insert(at("east", "orders"), asked);
    let observed = cloud(&script).observe(&reads).await.unwrap();
    let bucket = &observed.buckets[&at("east", "orders")];
    assert_eq!(bucket.existence, Existence::Exists);
    assert!(bucket.encryption.is_absent());
    assert!(bucket.ownership.is_absent());
    assert!(bucket.public_access_block.is_absent());
    assert!(bucket.tags.is_absent());
    assert!(bucket.object_lock.is_absent());
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_setting_that_the_system_does_not_have_is_absent() {
    let bucket = look(
        s3_error(501, "NotImplemented", "no replication here"),
        s3_error(405, "MethodNotAllowed", "no policies here"),
    )
    .await
    .unwrap();
    assert_eq!(bucket.existence, Existence::Exists);
    assert_eq!(
        (bucket.replication, bucket.policy),
        (Seen::Absent, Seen::Absent)
    );
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_not_there_is_missing() {
    let none = || s3_error(404, "NoSuchBucket", "The specified bucket does not exist");
    let bucket = look(none(), none()).await.unwrap();
    assert_eq!(bucket, ObservedBucket::of(Existence::Missing));
}

#[tokio::test(start_paused = true)]
async fn a_bucket_in_another_region_is_elsewhere() {
    let by_header = || {
        s3_error(301, "PermanentRedirect", "use the endpoint")
            .header("x-amz-bucket-region", "eu-west-1")
    };
    let by_body = || {
        answer(400).xml(
            "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region is wrong</Message><Region>eu-west-1</Region></Error>",
        )
    };
    let region = Some("eu-west-1".to_owned());
    for bucket in [
        look(by_header(), by_header()).await.unwrap(),
        look(by_body(), by_body()).await.unwrap(),
    ] {
        let region = region.clone();
        assert_eq!(bucket, ObservedBucket::of(Existence::Elsewhere { region }));
    }
    let silent = || s3_error(301, "PermanentRedirect", "use the endpoint");
    let bucket = look(silent(), silent()).await.unwrap();
    assert_eq!(bucket.existence, Existence::Elsewhere { region: None });
}

#[tokio::test(start_paused = true)]
async fn one_refusal_is_of_that_part_and_all_are_of_the_bucket() {
    let refusal = Seen::Denied {
        action: "s3:GetReplicationConfiguration".to_owned(),
        message: "AccessDenied: Access Denied".to_owned(),
    };
    let bucket = look(denied(), s3_error(404, "NoSuchBucketPolicy", "none"))
        .await
        .unwrap();
    assert_eq!(bucket.existence, Existence::Exists);
    assert_eq!(bucket.replication, refusal);
    let bucket = look(denied(), denied()).await.unwrap();
    let message = "AccessDenied: Access Denied".to_owned();
    assert_eq!(bucket.existence, Existence::Forbidden { message });
}

#[tokio::test(start_paused = true)]
async fn credentials_that_are_refused_are_no_finding() {
    let expired = || s3_error(400, "ExpiredToken", "The provided token has expired.");
    let error = look(expired(), expired()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Credentials);
    assert_eq!(error.summary(), "Could not look at bucket east:orders");
    assert_eq!(error.request_id.as_deref(), Some("REQ1"));
}

#[tokio::test(start_paused = true)]
async fn whether_a_bucket_is_there_can_be_asked_alone() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(
        "east s3 GET /orders?versioning",
        answer(200).xml("<VersioningConfiguration/>"),
    );
    let mut reads = Reads::default();
    reads
        .buckets
        .insert(at("east", "orders"), BucketReads::default());
    let observed = cloud(&script).observe(&reads).await.unwrap();
    let bucket = &observed.buckets[&at("east", "orders")];
    assert_eq!(*bucket, ObservedBucket::of(Existence::Exists));
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_busy_service_is_asked_again() {
    let script = Script::default();
    caller(&script, "east", EAST);
    let call = "east s3 GET /orders?versioning";
    script.expect(call, s3_error(503, "SlowDown", "Reduce your request rate"));
    script.expect(call, answer(200).lost());
    script.expect(call, answer(200).xml("<VersioningConfiguration/>"));
    let mut reads = Reads::default();
    reads
        .buckets
        .insert(at("east", "orders"), BucketReads::default());
    cloud(&script).observe(&reads).await.unwrap();
    assert_eq!(script.calls().len(), 3);
}
