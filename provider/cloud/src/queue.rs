//! The queue that those who keep a site protected are woken by.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry,
    MessageSystemAttributeName, QueueAttributeName,
};
use replication::SiteName;

use crate::cloud::Cloud;
use crate::error::{CloudError, ErrorFacts, ErrorKind};
use crate::failure::Failure;
use crate::observe::trigger::queue::ABSENT;
use crate::observe::trigger::sorted;
use crate::operation::{
    CHANGE_VISIBILITY, DELETE_MESSAGES, GET_QUEUE_ATTRIBUTES, LIST_QUEUE_TAGS, RECEIVE_MESSAGE,
    SEND_MESSAGE,
};
use crate::site::Site;

/// How many messages one call takes or answers at most: SQS's own bound.
const BATCH: usize = 10;
/// The longest that SQS waits for a message.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// The longest that SQS keeps a new message back.
const LONGEST_DELAY: Duration = Duration::from_mins(15);

/// What a message is deleted by, or given back. It is of this receipt of the message: another has another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Receipt(String);

impl From<String> for Receipt {
    fn from(handle: String) -> Self {
        Self(handle)
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt")
    }
}

/// A message that was taken and is kept from others for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueMessage {
    /// What it is deleted by.
    pub receipt: Receipt,
    /// What it says.
    pub body: String,
    /// When it was sent, where the service says so.
    pub sent: Option<SystemTime>,
    /// How often it was taken, this time counted.
    pub taken: u32,
}

/// One queue of a site. Its calls take no place from those that work on buckets, and wait for none: a message must be kept, or
/// given back, however much is under way.
#[derive(Debug, Clone)]
pub struct Queue {
    cloud: Cloud,
    site: SiteName,
    url: String,
}

impl Cloud {
    /// The queue of this URL, with the credentials of a site. Nothing is asked of anybody yet.
    pub fn queue(&self, site: SiteName, url: impl Into<String>) -> Queue {
        Queue {
            cloud: self.clone(),
            site,
            url: url.into(),
        }
    }
}

impl Queue {
    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes up to ten messages, and keeps each from others for `visibility`. Where there is none it waits for one, at most `wait`.
    ///
    /// # Errors
    ///
    /// Where the queue cannot be asked.
    pub async fn receive(
        &self,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Vec<QueueMessage>, CloudError> {
        let site = self.site().await?;
        let request = site
            .sqs
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(10)
            .wait_time_seconds(seconds(wait.min(LONGEST_WAIT)))
            .visibility_timeout(seconds(visibility))
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount);
        let answer = self
            .cloud
            .inner
            .call(RECEIVE_MESSAGE, request.send())
            .await
            .map_err(|failure| self.failed("receive from", failure, &site))?;
        let messages = answer.messages.unwrap_or_default();
        Ok(messages.into_iter().filter_map(message).collect())
    }

    /// Deletes messages that are done with. Answers how many could not be: they come again.
    ///
    /// # Errors
    ///
    /// Where the queue cannot be asked.
    pub async fn delete(&self, receipts: &[Receipt]) -> Result<usize, CloudError> {
        let site = self.site().await?;
        let mut failed = 0;
        for batch in receipts.chunks(BATCH) {
            let entries = batch.iter().enumerate().map(|(number, receipt)| {
                DeleteMessageBatchRequestEntry::builder()
                    .id(number.to_string())
                    .receipt_handle(&receipt.0)
                    .build()
            });
            let entries = entries
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| self.malformed(DELETE_MESSAGES, &error, &site))?;
            let request = site
                .sqs
                .delete_message_batch()
                .queue_url(&self.url)
                .set_entries(Some(entries));
            let answer = self
                .cloud
                .inner
                .call(DELETE_MESSAGES, request.send())
                .await
                .map_err(|failure| self.failed("delete from", failure, &site))?;
            failed += answer.failed().len();
        }
        Ok(failed)
    }

    /// Keeps messages from others for `visibility` from now on. Zero: gives them back. Answers how many could not be.
    ///
    /// # Errors
    ///
    /// Where the queue cannot be asked.
    pub async fn keep(
        &self,
        receipts: &[Receipt],
        visibility: Duration,
    ) -> Result<usize, CloudError> {
        let site = self.site().await?;
        let mut failed = 0;
        for batch in receipts.chunks(BATCH) {
            let entries = batch.iter().enumerate().map(|(number, receipt)| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(number.to_string())
                    .receipt_handle(&receipt.0)
                    .visibility_timeout(seconds(visibility))
                    .build()
            });
            let entries = entries
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| self.malformed(CHANGE_VISIBILITY, &error, &site))?;
            let request = site
                .sqs
                .change_message_visibility_batch()
                .queue_url(&self.url)
                .set_entries(Some(entries));
            let answer = self
                .cloud
                .inner
                .call(CHANGE_VISIBILITY, request.send())
                .await
                .map_err(|failure| self.failed("keep messages of", failure, &site))?;
            failed += answer.failed().len();
        }
        Ok(failed)
    }

    /// Sends a message that nobody sees before `delay` is over: fifteen minutes at most.
    ///
    /// # Errors
    ///
    /// Where the queue does not take it.
    pub async fn send(&self, body: &str, delay: Duration) -> Result<(), CloudError> {
        let site = self.site().await?;
        let request = site
            .sqs
            .send_message()
            .queue_url(&self.url)
            .delay_seconds(seconds(delay.min(LONGEST_DELAY)))
            .message_body(body);
        self.cloud
            .inner
            .call(SEND_MESSAGE, request.send())
            .await
            .map(|_| ())
            .map_err(|failure| self.failed("send to", failure, &site))
    }

    /// About how many messages wait in it, those kept back counted and those in somebody's hands not.
    ///
    /// # Errors
    ///
    /// Where the queue cannot be asked.
    pub async fn depth(&self) -> Result<u64, CloudError> {
        let site = self.site().await?;
        let asked = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesDelayed,
        ];
        let request = site
            .sqs
            .get_queue_attributes()
            .queue_url(&self.url)
            .set_attribute_names(Some(asked.to_vec()));
        let answer = self
            .cloud
            .inner
            .call(GET_QUEUE_ATTRIBUTES, request.send())
            .await
            .map_err(|failure| self.failed("look at", failure, &site))?;
        let found = answer.attributes.unwrap_or_default();
        Ok(asked
            .iter()
            .filter_map(|name| found.get(name)?.parse::<u64>().ok())
            .sum())
    }

    /// Its tags; none where there is no such queue.
    ///
    /// # Errors
    ///
    /// Where the queue cannot be asked.
    pub async fn tags(&self) -> Result<Option<BTreeMap<String, String>>, CloudError> {
        let site = self.site().await?;
        let request = site.sqs.list_queue_tags().queue_url(&self.url).send();
        match self.cloud.inner.call(LIST_QUEUE_TAGS, request).await {
            Ok(answer) => Ok(Some(sorted(answer.tags()))),
            Err(failure) if failure.is(&ABSENT) => Ok(None),
            Err(failure) => Err(self.failed("look at", failure, &site)),
        }
    }

    async fn site(&self) -> Result<Arc<Site>, CloudError> {
        self.cloud.inner.site(&self.site).await
    }

    fn failed(&self, verb: &str, failure: Failure, site: &Site) -> CloudError {
        failure.at(site, format!("{verb} queue {}", self.url), None)
    }

    fn malformed(
        &self,
        operation: crate::operation::Operation,
        error: &impl fmt::Display,
        site: &Site,
    ) -> CloudError {
        let what = format!("speak to queue {}", self.url);
        let mut facts = ErrorFacts::of(ErrorKind::Unexpected, what, error.to_string());
        facts.site = Some(site.name.clone());
        facts.operation = operation.to_string();
        facts.into()
    }
}

/// A message without a receipt could neither be kept nor deleted.
fn message(message: aws_sdk_sqs::types::Message) -> Option<QueueMessage> {
    let attribute = |name: MessageSystemAttributeName| -> Option<u64> {
        message.attributes.as_ref()?.get(&name)?.parse().ok()
    };
    let sent = attribute(MessageSystemAttributeName::SentTimestamp)
        .map(|at| SystemTime::UNIX_EPOCH + Duration::from_millis(at));
    let taken = attribute(MessageSystemAttributeName::ApproximateReceiveCount)
        .and_then(|count| u32::try_from(count).ok())
        .unwrap_or(1);
    Some(QueueMessage {
        receipt: Receipt(message.receipt_handle?),
        body: message.body.unwrap_or_default(),
        sent,
        taken,
    })
}

/// Whole seconds, rounded up: nothing is seen before its time.
fn seconds(duration: Duration) -> i32 {
    let whole = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    i32::try_from(whole).unwrap_or(i32::MAX)
}
