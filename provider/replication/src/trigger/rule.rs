//! The two rules.

use serde_json::Value;

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
    /// Whether the rule sends, and by what schedule, as a facet shows it. The pattern is a facet of its own.
    pub(crate) fn shown(&self) -> String {
        match &self.when {
            When::Event(_) => shown(None, self.enabled),
            When::Schedule(schedule) => shown(Some(schedule), self.enabled),
        }
    }

    /// The pattern as a facet shows it.
    pub(crate) fn pattern_shown(&self) -> Option<String> {
        match &self.when {
            When::Event(pattern) => Some(pattern_shown(pattern)),
            When::Schedule(_) => None,
        }
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

    /// Whether the rule sends, and by what schedule, as a facet shows it.
    pub(crate) fn shown(&self) -> String {
        shown(self.schedule.as_deref(), self.enabled)
    }

    /// The pattern as a facet shows it.
    pub(crate) fn pattern_shown(&self) -> Option<String> {
        self.pattern.as_deref().map(pattern_shown)
    }
}

fn shown(schedule: Option<&str>, enabled: bool) -> String {
    let state = if enabled { "on" } else { "off" };
    match schedule {
        Some(schedule) => format!("{state}, {schedule}"),
        None => state.to_owned(),
    }
}

fn pattern_shown(pattern: &str) -> String {
    match serde_json::from_str(pattern) {
        Ok(value) => sorted(&value).to_string(),
        Err(_) => pattern.to_owned(),
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
