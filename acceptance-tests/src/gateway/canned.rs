//! Buckets that the gateway holds by itself, for benches of thousands: the emulator is one Python process, and what such a bench
//! would measure is how fast it writes.
//!
//! It keeps the documents that are put and gives them back. It checks no permission and refuses nothing but a bucket that is there
//! or is not: nothing is shown with it but calls, time and memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use hyper::body::Bytes;
use hyper::header::HeaderValue;
use hyper::{Response, StatusCode};

use super::answer::{Body, Refusal, whole};
use super::call::{Call, Service};
use super::upstream::{Upstream, element};

/// A bucket: where it is, whose, and the documents of its settings by sub-resource.
#[derive(Debug)]
struct Bucket {
    account: String,
    region: String,
    settings: HashMap<String, Bytes>,
}

/// The buckets, while they are asked for here.
#[derive(Debug, Default)]
pub struct Canned {
    on: AtomicBool,
    buckets: Mutex<BTreeMap<String, Bucket>>,
}

/// What S3 says of a setting that was never made.
const ABSENT: [(&str, &str); 7] = [
    ("BucketReplication", "ReplicationConfigurationNotFoundError"),
    ("BucketPolicy", "NoSuchBucketPolicy"),
    ("BucketTagging", "NoSuchTagSet"),
    (
        "BucketLifecycleConfiguration",
        "NoSuchLifecycleConfiguration",
    ),
    ("BucketCors", "NoSuchCORSConfiguration"),
    (
        "ObjectLockConfiguration",
        "ObjectLockConfigurationNotFoundError",
    ),
    ("PublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
];

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SPACE: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

fn answer(status: StatusCode, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(whole(body));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/xml");
    response.headers_mut().insert("content-type", kind);
    response
}

impl Canned {
    /// Turns it on or off; off forgets the buckets.
    pub fn set(&self, on: bool) {
        self.on.store(on, Ordering::SeqCst);
        self.locked().clear();
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a bucket, as a new one is.
    pub fn make(&self, account: &str, region: &str, name: &str) {
        let mut settings = HashMap::new();
        let closed = format!(
            "{HEAD}<PublicAccessBlockConfiguration {SPACE}><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>\
             <BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>"
        );
        settings.insert("PublicAccessBlock".to_owned(), closed.into());
        let bucket = Bucket {
            account: account.to_owned(),
            region: region.to_owned(),
            settings,
        };
        self.locked().insert(name.to_owned(), bucket);
    }

    /// How many buckets have this setting.
    pub fn with(&self, setting: &str) -> usize {
        let buckets = self.locked();
        let have = |bucket: &&Bucket| bucket.settings.contains_key(setting);
        buckets.values().filter(have).count()
    }

    /// The answer to a call about buckets; `None` where it is not on, or not asked that.
    pub async fn answer(
        &self,
        upstream: &Upstream,
        call: &Call,
        query: &str,
        body: &Bytes,
        head: bool,
    ) -> Option<Response<Body>> {
        if !self.on.load(Ordering::SeqCst) || call.service != Service::S3 {
            return None;
        }
        let account = upstream.account_of(&call.access_key).await.ok()?;
        let refused =
            |status, code: &str, words: &str| Refusal::new(status, code, words).answer(call, head);
        let response = match call.operation.as_str() {
            "ListBuckets" => answer(StatusCode::OK, self.list(&account, query)),
            "CreateBucket" => self.create(&account, call, body),
            _ => {
                let mut buckets = self.locked();
                match buckets.get_mut(&call.resource) {
                    None => refused(404, "NoSuchBucket", "The specified bucket does not exist"),
                    Some(bucket) if bucket.account != account => {
                        refused(403, "AccessDenied", "Access Denied")
                    }
                    Some(bucket) => bucket.serve(call, body, head),
                }
            }
        };
        Some(response)
    }

    fn create(&self, account: &str, call: &Call, body: &Bytes) -> Response<Body> {
        if self.locked().contains_key(&call.resource) {
            let words = "Your previous request to create the named bucket succeeded and you already own it.";
            return Refusal::new(409, "BucketAlreadyOwnedByYou", words).answer(call, false);
        }
        let text = String::from_utf8_lossy(body).into_owned();
        let region = element(&text, "LocationConstraint").unwrap_or_else(|| call.region.clone());
        self.make(account, &region, &call.resource);
        let tags = text
            .split_once("<Tags>")
            .and_then(|(_, rest)| rest.split_once("</Tags>"));
        if let Some((tags, _)) = tags {
            let document = format!("{HEAD}<Tagging {SPACE}><TagSet>{tags}</TagSet></Tagging>");
            if let Some(bucket) = self.locked().get_mut(&call.resource) {
                bucket
                    .settings
                    .insert("BucketTagging".to_owned(), document.into());
            }
        }
        answer(StatusCode::OK, Bytes::new())
    }

    fn list(&self, account: &str, query: &str) -> String {
        let region = super::call::query_value(query, "bucket-region");
        let buckets = self.locked();
        let listed = buckets.iter().filter(|(_, bucket)| {
            bucket.account == account
                && region
                    .as_ref()
                    .is_none_or(|wanted| *wanted == bucket.region)
        });
        let line = |(name, bucket): (&String, &Bucket)| {
            format!(
                "<Bucket><Name>{name}</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate><BucketRegion>{}</BucketRegion></Bucket>",
                bucket.region
            )
        };
        let listed: String = listed.map(line).collect();
        format!(
            "{HEAD}<ListAllMyBucketsResult {SPACE}><Owner><ID>lab</ID></Owner><Buckets>{listed}</Buckets></ListAllMyBucketsResult>"
        )
    }
}

impl Bucket {
    fn serve(&mut self, call: &Call, body: &Bytes, head: bool) -> Response<Body> {
        let operation = call.operation.as_str();
        let empty = |status| answer(status, Bytes::new());
        match operation {
            "HeadBucket" => return empty(StatusCode::OK),
            "GetBucketLocation" => {
                let place = &self.region;
                let document =
                    format!("{HEAD}<LocationConstraint {SPACE}>{place}</LocationConstraint>");
                return answer(StatusCode::OK, document);
            }
            "ListObjectVersions" => {
                let document = format!(
                    "{HEAD}<ListVersionsResult {SPACE}><IsTruncated>false</IsTruncated></ListVersionsResult>"
                );
                return answer(StatusCode::OK, document);
            }
            _ => {}
        }
        if let Some(setting) = operation.strip_prefix("Put") {
            self.settings.insert(setting.to_owned(), body.clone());
            return empty(StatusCode::OK);
        }
        if let Some(setting) = operation.strip_prefix("Delete") {
            self.settings.remove(setting);
            return empty(StatusCode::NO_CONTENT);
        }
        let setting = operation.strip_prefix("Get").unwrap_or(operation);
        if let Some(document) = self.settings.get(setting) {
            return answer(StatusCode::OK, document.clone());
        }
        let document = match setting {
            "BucketVersioning" => format!("<VersioningConfiguration {SPACE}/>"),
            "BucketEncryption" => format!(
                "<ServerSideEncryptionConfiguration {SPACE}><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>\
                 </ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"
            ),
            "BucketOwnershipControls" => format!(
                "<OwnershipControls {SPACE}><Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule></OwnershipControls>"
            ),
            _ => {
                let known = ABSENT.iter().find(|(name, _)| *name == setting);
                let (status, code) =
                    known.map_or((501, "NotImplemented"), |(_, code)| (404, *code));
                let words = format!("the lab's canned bucket has no {setting}");
                return Refusal::new(status, code, words).answer(call, head);
            }
        };
        answer(StatusCode::OK, format!("{HEAD}{document}"))
    }
}
