//! CloudTrail's record of a call about a bucket, in the envelope in which EventBridge passes it on.

use std::hash::{BuildHasher as _, Hasher as _};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use hyper::body::Bytes;
use hyper::http::request::Parts;
use serde_json::{Value, json};

use super::Place;
use crate::gateway::call::{Call, Service};
use crate::gateway::principal::Caller;
use crate::gateway::upstream::element;

/// What CloudTrail calls a call that changes a bucket; `None` for all others. Several differ from the API's name.
pub fn event_name(call: &Call) -> Option<&str> {
    if call.service != Service::S3 || !call.key.is_empty() {
        return None;
    }
    let name = match call.operation.as_str() {
        "PutBucketLifecycleConfiguration" => "PutBucketLifecycle",
        "DeleteBucketLifecycleConfiguration" => "DeleteBucketLifecycle",
        "PutPublicAccessBlock" => "PutBucketPublicAccessBlock",
        "DeletePublicAccessBlock" => "DeleteBucketPublicAccessBlock",
        "PutObjectLockConfiguration" => "PutBucketObjectLockConfiguration",
        "PutBucketNotificationConfiguration" => "PutBucketNotification",
        "TagResource" => "TagResource",
        "UntagResource" => "UntagResource",
        "CreateBucket" => "CreateBucket",
        "DeleteBucket" => "DeleteBucket",
        other if other.starts_with("PutBucket") || other.starts_with("DeleteBucket") => other,
        _ => return None,
    };
    Some(name)
}

fn identity(caller: Option<&Caller>, call: &Call, now: &str) -> Value {
    let Some(caller) = caller else {
        return json!({ "type": "Unknown", "accessKeyId": call.access_key });
    };
    let (account, arn) = (caller.account(), caller.arn());
    match caller {
        Caller::Root { .. } => json!({
            "type": "Root", "principalId": account, "arn": arn, "accountId": account, "accessKeyId": call.access_key,
        }),
        Caller::User { name, .. } => json!({
            "type": "IAMUser", "principalId": "AIDALABLABLABLABLAB01", "arn": arn, "accountId": account,
            "accessKeyId": call.access_key, "userName": name,
        }),
        Caller::Role { name, .. } => json!({
            "type": "AssumedRole",
            "principalId": format!("AROALABLABLABLABLAB01:{}", arn.rsplit('/').next().unwrap_or_default()),
            "arn": arn, "accountId": account, "accessKeyId": call.access_key,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role", "principalId": "AROALABLABLABLABLAB01",
                    "arn": format!("arn:aws:iam::{account}:role/{name}"), "accountId": account, "userName": name,
                },
                "attributes": { "creationDate": now, "mfaAuthenticated": "false" },
            },
        }),
    }
}

/// The parameters as CloudTrail has them: the bucket, the host, the sub-resource, and of a new bucket where it is.
fn parameters(place: &Place, (call, parts, body): (&Call, &Parts, &Bytes)) -> Value {
    let mut parameters = json!({
        "bucketName": call.resource,
        "Host": format!("s3.{}.amazonaws.com", place.region),
    });
    let Some(fields) = parameters.as_object_mut() else {
        return parameters;
    };
    if parts.uri.path().starts_with("/v20180820/") {
        // S3 Control names no bucket.
        fields.remove("bucketName");
        let arn = format!("arn:aws:s3:::{}", call.resource);
        fields.insert("resourceArn".to_owned(), json!(arn));
    }
    let query = parts.uri.query().unwrap_or_default();
    for name in query.split('&').filter_map(|pair| pair.split('=').next()) {
        if !name.is_empty() && name != "x-id" {
            fields.insert(name.to_owned(), json!(""));
        }
    }
    let constraint = element(&String::from_utf8_lossy(body), "LocationConstraint");
    if let Some(constraint) = constraint.filter(|_| call.operation == "CreateBucket") {
        let xmlns = "http://s3.amazonaws.com/doc/2006-03-01/";
        let made = json!({ "xmlns": xmlns, "LocationConstraint": constraint });
        fields.insert("CreateBucketConfiguration".to_owned(), made);
    }
    parameters
}

/// The event, as it stands in a queue's message.
pub fn event(
    name: &str,
    place: &Place,
    asked: (&Call, &Parts, &Bytes),
    caller: Option<&Caller>,
    failure: Option<(String, String)>,
) -> Value {
    let (call, parts, _) = asked;
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    let now = DateTime::from_secs(seconds)
        .fmt(DateTimeFormat::DateTime)
        .unwrap_or_default();
    let agent = parts
        .headers
        .get("user-agent")
        .and_then(|agent| agent.to_str().ok())
        .unwrap_or_default();
    let mut detail = json!({
        "eventVersion": "1.11",
        "userIdentity": identity(caller, call, &now),
        "eventTime": now,
        "eventSource": "s3.amazonaws.com",
        "eventName": name,
        "awsRegion": place.region,
        "sourceIPAddress": "203.0.113.1",
        "userAgent": format!("[{agent}]"),
        "requestParameters": parameters(place, asked),
        "responseElements": null,
        "additionalEventData": {
            "SignatureVersion": "SigV4", "CipherSuite": "TLS_AES_128_GCM_SHA256", "AuthenticationMethod": "AuthHeader",
            "bytesTransferredIn": 0, "bytesTransferredOut": 0,
        },
        "requestID": identifier().to_uppercase().replace('-', "").chars().take(16).collect::<String>(),
        "eventID": identifier(),
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": place.account,
        "eventCategory": "Management",
    });
    if let Some(fields) = detail.as_object_mut() {
        // A bucket that is being made is not among the resources yet.
        if name != "CreateBucket" {
            let arn = format!("arn:aws:s3:::{}", call.resource);
            let resource =
                json!({ "accountId": place.account, "type": "AWS::S3::Bucket", "ARN": arn });
            fields.insert("resources".to_owned(), json!([resource]));
        }
        if let Some((code, words)) = failure {
            fields.insert("errorCode".to_owned(), json!(code));
            fields.insert("errorMessage".to_owned(), json!(words));
        }
    }
    json!({
        "version": "0",
        "id": identifier(),
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.s3",
        "account": place.account,
        "time": now,
        "region": place.region,
        "resources": [],
        "detail": detail,
    })
}

/// An identifier that no other event has.
fn identifier() -> String {
    // Each state of a hasher has keys of its own, out of the system's randomness.
    let number = || std::hash::RandomState::new().build_hasher().finish();
    let (high, low) = (number(), number());
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff,
    )
}
