//! What a request asks for, in AWS's own names: read off the method, path, query and body.

mod lambda;

use hyper::body::Bytes;
use hyper::http::request::Parts;
use serde::{Deserialize, Serialize};

/// Which API a request speaks; the errors of each have their own form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Service {
    /// S3 and S3 Control: XML.
    S3,
    /// IAM, in the query protocol.
    Iam,
    /// STS, in the query protocol.
    Sts,
    /// KMS and others: JSON.
    Kms,
    /// EventBridge: JSON.
    Events,
    /// SQS: JSON.
    Sqs,
    /// Lambda: JSON over paths.
    Lambda,
    /// Organizations: JSON.
    Organizations,
    /// Anything else.
    Other,
}

/// A request by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The API.
    pub service: Service,
    /// The operation's name as AWS writes it: `PutBucketReplication`, `CreateRole`.
    pub operation: String,
    /// The bucket, role, user or key that it is about; empty where there is none.
    pub resource: String,
    /// The object's key, for object calls.
    pub key: String,
    /// The access key that signed it: a 12-digit one is an account's root.
    pub access_key: String,
    /// The region in the signature's scope.
    pub region: String,
}

impl Call {
    /// Names a request.
    pub fn of(parts: &Parts, body: &Bytes) -> Self {
        let (access_key, region, scope) = signature_scope(parts);
        let named = |service, (operation, resource): (String, String)| Self {
            service,
            operation,
            resource,
            key: String::new(),
            access_key: access_key.clone(),
            region: region.clone(),
        };
        if let Some((prefix, operation)) = header(parts, "x-amz-target").rsplit_once('.') {
            let service = json_service(prefix);
            return named(
                service,
                (operation.to_owned(), json_resource(service, body)),
            );
        }
        if scope == "lambda" {
            let path = decode(parts.uri.path());
            return named(
                Service::Lambda,
                lambda::operation(parts.method.as_str(), &path, body),
            );
        }
        if scope == "iam" || scope == "sts" {
            let service = if scope == "iam" {
                Service::Iam
            } else {
                Service::Sts
            };
            let operation = form_value(body, "Action").unwrap_or_default();
            let resource = ["RoleName", "UserName", "PolicyArn", "RoleArn", "PolicyName"]
                .iter()
                .find_map(|name| form_value(body, name))
                .unwrap_or_default();
            return named(service, (operation, resource));
        }
        let path = decode(parts.uri.path());
        if let Some(arn) = path.strip_prefix("/v20180820/tags/") {
            let operation = match parts.method.as_str() {
                "GET" => "ListTagsForResource",
                "DELETE" => "UntagResource",
                _ => "TagResource",
            };
            let (_, bucket) = arn.split_once(":::").unwrap_or_default();
            return named(Service::S3, (operation.to_owned(), bucket.to_owned()));
        }
        if path.starts_with("/v20180820/") {
            let operation = format!("S3Control {} {path}", parts.method);
            return named(Service::S3, (operation, String::new()));
        }
        let (bucket, key) = split_path(&path);
        let query = parts.uri.query().unwrap_or_default();
        let copies = parts.headers.contains_key("x-amz-copy-source");
        let operation = s3_operation(parts.method.as_str(), bucket, key, query, copies);
        let service = if scope == "s3" || scope.is_empty() {
            Service::S3
        } else {
            Service::Other
        };
        Self {
            service,
            operation,
            resource: bucket.to_owned(),
            key: key.to_owned(),
            access_key,
            region,
        }
    }

    /// Whether it only reads configuration: the same answer until something is written.
    pub fn reads_configuration(&self) -> bool {
        let reads = ["Get", "Head", "List", "Describe"]
            .iter()
            .any(|verb| self.operation.starts_with(verb));
        // Objects change by replication, which no call shows.
        let objects = [
            "ListObjects",
            "ListObjectsV2",
            "ListObjectVersions",
            "ListMultipartUploads",
        ];
        // A queue's depth is among its attributes, and messages come without a call of the queue's own.
        let still = self.service != Service::Sqs;
        reads && still && self.key.is_empty() && !objects.contains(&self.operation.as_str())
    }
}

/// Which service an `x-amz-target` speaks to.
fn json_service(prefix: &str) -> Service {
    match prefix {
        "AWSEvents" => Service::Events,
        "AmazonSQS" => Service::Sqs,
        _ if prefix.starts_with("AWSOrganizations") => Service::Organizations,
        _ => Service::Kms,
    }
}

/// The key, rule, queue or account that a JSON request is about.
fn json_resource(service: Service, body: &Bytes) -> String {
    let value = serde_json::from_slice::<serde_json::Value>(body).unwrap_or_default();
    let fields: &[&str] = match service {
        Service::Events => &["Name", "Rule", "ResourceARN"],
        Service::Sqs => &["QueueName", "QueueUrl"],
        Service::Organizations => &["AccountName", "AccountId", "CreateAccountRequestId"],
        _ => &["KeyId"],
    };
    let found = fields
        .iter()
        .find_map(|field| value.get(field).and_then(serde_json::Value::as_str));
    let found = found.unwrap_or_default();
    // A key may have slashes in its ARN; a rule's ARN and a queue's URL end with the name.
    if service == Service::Kms {
        found.to_owned()
    } else {
        found.rsplit('/').next().unwrap_or(found).to_owned()
    }
}

fn header<'a>(parts: &'a Parts, name: &str) -> &'a str {
    parts
        .headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Access key, region and service of the signature.
fn signature_scope(parts: &Parts) -> (String, String, String) {
    let authorization = header(parts, "authorization");
    let credential = authorization
        .split(['=', ',', ' '])
        .skip_while(|word| *word != "Credential")
        .nth(1)
        .map(str::to_owned)
        .or_else(|| query_value(parts.uri.query().unwrap_or_default(), "X-Amz-Credential"))
        .unwrap_or_default();
    let mut scope = credential.split('/').map(str::to_owned);
    let access_key = scope.next().unwrap_or_default();
    let region = scope.nth(1).unwrap_or_default();
    (access_key, region, scope.next().unwrap_or_default())
}

/// Bucket and key of a path-style request.
fn split_path(path: &str) -> (&str, &str) {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.split_once('/').unwrap_or((path, ""))
}

/// The value of a form field, decoded.
pub fn form_value(body: &[u8], name: &str) -> Option<String> {
    query_value(std::str::from_utf8(body).ok()?, name)
}

/// The value of a query parameter, decoded; an empty string for one without a value.
pub fn query_value(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| decode(&value.replace('+', " ")))
    })
}

/// Percent-decoding, and nothing else.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next().unwrap_or(b'0'), rest.next().unwrap_or(b'0')];
        let digits = String::from_utf8_lossy(&digits).into_owned();
        bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sub-resources of a bucket, and what S3 calls them between the verb and the end.
const BUCKET_SUBRESOURCES: [(&str, &str); 21] = [
    ("replication", "BucketReplication"),
    ("versioning", "BucketVersioning"),
    ("policy", "BucketPolicy"),
    ("policyStatus", "BucketPolicyStatus"),
    ("encryption", "BucketEncryption"),
    ("ownershipControls", "BucketOwnershipControls"),
    ("publicAccessBlock", "PublicAccessBlock"),
    ("object-lock", "ObjectLockConfiguration"),
    ("tagging", "BucketTagging"),
    ("lifecycle", "BucketLifecycleConfiguration"),
    ("notification", "BucketNotificationConfiguration"),
    ("location", "BucketLocation"),
    ("acl", "BucketAcl"),
    ("requestPayment", "BucketRequestPayment"),
    ("logging", "BucketLogging"),
    ("cors", "BucketCors"),
    ("accelerate", "BucketAccelerateConfiguration"),
    ("inventory", "BucketInventoryConfiguration"),
    ("metrics", "BucketMetricsConfiguration"),
    ("website", "BucketWebsite"),
    ("analytics", "BucketAnalyticsConfiguration"),
];

fn s3_operation(method: &str, bucket: &str, key: &str, query: &str, copies: bool) -> String {
    let has = |name: &str| query_value(query, name).is_some();
    let verb = match method {
        "PUT" => "Put",
        "DELETE" => "Delete",
        "HEAD" => "Head",
        "POST" => "Post",
        _ => "Get",
    };
    if bucket.is_empty() {
        return "ListBuckets".to_owned();
    }
    if !key.is_empty() {
        return object_operation(verb, &has, copies).to_owned();
    }
    if let Some((_, name)) = BUCKET_SUBRESOURCES
        .iter()
        .find(|(parameter, _)| has(parameter))
    {
        return format!("{verb}{name}");
    }
    let name = match verb {
        "Get" if has("versions") => "ListObjectVersions",
        "Get" if has("uploads") => "ListMultipartUploads",
        "Get" if has("list-type") => "ListObjectsV2",
        "Get" => "ListObjects",
        "Head" => "HeadBucket",
        "Put" => "CreateBucket",
        "Delete" => "DeleteBucket",
        _ if has("delete") => "DeleteObjects",
        _ => "PostObject",
    };
    name.to_owned()
}

fn object_operation(verb: &str, has: &dyn Fn(&str) -> bool, copies: bool) -> &'static str {
    for (parameter, put, get, delete) in [
        (
            "tagging",
            "PutObjectTagging",
            "GetObjectTagging",
            "DeleteObjectTagging",
        ),
        ("retention", "PutObjectRetention", "GetObjectRetention", ""),
        ("legal-hold", "PutObjectLegalHold", "GetObjectLegalHold", ""),
        ("acl", "PutObjectAcl", "GetObjectAcl", ""),
        ("attributes", "", "GetObjectAttributes", ""),
    ] {
        if has(parameter) {
            return match verb {
                "Put" => put,
                "Delete" => delete,
                _ => get,
            };
        }
    }
    match verb {
        "Put" if has("partNumber") => "UploadPart",
        "Put" if copies => "CopyObject",
        "Put" => "PutObject",
        "Delete" if has("uploadId") => "AbortMultipartUpload",
        "Delete" => "DeleteObject",
        "Head" => "HeadObject",
        "Post" if has("uploads") => "CreateMultipartUpload",
        "Post" if has("uploadId") => "CompleteMultipartUpload",
        "Post" => "PostObject",
        _ if has("uploadId") => "ListParts",
        _ => "GetObject",
    }
}
