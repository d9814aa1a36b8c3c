//! What is there of a trigger.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ResourceRef;
use crate::observed::Seen;

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerReads {
    /// `GetQueueUrl`, `GetQueueAttributes` and `ListQueueTags` for each.
    pub queues: Vec<ResourceRef>,
    /// `DescribeRule`, `ListTargetsByRule` and `ListTagsForResource` for each.
    pub rules: Vec<ResourceRef>,
    /// `GetFunction`
    pub function: ResourceRef,
    /// `ListEventSourceMappings` of this queue, for the one that leads to the function.
    pub queue: ResourceRef,
}

/// A queue as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueFacts {
    /// Its URL.
    pub url: String,
    /// All its attributes.
    pub attributes: BTreeMap<String, String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A rule as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleFacts {
    /// Its event pattern.
    pub pattern: Option<String>,
    /// Its schedule.
    pub schedule: Option<String>,
    /// Whether it sends.
    pub enabled: bool,
    /// The ARN of the target that goes by our id, where it gets the event as it is.
    pub target: Option<String>,
    /// The ARNs of all other targets, by their ids in the rule: whoever they belong to gets every event.
    #[serde(default)]
    pub others: BTreeMap<String, String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A function as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionFacts {
    /// The SHA-256 of its zip in base64.
    pub sha256: String,
    /// What it was built for.
    pub architecture: String,
    /// The runtime.
    pub runtime: String,
    /// The program's name in the zip.
    pub handler: String,
    /// The ARN of its role.
    pub role: String,
    /// Megabytes of memory.
    pub memory: u32,
    /// Seconds that one run may take.
    pub timeout: u32,
    /// The program's configuration.
    pub configuration: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// How messages get from a queue to a function, as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingFacts {
    /// Lambda's id for it.
    pub id: String,
    /// Whether they do.
    pub enabled: bool,
    /// How many one run gets at most.
    pub batch: u32,
    /// Whether the function says which of them failed.
    pub reports_failures: bool,
    /// How many runs there are at once at most.
    pub at_once: Option<u32>,
}

/// A trigger as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ObservedTrigger {
    /// The queues, by ARN.
    pub queues: BTreeMap<String, Seen<QueueFacts>>,
    /// The rules, by ARN.
    pub rules: BTreeMap<String, Seen<RuleFacts>>,
    /// The function.
    pub function: Seen<FunctionFacts>,
    /// What leads from the queue to the function.
    pub mapping: Seen<MappingFacts>,
}

impl ObservedTrigger {
    /// A queue, where it is there.
    pub fn queue(&self, at: &ResourceRef) -> Option<&QueueFacts> {
        self.queues.get(&at.arn)?.present()
    }

    /// A rule, where it is there.
    pub fn rule(&self, at: &ResourceRef) -> Option<&RuleFacts> {
        self.rules.get(&at.arn)?.present()
    }
}
