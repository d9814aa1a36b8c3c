//! The two queues: what they are to be, in SQS's own words.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{QueueFacts, Trigger};
use crate::policy::canonical;

/// How often a message may be taken before it goes to the dead-letter queue.
const TRIES: u32 = 5;
/// A message that nobody takes for so long: an agent that was away for a long weekend finds it, and the look that it then
/// takes would find what happened before.
const KEPT: u32 = 4 * 24 * 3600;
/// The longest that SQS keeps one. It counts from the first sending, so it must be longer than the queue's.
const DEAD_KEPT: u32 = 14 * 24 * 3600;
/// As long as SQS lets a taker wait: fewer calls, and no later.
const WAIT: u32 = 20;
/// How long an agent has for a message before SQS gives it to another.
const AGENT_TIME: u32 = 300;
/// The name of the attribute that others may set in place of ours.
const KMS_KEY: &str = "KmsMasterKeyId";

/// How long a message is kept from others once one has taken it, in seconds. Lambda wants six times its own time.
pub fn visibility(function_timeout: Option<u32>) -> u32 {
    function_timeout.map_or(AGENT_TIME, |timeout| {
        timeout.saturating_mul(6).max(AGENT_TIME)
    })
}

impl Trigger {
    /// The attributes of the queue.
    pub fn queue_attributes(&self) -> BTreeMap<String, String> {
        let timeout = self.function.as_ref().map(|function| function.timeout);
        let dead = self.dead_letter_queue().arn;
        let redrive = json!({ "deadLetterTargetArn": dead, "maxReceiveCount": TRIES });
        attributes([
            ("VisibilityTimeout", visibility(timeout).to_string()),
            ("ReceiveMessageWaitTimeSeconds", WAIT.to_string()),
            ("MessageRetentionPeriod", KEPT.to_string()),
            ("SqsManagedSseEnabled", "true".to_owned()),
            ("RedrivePolicy", redrive.to_string()),
            ("Policy", self.queue_policy()),
        ])
    }

    /// The attributes of the dead-letter queue.
    pub fn dead_letter_attributes(&self) -> BTreeMap<String, String> {
        let queue = self.queue().arn;
        let allow = json!({ "redrivePermission": "byQueue", "sourceQueueArns": [queue] });
        let policy = policy(&[over_tls(&self.dead_letter_queue().arn)]);
        attributes([
            ("MessageRetentionPeriod", DEAD_KEPT.to_string()),
            ("SqsManagedSseEnabled", "true".to_owned()),
            ("RedriveAllowPolicy", allow.to_string()),
            ("Policy", policy),
        ])
    }

    /// Only our rules send, and nobody in the clear. The account's own principals need no word here.
    fn queue_policy(&self) -> String {
        let queue = self.queue().arn;
        let rules = [self.rule().arn, self.look().arn];
        let send = json!({
            "Sid": "RulesSend",
            "Effect": "Allow",
            "Principal": { "Service": "events.amazonaws.com" },
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": { "ArnEquals": { "aws:SourceArn": rules } },
        });
        policy(&[send, over_tls(&queue)])
    }
}

fn attributes<const N: usize>(list: [(&str, String); N]) -> BTreeMap<String, String> {
    list.into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn over_tls(queue: &str) -> Value {
    json!({
        "Sid": "OverTlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": queue,
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    })
}

fn policy(statements: &[Value]) -> String {
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    canonical(&text).unwrap_or(text)
}

/// The settings and the policy of a queue as facets show them.
pub(crate) fn shown(attributes: &BTreeMap<String, String>) -> (String, Option<String>) {
    let mut settings = Map::new();
    for (name, value) in attributes {
        if name != "Policy" {
            settings.insert(name.clone(), told(value));
        }
    }
    let policy = attributes
        .get("Policy")
        .map(|text| canonical(text).unwrap_or_else(|_| text.clone()));
    (Value::Object(settings).to_string(), policy)
}

/// The attributes of a queue that we speak of, as it has them.
pub(crate) fn ours_of(
    wanted: &BTreeMap<String, String>,
    found: &QueueFacts,
) -> BTreeMap<String, String> {
    wanted
        .keys()
        .filter_map(|name| Some((name.clone(), found.attributes.get(name)?.clone())))
        .collect()
}

/// What is to be written: only what differs.
pub(crate) fn to_write(
    wanted: &BTreeMap<String, String>,
    found: &QueueFacts,
) -> BTreeMap<String, String> {
    let same = |name: &str, value: &String| {
        found.attributes.get(name).is_some_and(|is| match name {
            "Policy" => canonical(is).ok() == canonical(value).ok(),
            _ => told(is) == told(value),
        })
    };
    let mut write: BTreeMap<String, String> = wanted
        .iter()
        .filter(|(name, value)| !same(name, value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    // SQS takes one kind of encryption at a time.
    let has_key = found
        .attributes
        .get(KMS_KEY)
        .is_some_and(|key| !key.is_empty());
    if has_key && write.contains_key("SqsManagedSseEnabled") {
        write.insert(KMS_KEY.to_owned(), String::new());
    }
    write
}

/// An attribute's value as one text for all that mean the same: some hold JSON, whose numbers may be written as texts.
fn told(value: &str) -> Value {
    match serde_json::from_str(value) {
        Ok(Value::Object(object)) => {
            let mut sorted: Vec<(String, Value)> = object.into_iter().collect();
            sorted.sort_by(|a, b| a.0.cmp(&b.0));
            let member = |value: Value| match value {
                Value::Number(number) => Value::String(number.to_string()),
                other => other,
            };
            Value::Object(
                sorted
                    .into_iter()
                    .map(|(key, value)| (key, member(value)))
                    .collect(),
            )
        }
        _ => Value::String(value.to_owned()),
    }
}
