//! Writing a bucket's replication configuration, which others write too.

use aws_sdk_s3::types::ReplicationConfiguration;
use replication::{OwnedRules, ReplicationDocument};

use super::bucket::unusable;
use crate::exchange::SendBody;
use crate::failure::Failure;
use crate::observe::bucket::{BucketAccess, ask};
use crate::operation::{DELETE_BUCKET_REPLICATION, GET_BUCKET_REPLICATION, PUT_BUCKET_REPLICATION};
use crate::wait::{Ended, Patience};

/// Writes the configuration, or deletes it where no rule is left. After a wait, its own or one of a step before it, it is
/// read and merged anew: somebody may have written meanwhile.
pub(super) async fn put(
    access: &BucketAccess,
    mut document: Option<String>,
    owned: &OwnedRules,
    patience: &mut Patience<'_>,
) -> Result<(), Ended> {
    if patience.is_late() {
        document = merge(access, owned).await?;
    }
    loop {
        let Err(failure) = write(access, document.as_deref()).await else {
            return Ok(());
        };
        patience.wait(failure).await?;
        document = merge(access, owned).await?;
    }
}

async fn write(access: &BucketAccess, document: Option<&str>) -> Result<(), Failure> {
    let Some(document) = document else {
        let answer = ask!(access, DELETE_BUCKET_REPLICATION, delete_bucket_replication).await;
        let gone = ["ReplicationConfigurationNotFoundError", "NoSuchBucket"];
        return match answer {
            Err(failure) if !failure.is(&gone) => Err(failure),
            _ => Ok(()),
        };
    };
    // The SDK wants a configuration of its own types to make a request at all. Ours takes its place on the wire.
    let stand_in = ReplicationConfiguration::builder()
        .role("")
        .set_rules(Some(Vec::new()))
        .build()
        .map_err(unusable(PUT_BUCKET_REPLICATION))?;
    let request = access
        .site
        .s3
        .put_bucket_replication()
        .bucket(access.name())
        .expected_bucket_owner(access.owner.as_str())
        .replication_configuration(stand_in)
        .customize()
        .interceptor(SendBody(document.to_owned()))
        .send();
    access
        .cloud
        .inner
        .call(PUT_BUCKET_REPLICATION, request)
        .await
        .map(drop)
}

/// What stands there now, with ours in it as it should be.
pub(super) async fn merge(
    access: &BucketAccess,
    owned: &OwnedRules,
) -> Result<Option<String>, Failure> {
    let current = match access.replication().await {
        Ok(current) => current,
        Err(failure) if failure.is(&["ReplicationConfigurationNotFoundError"]) => None,
        Err(failure) => return Err(failure),
    };
    let document = match current {
        Some(xml) => ReplicationDocument::parse(&xml)
            .map_err(|e| Failure::unusable(GET_BUCKET_REPLICATION, e.to_string()))?,
        None => ReplicationDocument::empty(""),
    };
    Ok(document.merged(owned).map(|merged| merged.to_xml()))
}
