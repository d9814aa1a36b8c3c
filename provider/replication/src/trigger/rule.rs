//! The two rules.

use serde_json::{Value, json};

use super::{RuleFacts, Trigger, events};

/// What the target of our rules is called in them.
pub const TARGET_ID: &str = "crr";

/// When a rule sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// At each event of this pattern.
    Event(String),
    /// By this schedule.
    Schedule(String),
}

/// A rule of EventBridge as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRule {
    /// When it sends.
    pub when: When,
    /// Whether it sends at all.
    pub enabled: bool,
    /// For the people who find it in the console.
    pub description: String,
}

impl Trigger {
    /// The rule that sends the calls that wake.
    pub fn event_rule(&self) -> EventRule {
        EventRule {
            when: When::Event(events::pattern()),
            enabled: self.active,
            description: format!(
                "Calls that make or change buckets of site {}, for their replication to {}",
                self.source.name, self.target
            ),
        }
    }

    /// The rule that asks for a look at the whole site.
    pub fn look_rule(&self) -> Option<EventRule> {
        let minutes = self.look_every?;
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        Some(EventRule {
            when: When::Schedule(format!("rate({minutes} {unit})")),
            enabled: self.active,
            description: format!(
                "Asks for a look at all buckets of site {}, for their replication to {}",
                self.source.name, self.target
            ),
        })
    }
}

impl EventRule {
    /// The rule as a facet shows it.
    pub(crate) fn shown(&self) -> String {
        let (pattern, schedule) = match &self.when {
            When::Event(pattern) => (Some(pattern.as_str()), None),
            When::Schedule(schedule) => (None, Some(schedule.as_str())),
        };
        shown(pattern, schedule, self.enabled)
    }
}

impl RuleFacts {
    /// The targets as a facet shows them.
    pub(crate) fn targets_shown(&self) -> Option<String> {
        let all: Vec<&str> = self
            .target
            .iter()
            .chain(self.others.values())
            .map(String::as_str)
            .collect();
        (!all.is_empty()).then(|| all.join(", "))
    }

    /// The rule as a facet shows it.
    pub(crate) fn shown(&self) -> String {
        shown(
            self.pattern.as_deref(),
            self.schedule.as_deref(),
            self.enabled,
        )
    }
}

fn shown(pattern: Option<&str>, schedule: Option<&str>, enabled: bool) -> String {
    let state = if enabled { "on" } else { "off" };
    let pattern = pattern.map(|text| match serde_json::from_str(text) {
        Ok(value) => sorted(&value),
        Err(_) => json!(text),
    });
    match (pattern, schedule) {
        (Some(pattern), None) => format!("{state}, at {pattern}"),
        (None, Some(schedule)) => format!("{state}, {schedule}"),
        (pattern, schedule) => format!("{state}, at {pattern:?} and by {schedule:?}"),
    }
}

/// Keys and lists in one order: EventBridge gives the pattern back as it was written, systems that speak it may not.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let mut members: Vec<(&String, &Value)> = object.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            Value::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (key.clone(), sorted(value)))
                    .collect(),
            )
        }
        Value::Array(list) => {
            let mut list: Vec<Value> = list.iter().map(sorted).collect();
            list.sort_by_cached_key(Value::to_string);
            Value::Array(list)
        }
        other => other.clone(),
    }
}
