//! What is done to one resource of a trigger, a call each.

use std::collections::BTreeMap;
use std::fmt;

use super::{Architecture, EventRule, FunctionSettings, Mapping, Package};

/// One call, or as many as the service wants for one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Make a queue.
    CreateQueue {
        /// Its attributes.
        attributes: BTreeMap<String, String>,
        /// Its tags.
        tags: BTreeMap<String, String>,
    },
    /// Set attributes of a queue.
    PutQueueAttributes {
        /// Those to set.
        attributes: BTreeMap<String, String>,
    },
    /// Set our tags on a queue.
    TagQueue {
        /// Our tags.
        tags: BTreeMap<String, String>,
    },
    /// Delete a queue with what is in it.
    DeleteQueue,
    /// Make a rule, or write it anew.
    PutRule {
        /// The whole rule.
        rule: EventRule,
        /// Its tags, where it is made: EventBridge takes them only then.
        tags: BTreeMap<String, String>,
    },
    /// Send what a rule matches to a queue.
    ///
    /// The rule is ours, so it sends to nobody else: other targets are taken off.
    PutTarget {
        /// The ARN of the queue.
        queue: String,
        /// The ids of targets to take off.
        others: Vec<String>,
    },
    /// Set our tags on a rule.
    TagRule {
        /// Our tags.
        tags: BTreeMap<String, String>,
    },
    /// Delete a rule, its targets first.
    DeleteRule,
    /// Make a function.
    CreateFunction {
        /// The program.
        package: Package,
        /// What it was built for.
        architecture: Architecture,
        /// Everything else.
        settings: FunctionSettings,
        /// Its tags.
        tags: BTreeMap<String, String>,
    },
    /// Give a function another program.
    PutFunctionCode {
        /// The program.
        package: Package,
        /// What it was built for.
        architecture: Architecture,
    },
    /// Write a function's settings.
    PutFunctionSettings {
        /// All of them.
        settings: FunctionSettings,
    },
    /// Set our tags on a function.
    TagFunction {
        /// Our tags.
        tags: BTreeMap<String, String>,
    },
    /// Delete a function, and first what leads messages to it.
    DeleteFunction {
        /// The id of that.
        mapping: Option<String>,
    },
    /// Lead messages from a queue to a function.
    CreateMapping {
        /// The ARN of the queue.
        queue: String,
        /// How.
        mapping: Mapping,
    },
    /// Lead them otherwise.
    PutMapping {
        /// Its id.
        id: String,
        /// How.
        mapping: Mapping,
    },
}

impl Change {
    /// What is done, with a place for what it is done to.
    pub(crate) fn describe(&self, at: &dyn fmt::Display) -> String {
        match self {
            Self::CreateQueue { .. } => format!("create queue {at}"),
            Self::PutQueueAttributes { attributes } => {
                let names: Vec<&str> = attributes.keys().map(String::as_str).collect();
                format!("set {} of queue {at}", names.join(", "))
            }
            Self::TagQueue { .. } => format!("tag queue {at}"),
            Self::DeleteQueue => format!("delete queue {at}"),
            Self::PutRule { .. } => format!("write event rule {at}"),
            Self::PutTarget { others, .. } if others.is_empty() => {
                format!("send the events of rule {at} to the queue")
            }
            Self::PutTarget { others, .. } => format!(
                "send the events of rule {at} to the queue alone, not to {}",
                others.join(", ")
            ),
            Self::TagRule { .. } => format!("tag event rule {at}"),
            Self::DeleteRule => format!("delete event rule {at}"),
            Self::CreateFunction { .. } => format!("create function {at}"),
            Self::PutFunctionCode { .. } => format!("write the code of function {at}"),
            Self::PutFunctionSettings { .. } => format!("write the settings of function {at}"),
            Self::TagFunction { .. } => format!("tag function {at}"),
            Self::DeleteFunction { .. } => format!("delete function {at}"),
            Self::CreateMapping { .. } | Self::PutMapping { .. } => {
                format!("lead the queue's messages to function {at}")
            }
        }
    }
}
