//! Steps on a bucket.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{
    BucketVersioningStatus, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    PublicAccessBlockConfiguration, ServerSideEncryption, ServerSideEncryptionByDefault,
    ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging,
    VersioningConfiguration,
};
use aws_smithy_types::error::operation::BuildError;
use replication::bucket::BucketRef;
use replication::step::Target;
use replication::{Encryption, Ownership, PublicAccessBlock, Step};

use super::{cors, creation, emptying, lifecycle, lock_and_log, policy, replication_rules, tags};
use crate::cloud::Cloud;
use crate::error::CloudError;
use crate::failure::Failure;
use crate::observe::bucket::{BucketAccess, ask};
use crate::operation::{
    DELETE_BUCKET, DELETE_BUCKET_OWNERSHIP, DELETE_BUCKET_TAGGING, DELETE_PUBLIC_ACCESS_BLOCK,
    Operation, PUT_BUCKET_ENCRYPTION, PUT_BUCKET_OWNERSHIP, PUT_BUCKET_TAGGING,
    PUT_BUCKET_VERSIONING, PUT_PUBLIC_ACCESS_BLOCK,
};
use crate::wait::{Ended, Patience, persist};

pub(super) async fn take(
    cloud: &Cloud,
    at: &BucketRef,
    step: &Step,
    patience: Patience<'_>,
) -> Result<(), CloudError> {
    let access = BucketAccess::to(cloud, at).await?;
    write(&access, step, patience)
        .await
        .map_err(|ended| ended.at(&access.site, step.to_string(), Target::Bucket(at.clone())))
}

async fn write(
    access: &BucketAccess,
    step: &Step,
    mut patience: Patience<'_>,
) -> Result<(), Ended> {
    let patience = &mut patience;
    match step {
        Step::CreateBucket {
            region,
            object_lock,
            tags,
            ..
        } => creation::create(access, region, *object_lock, tags, patience).await,
        Step::PutVersioning { .. } => persist!(patience, put_versioning(access)),
        Step::PutPublicAccessBlock { block, .. } => {
            persist!(patience, put_public_access_block(access, *block))
        }
        Step::PutOwnership { ownership, .. } => {
            persist!(patience, put_ownership(access, *ownership))
        }
        Step::DeletePublicAccessBlock { .. } => {
            persist!(patience, delete_public_access_block(access))
        }
        Step::DeleteOwnership { .. } => persist!(patience, delete_ownership(access)),
        Step::PutLifecycle {
            lifecycle,
            mirrored,
            ..
        } => lifecycle::put(access, lifecycle.clone(), mirrored, patience).await,
        Step::PutCors { document, .. } => {
            persist!(patience, cors::put(access, document.as_deref()))
        }
        Step::PutEncryption { encryption, .. } => {
            persist!(patience, put_encryption(access, encryption))
        }
        Step::PutBucketTags { tags, owned, .. } => {
            tags::put(access, tags.clone(), owned, patience).await
        }
        Step::PutObjectLock { retention, .. } => {
            persist!(
                patience,
                lock_and_log::put_object_lock(access, retention.as_ref())
            )
        }
        Step::PutLogging { logging, .. } => {
            persist!(patience, lock_and_log::put_logging(access, logging))
        }
        Step::PutBucketPolicy { policy, owned, .. } => {
            policy::put(access, policy.clone(), owned, patience).await
        }
        Step::PutReplicationRules {
            document, owned, ..
        } => replication_rules::put(access, document.clone(), owned, patience).await,
        Step::EmptyBucket { .. } => emptying::empty(access, patience).await,
        Step::DeleteBucket { .. } => persist!(patience, delete(access)),
        // A step's target says which kind it is.
        _ => Ok(()),
    }
}

async fn put_versioning(access: &BucketAccess) -> Result<(), Failure> {
    let configuration = VersioningConfiguration::builder()
        .status(BucketVersioningStatus::Enabled)
        .build();
    ask!(
        access,
        PUT_BUCKET_VERSIONING,
        put_bucket_versioning,
        versioning_configuration(configuration)
    )
    .await
    .map(drop)
}

async fn put_public_access_block(
    access: &BucketAccess,
    block: PublicAccessBlock,
) -> Result<(), Failure> {
    let configuration = PublicAccessBlockConfiguration::builder()
        .block_public_acls(block.block_public_acls)
        .ignore_public_acls(block.ignore_public_acls)
        .block_public_policy(block.block_public_policy)
        .restrict_public_buckets(block.restrict_public_buckets)
        .build();
    ask!(
        access,
        PUT_PUBLIC_ACCESS_BLOCK,
        put_public_access_block,
        public_access_block_configuration(configuration)
    )
    .await
    .map(drop)
}

async fn put_ownership(access: &BucketAccess, ownership: Ownership) -> Result<(), Failure> {
    let unusable = unusable(PUT_BUCKET_OWNERSHIP);
    let rule = OwnershipControlsRule::builder()
        .object_ownership(ObjectOwnership::from(ownership.as_str()))
        .build()
        .map_err(&unusable)?;
    let controls = OwnershipControls::builder()
        .rules(rule)
        .build()
        .map_err(&unusable)?;
    ask!(
        access,
        PUT_BUCKET_OWNERSHIP,
        put_bucket_ownership_controls,
        ownership_controls(controls)
    )
    .await
    .map(drop)
}

async fn delete_public_access_block(access: &BucketAccess) -> Result<(), Failure> {
    let answer = ask!(
        access,
        DELETE_PUBLIC_ACCESS_BLOCK,
        delete_public_access_block
    )
    .await;
    unless_gone(answer, "NoSuchPublicAccessBlockConfiguration")
}

async fn delete_ownership(access: &BucketAccess) -> Result<(), Failure> {
    let answer = ask!(
        access,
        DELETE_BUCKET_OWNERSHIP,
        delete_bucket_ownership_controls
    )
    .await;
    unless_gone(answer, "OwnershipControlsNotFoundError")
}

/// What was to be deleted and is not there is deleted.
pub(super) fn unless_gone<T>(answer: Result<T, Failure>, gone: &str) -> Result<(), Failure> {
    match answer {
        Err(failure) if !failure.is(&[gone, "NoSuchBucket"]) => Err(failure),
        _ => Ok(()),
    }
}

async fn put_encryption(access: &BucketAccess, encryption: &Encryption) -> Result<(), Failure> {
    let unusable = unusable(PUT_BUCKET_ENCRYPTION);
    let default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::from(encryption.algorithm.as_str()))
        .set_kms_master_key_id(encryption.key.clone())
        .build()
        .map_err(&unusable)?;
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(default)
        .bucket_key_enabled(encryption.bucket_key)
        .build();
    let configuration = ServerSideEncryptionConfiguration::builder()
        .rules(rule)
        .build()
        .map_err(&unusable)?;
    ask!(
        access,
        PUT_BUCKET_ENCRYPTION,
        put_bucket_encryption,
        server_side_encryption_configuration(configuration)
    )
    .await
    .map(drop)
}

pub(super) async fn put_tags(
    access: &BucketAccess,
    tags: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    // S3 takes no empty set.
    if tags.is_empty() {
        let answer = ask!(access, DELETE_BUCKET_TAGGING, delete_bucket_tagging).await;
        return unless_gone(answer, "NoSuchTagSet");
    }
    let tagging = Tagging::builder()
        .set_tag_set(Some(tag_set(tags, PUT_BUCKET_TAGGING)?))
        .build()
        .map_err(unusable(PUT_BUCKET_TAGGING))?;
    ask!(
        access,
        PUT_BUCKET_TAGGING,
        put_bucket_tagging,
        tagging(tagging)
    )
    .await
    .map(drop)
}

pub(super) fn tag_set(
    tags: &BTreeMap<String, String>,
    operation: Operation,
) -> Result<Vec<Tag>, Failure> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<Result<_, _>>()
        .map_err(unusable(operation))
}

async fn delete(access: &BucketAccess) -> Result<(), Failure> {
    match ask!(access, DELETE_BUCKET, delete_bucket).await {
        Ok(_) => Ok(()),
        // Somebody was quicker, or our first answer was lost.
        Err(failure) if failure.is_no_bucket() => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// A request that lacks what it must have.
pub(super) fn unusable(operation: Operation) -> impl Fn(BuildError) -> Failure {
    move |error| Failure::unusable(operation, error.to_string())
}
