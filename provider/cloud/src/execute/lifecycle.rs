//! Writing a bucket's lifecycle configuration, which others write too.

use aws_sdk_s3::types::{BucketLifecycleConfiguration, TransitionDefaultMinimumObjectSize};
use replication::Lifecycle;
use replication::mirror::MirroredLifecycle;

use super::bucket::{unless_gone, unusable};
use crate::exchange::SendBody;
use crate::failure::Failure;
use crate::observe::bucket::{BucketAccess, ask};
use crate::operation::{DELETE_BUCKET_LIFECYCLE, GET_BUCKET_LIFECYCLE, PUT_BUCKET_LIFECYCLE};
use crate::wait::{Ended, Patience};

/// Writes the configuration, or deletes it where no rule is left. After a wait, its own or one of a step before it, it is
/// read and merged anew: somebody may have written meanwhile.
pub(super) async fn put(
    access: &BucketAccess,
    mut lifecycle: Option<Lifecycle>,
    mirrored: &MirroredLifecycle,
    patience: &mut Patience<'_>,
) -> Result<(), Ended> {
    if patience.is_late() {
        lifecycle = merge(access, mirrored).await?;
    }
    loop {
        let Err(failure) = write(access, lifecycle.as_ref()).await else {
            return Ok(());
        };
        patience.wait(failure).await?;
        lifecycle = merge(access, mirrored).await?;
    }
}

async fn write(access: &BucketAccess, lifecycle: Option<&Lifecycle>) -> Result<(), Failure> {
    let Some(lifecycle) = lifecycle else {
        let answer = ask!(access, DELETE_BUCKET_LIFECYCLE, delete_bucket_lifecycle).await;
        return unless_gone(answer, "NoSuchLifecycleConfiguration");
    };
    // The SDK wants one of its own types to make a request at all. Ours takes its place on the wire.
    let stand_in = BucketLifecycleConfiguration::builder()
        .set_rules(Some(Vec::new()))
        .build()
        .map_err(unusable(PUT_BUCKET_LIFECYCLE))?;
    let size = lifecycle.minimum_size.as_deref();
    let request = access
        .site
        .s3
        .put_bucket_lifecycle_configuration()
        .bucket(access.name())
        .expected_bucket_owner(access.owner.as_str())
        .set_transition_default_minimum_object_size(
            size.map(TransitionDefaultMinimumObjectSize::from),
        )
        .lifecycle_configuration(stand_in)
        .customize()
        .interceptor(SendBody(lifecycle.xml.clone()))
        .send();
    let answer = access.cloud.inner.call(PUT_BUCKET_LIFECYCLE, request).await;
    answer.map(drop)
}

pub(super) async fn merge(
    access: &BucketAccess,
    mirrored: &MirroredLifecycle,
) -> Result<Option<Lifecycle>, Failure> {
    let current = match access.lifecycle().await {
        Ok(current) => current,
        Err(failure) if failure.is(&["NoSuchLifecycleConfiguration"]) => None,
        Err(failure) => return Err(failure),
    };
    mirrored
        .merged(current.as_ref())
        .map_err(|error| Failure::unusable(GET_BUCKET_LIFECYCLE, error.to_string()))
}
