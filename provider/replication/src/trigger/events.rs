//! The events that wake: those calls to S3 that make a bucket, or may undo what protects one.
//!
//! Tags of a bucket are also changed by S3 Control's `TagResource` and `UntagResource`, which the console and CloudFormation use, and
//! which alone may tag a bucket whose tags decide about access. They are about other kinds of resources, too: those wake nobody.
//!
//! An event only wakes. Whether anything is to be done the look decides, so a name too many costs a look, and a name too few
//! costs the time until the next look at the whole site.

use serde_json::json;

/// The names of these calls in CloudTrail's records.
///
/// They are not always the API's: `PutBucketLifecycleConfiguration` is recorded as `PutBucketLifecycle`,
/// `PutPublicAccessBlock` as `PutBucketPublicAccessBlock`, `PutObjectLockConfiguration` as
/// `PutBucketObjectLockConfiguration`. Where both are about, both are listed.
pub const WAKING: [&str; 26] = [
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
    "TagResource",
    "UntagResource",
];

/// Who records them. S3 and S3 Control share the first name in the records that are documented; what it costs to know the
/// second, too, is nothing.
const RECORDED_BY: [(&str, &str); 2] = [
    ("aws.s3", "s3.amazonaws.com"),
    ("aws.s3control", "s3control.amazonaws.com"),
];

/// Whether events of this source may wake.
pub fn is_source(source: &str) -> bool {
    RECORDED_BY.iter().any(|(known, _)| *known == source)
}

/// The bucket of an ARN; none where it is of something else.
pub fn bucket_of(arn: &str) -> Option<&str> {
    let name = arn.strip_prefix("arn:")?.split_once(":s3:::")?.1;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

/// Whether a call of this name wakes.
pub fn wakes(event_name: &str) -> bool {
    WAKING.contains(&event_name)
}

/// The pattern of the EventBridge rule: these calls to S3 where they succeeded, as CloudTrail records them.
pub fn pattern() -> String {
    json!({
        "source": RECORDED_BY.map(|(source, _)| source),
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "eventSource": RECORDED_BY.map(|(_, source)| source),
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

    #[test]
    fn only_a_bucket_s_arn_names_a_bucket() {
        assert_eq!(bucket_of("arn:aws-cn:s3:::orders"), Some("orders"));
        for arn in [
            "arn:aws:s3:::orders/key",
            "arn:aws:s3:us-east-1:111111111111:accesspoint/orders",
            "arn:aws:s3express:us-east-1:111111111111:bucket/orders--use1-az4--x-s3",
            "orders",
            "",
        ] {
            assert_eq!(bucket_of(arn), None, "{arn}");
        }
    }
}
