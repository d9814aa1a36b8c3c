//! Looking at a bucket.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::{join3, join4};
use replication::bucket::BucketRef;
use replication::observed::{BucketReads, Existence};
use replication::{
    AccountId, Encryption, Lifecycle, Logging, ObjectLock, ObservedBucket, Ownership,
    PublicAccessBlock, Retention, Seen, Versioning,
};

use super::{seen, when};
use crate::cloud::Cloud;
use crate::error::CloudError;
use crate::exchange::KeepBody;
use crate::failure::Failure;
use crate::operation::{
    GET_BUCKET_CORS, GET_BUCKET_ENCRYPTION, GET_BUCKET_LIFECYCLE, GET_BUCKET_LOGGING,
    GET_BUCKET_OWNERSHIP, GET_BUCKET_POLICY, GET_BUCKET_REPLICATION, GET_BUCKET_TAGGING,
    GET_BUCKET_VERSIONING, GET_OBJECT_LOCK, GET_PUBLIC_ACCESS_BLOCK, LIST_OBJECT_VERSIONS,
    Operation,
};
use crate::site::Site;

/// The codes by which S3 says that a bucket has no such setting.
const ABSENT: [&str; 9] = [
    "ReplicationConfigurationNotFoundError",
    "NoSuchBucketPolicy",
    "ServerSideEncryptionConfigurationNotFoundError",
    "OwnershipControlsNotFoundError",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "ObjectLockConfigurationNotFoundError",
    "NoSuchLifecycleConfiguration",
    "NoSuchCORSConfiguration",
];

/// A bucket, and all that is needed to speak to it.
pub(crate) struct BucketAccess {
    pub cloud: Cloud,
    pub site: Arc<Site>,
    /// Who must own it: else we would trust a stranger's bucket of that name.
    pub owner: AccountId,
    pub at: BucketRef,
}

impl BucketAccess {
    pub(crate) async fn to(cloud: &Cloud, at: &BucketRef) -> Result<Self, CloudError> {
        Ok(Self {
            cloud: cloud.clone(),
            site: cloud.inner.site(&at.site).await?,
            owner: cloud.identity(&at.site).await?.account,
            at: at.clone(),
        })
    }

    pub(crate) fn name(&self) -> &str {
        self.at.bucket.as_str()
    }
}

/// Sends a bucket call: its builder, the bucket, its owner.
macro_rules! ask {
    ($access:expr, $operation:expr, $call:ident $(, $method:ident($($value:expr),*))*) => {
        $access.cloud.inner.call(
            $operation,
            $access
                .site
                .s3
                .$call()
                .bucket($access.name())
                .expected_bucket_owner($access.owner.as_str())
                $(.$method($($value),*))*
                .send(),
        )
    };
}
pub(crate) use ask;

/// Asks for a document: the answer as the SDK reads it, and the XML as the very bytes. Whether the SDK understands all of
/// it does not matter: the model reads it.
macro_rules! raw {
    ($access:expr, $operation:expr, $call:ident) => {{
        let kept = KeepBody::default();
        let request = $access
            .site
            .s3
            .$call()
            .bucket($access.name())
            .expected_bucket_owner($access.owner.as_str())
            .customize()
            .interceptor(kept.clone())
            .send();
        match $access.cloud.inner.call($operation, request).await {
            Ok(answer) => text(&kept, $operation).map(|xml| (answer, xml)),
            Err(failure) => Err(failure),
        }
    }};
}

fn text(kept: &KeepBody, operation: Operation) -> Result<String, Failure> {
    let body = kept
        .take()
        .ok_or_else(|| Failure::incomplete(operation, "body"))?;
    String::from_utf8(body).map_err(|_| Failure::unusable(operation, "it is not UTF-8".to_owned()))
}

/// Looks at what is asked, at once.
pub(super) async fn look(
    access: &BucketAccess,
    asked: &BucketReads,
) -> Result<ObservedBucket, Failure> {
    // Whether it exists comes with any read; where none is asked, the cheapest is made for that alone.
    let nothing = *asked == BucketReads::default();
    let first = join4(
        when(asked.versioning || nothing, access.versioning()),
        when(asked.replication, access.replication()),
        when(asked.policy, access.policy()),
        when(asked.encryption, access.encryption()),
    );
    let second = join4(
        when(asked.ownership, access.ownership()),
        when(asked.public_access_block, access.public_access_block()),
        when(asked.tags, access.tags()),
        when(asked.object_lock, access.object_lock()),
    );
    let third = join4(
        when(asked.lifecycle, access.lifecycle()),
        when(asked.cors, access.cors()),
        when(asked.contents, access.contents()),
        when(asked.logging, access.logging()),
    );
    let (first, second, third) = join3(first, second, third).await;
    let mut finding = Finding::default();
    let mut bucket = ObservedBucket::of(Existence::Exists);
    bucket.versioning = finding.part(first.0)?;
    bucket.replication = finding.part(first.1)?;
    bucket.policy = finding.part(first.2)?;
    bucket.encryption = finding.part(first.3)?;
    bucket.ownership = finding.part(second.0)?;
    bucket.public_access_block = finding.part(second.1)?;
    bucket.tags = finding.part(second.2)?;
    bucket.object_lock = finding.part(second.3)?;
    bucket.lifecycle = finding.part(third.0)?;
    bucket.cors = finding.part(third.1)?;
    bucket.contents = finding.part(third.2)?;
    bucket.logging = finding.part(third.3)?;
    if nothing {
        bucket.versioning = Seen::NotLooked;
    }
    Ok(match finding.existence() {
        // Of a bucket that is not ours to see, its parts say nothing.
        existence @ (Existence::Missing | Existence::Elsewhere { .. }) => {
            ObservedBucket::of(existence)
        }
        existence => ObservedBucket {
            existence,
            ..bucket
        },
    })
}

/// The bucket is in another region: which, if S3 says so.
struct Elsewhere {
    region: Option<String>,
}

/// What the reads say together.
#[derive(Default)]
struct Finding {
    missing: bool,
    elsewhere: Option<Elsewhere>,
    answered: bool,
    denied: Option<String>,
}

impl Finding {
    fn part<T>(&mut self, answer: Option<Result<Option<T>, Failure>>) -> Result<Seen<T>, Failure> {
        let Some(answer) = answer else {
            return Ok(Seen::NotLooked);
        };
        match &answer {
            Err(failure) if failure.is_no_bucket() => {
                self.missing = true;
                return Ok(Seen::NotLooked);
            }
            Err(failure) if failure.is_elsewhere() => {
                self.elsewhere = Some(Elsewhere {
                    region: failure.region.clone(),
                });
                return Ok(Seen::NotLooked);
            }
            // A system that speaks only a part of S3 cannot have the setting.
            Err(failure) if failure.is_not_implemented() => {
                self.answered = true;
                return Ok(Seen::Absent);
            }
            _ => {}
        }
        let part = seen(answer, &ABSENT)?;
        match &part {
            Seen::Denied { message, .. } => self.denied = Some(message.clone()),
            _ => self.answered = true,
        }
        Ok(part)
    }

    fn existence(self) -> Existence {
        if self.missing {
            return Existence::Missing;
        }
        if let Some(Elsewhere { region }) = self.elsewhere {
            return Existence::Elsewhere { region };
        }
        match self.denied {
            Some(message) if !self.answered => Existence::Forbidden { message },
            _ => Existence::Exists,
        }
    }
}

impl BucketAccess {
    async fn versioning(&self) -> Result<Option<Versioning>, Failure> {
        use aws_sdk_s3::types::BucketVersioningStatus;
        let answer = ask!(self, GET_BUCKET_VERSIONING, get_bucket_versioning).await?;
        Ok(Some(match answer.status() {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
            None => Versioning::Never,
            Some(other) => {
                return Err(Failure::unusable(
                    GET_BUCKET_VERSIONING,
                    format!("versioning is \"{other}\", which is no state that S3 has"),
                ));
            }
        }))
    }

    /// The XML of the replication configuration, as the very bytes.
    pub(crate) async fn replication(&self) -> Result<Option<String>, Failure> {
        let (_, xml) = raw!(self, GET_BUCKET_REPLICATION, get_bucket_replication)?;
        Ok(Some(xml))
    }

    /// The lifecycle configuration, its XML as the very bytes.
    pub(crate) async fn lifecycle(&self) -> Result<Option<Lifecycle>, Failure> {
        let (answer, xml) = raw!(
            self,
            GET_BUCKET_LIFECYCLE,
            get_bucket_lifecycle_configuration
        )?;
        let minimum_size = answer
            .transition_default_minimum_object_size()
            .map(|size| size.as_str().to_owned());
        Ok(Some(Lifecycle { xml, minimum_size }))
    }

    /// The XML of the CORS configuration, as the very bytes.
    async fn cors(&self) -> Result<Option<String>, Failure> {
        let (_, xml) = raw!(self, GET_BUCKET_CORS, get_bucket_cors)?;
        Ok(Some(xml))
    }

    /// The JSON of the policy.
    pub(crate) async fn policy(&self) -> Result<Option<String>, Failure> {
        let answer = ask!(self, GET_BUCKET_POLICY, get_bucket_policy).await?;
        Ok(answer.policy.filter(|text| !text.is_empty()))
    }

    async fn encryption(&self) -> Result<Option<Encryption>, Failure> {
        let answer = ask!(self, GET_BUCKET_ENCRYPTION, get_bucket_encryption).await?;
        let rule = answer
            .server_side_encryption_configuration()
            .and_then(|configuration| configuration.rules().first());
        Ok(rule.and_then(|rule| {
            let default = rule.apply_server_side_encryption_by_default()?;
            Some(Encryption {
                algorithm: default.sse_algorithm().as_str().to_owned(),
                key: default.kms_master_key_id().map(str::to_owned),
                bucket_key: rule.bucket_key_enabled().unwrap_or_default(),
            })
        }))
    }

    async fn ownership(&self) -> Result<Option<Ownership>, Failure> {
        use aws_sdk_s3::types::ObjectOwnership;
        let answer = ask!(self, GET_BUCKET_OWNERSHIP, get_bucket_ownership_controls).await?;
        let rule = answer
            .ownership_controls()
            .and_then(|controls| controls.rules().first());
        let Some(rule) = rule else { return Ok(None) };
        Ok(Some(match rule.object_ownership() {
            ObjectOwnership::BucketOwnerEnforced => Ownership::BucketOwnerEnforced,
            ObjectOwnership::BucketOwnerPreferred => Ownership::BucketOwnerPreferred,
            ObjectOwnership::ObjectWriter => Ownership::ObjectWriter,
            other => {
                return Err(Failure::unusable(
                    GET_BUCKET_OWNERSHIP,
                    format!("object ownership is \"{other}\", which is not known"),
                ));
            }
        }))
    }

    async fn public_access_block(&self) -> Result<Option<PublicAccessBlock>, Failure> {
        let answer = ask!(self, GET_PUBLIC_ACCESS_BLOCK, get_public_access_block).await?;
        Ok(answer
            .public_access_block_configuration()
            .map(|block| PublicAccessBlock {
                block_public_acls: block.block_public_acls().unwrap_or_default(),
                ignore_public_acls: block.ignore_public_acls().unwrap_or_default(),
                block_public_policy: block.block_public_policy().unwrap_or_default(),
                restrict_public_buckets: block.restrict_public_buckets().unwrap_or_default(),
            }))
    }

    /// All tags.
    pub(crate) async fn tags(&self) -> Result<Option<BTreeMap<String, String>>, Failure> {
        let answer = ask!(self, GET_BUCKET_TAGGING, get_bucket_tagging).await?;
        Ok(Some(
            answer
                .tag_set
                .into_iter()
                .map(|tag| (tag.key, tag.value))
                .collect(),
        ))
    }

    /// Whether it has a version of any object, delete markers counted.
    async fn contents(&self) -> Result<Option<()>, Failure> {
        let answer = ask!(
            self,
            LIST_OBJECT_VERSIONS,
            list_object_versions,
            max_keys(1)
        )
        .await?;
        let any = !answer.versions().is_empty() || !answer.delete_markers().is_empty();
        Ok(any.then_some(()))
    }

    async fn object_lock(&self) -> Result<Option<ObjectLock>, Failure> {
        use aws_sdk_s3::types::ObjectLockEnabled;
        let answer = ask!(self, GET_OBJECT_LOCK, get_object_lock_configuration).await?;
        let configuration = answer.object_lock_configuration();
        let enabled = configuration.and_then(|configuration| configuration.object_lock_enabled());
        if enabled != Some(&ObjectLockEnabled::Enabled) {
            return Ok(None);
        }
        let default = configuration
            .and_then(|configuration| configuration.rule()?.default_retention())
            .and_then(|default| {
                Some(Retention {
                    mode: default.mode()?.as_str().to_owned(),
                    days: default.days().and_then(|days| days.try_into().ok()),
                    years: default.years().and_then(|years| years.try_into().ok()),
                })
            });
        Ok(Some(ObjectLock { retention: default }))
    }

    /// Where the access log goes. A bucket without one answers with an empty document.
    async fn logging(&self) -> Result<Option<Logging>, Failure> {
        let answer = ask!(self, GET_BUCKET_LOGGING, get_bucket_logging).await?;
        Ok(answer.logging_enabled().map(|logging| Logging {
            bucket: logging.target_bucket().to_owned(),
            prefix: logging.target_prefix().to_owned(),
        }))
    }
}
