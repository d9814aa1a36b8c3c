//! Writing a bucket's tags, which others write too.

use std::collections::BTreeMap;

use replication::mirror::OwnedTags;

use super::bucket::put_tags;
use crate::failure::Failure;
use crate::observe::bucket::BucketAccess;
use crate::wait::{Ended, Patience};

/// Writes the tags. After a wait, its own or one of a step before it, they are read and merged anew: S3 takes all tags or
/// none, and somebody may have set one meanwhile.
pub(super) async fn put(
    access: &BucketAccess,
    mut tags: BTreeMap<String, String>,
    owned: &OwnedTags,
    patience: &mut Patience<'_>,
) -> Result<(), Ended> {
    if patience.is_late() {
        tags = merge(access, owned).await?;
    }
    loop {
        let Err(failure) = put_tags(access, &tags).await else {
            return Ok(());
        };
        patience.wait(failure).await?;
        tags = merge(access, owned).await?;
    }
}

pub(super) async fn merge(
    access: &BucketAccess,
    owned: &OwnedTags,
) -> Result<BTreeMap<String, String>, Failure> {
    let current = match access.tags().await {
        Ok(current) => current.unwrap_or_default(),
        Err(failure) if failure.is(&["NoSuchTagSet"]) => BTreeMap::new(),
        Err(failure) => return Err(failure),
    };
    Ok(owned.merged(&current))
}
