//! Steps on a queue.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_sqs::types::QueueAttributeName;

use super::{gone_is_fine, made_before, map};
use crate::failure::Failure;
use crate::observe::trigger::ResourceAccess;
use crate::observe::trigger::queue::{ABSENT, tags, url};
use crate::operation::{CREATE_QUEUE, DELETE_QUEUE, SET_QUEUE_ATTRIBUTES, TAG_QUEUE};
use crate::wait::{Ended, Patience, persist};

/// Makes the queue. SQS takes a second making of the same queue; one that is there with other attributes is ours only where
/// it carries our tag.
pub(super) async fn create(
    access: &ResourceAccess<'_>,
    attributes: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, String>,
    patience: &mut Patience<'_>,
) -> Result<(), Ended> {
    loop {
        let request = access
            .site
            .sqs
            .create_queue()
            .queue_name(access.at.name())
            .set_attributes(Some(named(attributes)))
            .set_tags(Some(map(wanted)))
            .send();
        match access.cloud.inner.call(CREATE_QUEUE, request).await {
            Ok(_) => return Ok(()),
            Err(failure) if failure.is(&["QueueAlreadyExists", "QueueNameExists"]) => {
                let found = match url(access).await {
                    Ok(url) => tags(access, &url).await,
                    Err(failure) => Err(failure),
                };
                made_before(found, failure)?;
                return persist!(patience, put_attributes(access, attributes));
            }
            Err(failure) => patience.wait(failure).await?,
        }
    }
}

fn named(attributes: &BTreeMap<String, String>) -> HashMap<QueueAttributeName, String> {
    attributes
        .iter()
        .map(|(name, value)| (QueueAttributeName::from(name.as_str()), value.clone()))
        .collect()
}

pub(super) async fn put_attributes(
    access: &ResourceAccess<'_>,
    attributes: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let request = access
        .site
        .sqs
        .set_queue_attributes()
        .queue_url(url(access).await?)
        .set_attributes(Some(named(attributes)))
        .send();
    let answer = access.cloud.inner.call(SET_QUEUE_ATTRIBUTES, request).await;
    answer.map(drop)
}

pub(super) async fn put_tags(
    access: &ResourceAccess<'_>,
    tags: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let request = access
        .site
        .sqs
        .tag_queue()
        .queue_url(url(access).await?)
        .set_tags(Some(map(tags)))
        .send();
    access.cloud.inner.call(TAG_QUEUE, request).await.map(drop)
}

pub(super) async fn delete(access: &ResourceAccess<'_>) -> Result<(), Failure> {
    gone_is_fine(delete_found(access), &ABSENT).await
}

async fn delete_found(access: &ResourceAccess<'_>) -> Result<(), Failure> {
    let url = url(access).await?;
    let request = access.site.sqs.delete_queue().queue_url(url).send();
    let answer = access.cloud.inner.call(DELETE_QUEUE, request).await;
    answer.map(drop)
}
