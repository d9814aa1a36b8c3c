//! Writing a bucket's policy, which others write too.

use replication::{OwnedStatements, ResourcePolicy};

use crate::failure::Failure;
use crate::observe::bucket::{BucketAccess, ask};
use crate::operation::{DELETE_BUCKET_POLICY, GET_BUCKET_POLICY, PUT_BUCKET_POLICY};
use crate::wait::{Ended, Patience};

/// Writes the policy, or deletes it where none is left. After a wait, its own or one of a step before it, it is read and
/// merged anew: somebody may have written meanwhile.
pub(super) async fn put(
    access: &BucketAccess,
    mut policy: Option<String>,
    owned: &[OwnedStatements],
    patience: &mut Patience<'_>,
) -> Result<(), Ended> {
    if patience.is_late() {
        policy = merge(access, owned).await?;
    }
    loop {
        let Err(failure) = write(access, policy.as_deref()).await else {
            return Ok(());
        };
        patience.wait(failure).await?;
        policy = merge(access, owned).await?;
    }
}

async fn write(access: &BucketAccess, policy: Option<&str>) -> Result<(), Failure> {
    if let Some(policy) = policy {
        return ask!(access, PUT_BUCKET_POLICY, put_bucket_policy, policy(policy))
            .await
            .map(drop);
    }
    match ask!(access, DELETE_BUCKET_POLICY, delete_bucket_policy).await {
        Err(failure) if !failure.is(&["NoSuchBucketPolicy", "NoSuchBucket"]) => Err(failure),
        _ => Ok(()),
    }
}

pub(super) async fn merge(
    access: &BucketAccess,
    owned: &[OwnedStatements],
) -> Result<Option<String>, Failure> {
    let current = match access.policy().await {
        Ok(current) => current,
        Err(failure) if failure.is(&["NoSuchBucketPolicy"]) => None,
        Err(failure) => return Err(failure),
    };
    let policy = match current {
        Some(text) => ResourcePolicy::parse(&text)
            .map_err(|e| Failure::unusable(GET_BUCKET_POLICY, e.to_string()))?,
        None => ResourcePolicy::default(),
    };
    Ok(policy.merged(owned))
}
