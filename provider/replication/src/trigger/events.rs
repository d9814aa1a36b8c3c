//! The events that wake: those calls to S3 that make a bucket, or may undo what protects one.
//!
//! An event only wakes. Whether anything is to be done the look decides, so a name too many costs a look, and a name too few
//! costs the time until the next look at the whole site.

use serde_json::json;

/// The names of these calls in CloudTrail's records.
///
/// They are not always the API's: `PutBucketLifecycleConfiguration` is recorded as `PutBucketLifecycle`,
/// `PutPublicAccessBlock` as `PutBucketPublicAccessBlock`, `PutObjectLockConfiguration` as
/// `PutBucketObjectLockConfiguration`. Where both are about, both are listed.
pub const WAKING: [&str; 24] = [
    "CreateBucket",
    "DeleteBucket",
    "DeleteBucketCors",
    "DeleteBucketEncryption",
    "DeleteBucketLifecycle",
    "DeleteBucketOwnershipControls",
    "DeleteBucketPolicy",
    "DeleteBucketPublicAccessBlock",
    "DeleteBucketReplication",
    "DeleteBucketTagging",
    "PutBucketCors",
    "PutBucketEncryption",
    "PutBucketLifecycle",
    "PutBucketLifecycleConfiguration",
    "PutBucketObjectLockConfiguration",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
    "PutBucketPublicAccessBlock",
    "PutBucketReplication",
    "PutBucketTagging",
    "PutBucketVersioning",
    "PutObjectLockConfiguration",
    "PutPublicAccessBlock",
    "DeletePublicAccessBlock",
];

/// Whether a call of this name wakes.
pub fn wakes(event_name: &str) -> bool {
    WAKING.contains(&event_name)
}

/// The pattern of the EventBridge rule: these calls to S3 where they succeeded, as CloudTrail records them.
pub fn pattern() -> String {
    json!({
        "source": ["aws.s3"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": ["s3.amazonaws.com"],
            "eventName": WAKING,
            "errorCode": [{ "exists": false }],
        },
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_is_within_the_quota() {
        assert!(pattern().len() <= 2048, "{}", pattern().len());
    }

    #[test]
    fn reads_and_object_calls_do_not_wake() {
        for name in ["GetBucketPolicy", "ListBuckets", "PutObject", ""] {
            assert!(!wakes(name), "{name}");
        }
        assert!(WAKING.into_iter().all(wakes));
    }
}
