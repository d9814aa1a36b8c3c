//! Looking at a queue.

use std::collections::BTreeMap;

use aws_sdk_sqs::types::QueueAttributeName;
use futures::future::try_join;
use replication::Seen;
use replication::trigger::QueueFacts;

use super::{ResourceAccess, sorted};
use crate::failure::Failure;
use crate::observe::seen;
use crate::operation::{GET_QUEUE_ATTRIBUTES, GET_QUEUE_URL, LIST_QUEUE_TAGS};

/// SQS has two names for it: the one before its protocol changed, and the one after.
pub(crate) const ABSENT: [&str; 2] = [
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
];

pub(super) async fn look(access: &ResourceAccess<'_>) -> Result<Seen<QueueFacts>, Failure> {
    seen(facts(access).await.map(Some), &ABSENT)
}

/// The queue's URL, by its name.
pub(crate) async fn url(access: &ResourceAccess<'_>) -> Result<String, Failure> {
    let request = access.site.sqs.get_queue_url().queue_name(access.at.name());
    let answer = access
        .cloud
        .inner
        .call(GET_QUEUE_URL, request.send())
        .await?;
    answer
        .queue_url
        .ok_or_else(|| Failure::incomplete(GET_QUEUE_URL, "QueueUrl"))
}

/// The queue's tags.
pub(crate) async fn tags(
    access: &ResourceAccess<'_>,
    url: &str,
) -> Result<BTreeMap<String, String>, Failure> {
    let request = access.site.sqs.list_queue_tags().queue_url(url).send();
    let answer = access.cloud.inner.call(LIST_QUEUE_TAGS, request).await?;
    Ok(sorted(answer.tags()))
}

async fn facts(access: &ResourceAccess<'_>) -> Result<QueueFacts, Failure> {
    let url = url(access).await?;
    let request = access
        .site
        .sqs
        .get_queue_attributes()
        .queue_url(&url)
        .attribute_names(QueueAttributeName::All)
        .send();
    let attributes = access.cloud.inner.call(GET_QUEUE_ATTRIBUTES, request);
    let (attributes, tags) = try_join(attributes, tags(access, &url)).await?;
    let attributes = attributes.attributes.unwrap_or_default().into_iter();
    Ok(QueueFacts {
        attributes: attributes
            .map(|(name, value)| (name.as_str().to_owned(), value))
            .collect(),
        tags,
        url,
    })
}
