//! Making a bucket.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use replication::Region;
use replication::desired::MADE_BY;

use super::bucket::{put_tags, tag_set};
use crate::failure::Failure;
use crate::observe::bucket::BucketAccess;
use crate::operation::CREATE_BUCKET;
use crate::wait::{Ended, Patience, persist};

/// The one region that S3 does not want to be named.
const FIRST_REGION: &str = "us-east-1";

/// Makes the bucket with its tags. A bucket that is there and carries our tag is the one that an earlier try made whose
/// answer was lost.
pub(super) async fn create(
    access: &BucketAccess,
    region: &Region,
    object_lock: bool,
    tags: &BTreeMap<String, String>,
    patience: &mut Patience<'_>,
) -> Result<(), Ended> {
    let mut with_tags = true;
    loop {
        let sent = if with_tags { Some(tags) } else { None };
        match request(access, region, object_lock, sent).await {
            Ok(()) => break,
            Err(failure) if failure.is(&["BucketAlreadyOwnedByYou"]) => {
                let found = access.tags().await;
                let ours = matches!(&found, Ok(Some(tags)) if is_ours(tags));
                if !ours {
                    return Err(Ended::refused(failure));
                }
                break;
            }
            // A system that speaks an older S3 does not know tags here.
            Err(failure) if with_tags && !tags.is_empty() && refuses_tags(&failure) => {
                with_tags = false;
            }
            Err(failure) => patience.wait(failure).await?,
        }
    }
    // Systems that speak S3 may take the tags and forget them; AWS itself does not.
    if !tags.is_empty() && (!with_tags || access.site.has_own_s3()) {
        access
            .cloud
            .inner
            .recent
            .note(replication::step::Target::Bucket(access.at.clone()));
        persist!(patience, put_tags(access, tags))?;
    }
    Ok(())
}

fn is_ours(tags: &BTreeMap<String, String>) -> bool {
    tags.get(MADE_BY.0).is_some_and(|value| value == MADE_BY.1)
}

fn refuses_tags(failure: &Failure) -> bool {
    failure.is(&["MalformedXML", "InvalidArgument"]) || failure.is_not_implemented()
}

async fn request(
    access: &BucketAccess,
    region: &Region,
    object_lock: bool,
    tags: Option<&BTreeMap<String, String>>,
) -> Result<(), Failure> {
    let tags = match tags {
        Some(tags) if !tags.is_empty() => Some(tag_set(tags, CREATE_BUCKET)?),
        _ => None,
    };
    let constraint =
        (region.as_str() != FIRST_REGION).then(|| BucketLocationConstraint::from(region.as_str()));
    let configuration = (tags.is_some() || constraint.is_some()).then(|| {
        CreateBucketConfiguration::builder()
            .set_location_constraint(constraint)
            .set_tags(tags)
            .build()
    });
    // The owner is not named: there is none yet.
    let request = access
        .site
        .s3
        .create_bucket()
        .bucket(access.name())
        .set_create_bucket_configuration(configuration)
        .set_object_lock_enabled_for_bucket(object_lock.then_some(true))
        .send();
    access
        .cloud
        .inner
        .call(CREATE_BUCKET, request)
        .await
        .map(drop)
}
