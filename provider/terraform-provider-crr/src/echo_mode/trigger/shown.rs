//! What an echo's attributes say of its trigger.

use replication::Observed;
use replication::trigger::Trigger;
use tfplugin::Value;

use super::owner;
use super::schema::{self, SHOWN};

/// Says in the attribute what is known of the trigger: ARNs follow from names, and SQS says what a queue's URL is,
/// where it was asked.
pub fn show(value: &mut Value, trigger: &Trigger, observed: Option<&Observed>) {
    let Some(mut shown) = value.get("trigger").cloned() else {
        return;
    };
    if !matches!(shown, Value::Object(_)) {
        return;
    }
    let found = observed.and_then(|observed| observed.trigger.as_deref());
    let url = |at: &replication::trigger::ResourceRef| {
        found
            .and_then(|found| found.queue(at))
            .map_or_else(Value::unknown, |queue| Value::from(queue.url.as_str()))
    };
    let id = trigger.id.as_deref();
    shown.set(owner::ID, id.map_or_else(Value::unknown, Value::from));
    shown.set("rule_arn", Value::from(trigger.rule().arn));
    shown.set("queue_arn", Value::from(trigger.queue().arn));
    shown.set("queue_url", url(&trigger.queue()));
    shown.set("dead_letter_queue_url", url(&trigger.dead_letter_queue()));
    let function = trigger.function.as_ref();
    shown.set(
        "function_arn",
        function.map_or(Value::Null, |_| Value::from(trigger.function().arn)),
    );
    value.set("trigger", shown);
}

/// A state in which nothing is unknown, of an apply that came half-way.
pub fn without_unknowns(mut state: Value) -> Value {
    fn known(value: &mut Value, names: &[&str]) {
        for name in names {
            if value.get(name).is_some_and(Value::is_unknown) {
                value.set(*name, Value::Null);
            }
        }
    }
    known(&mut state, &["coverage", "agent_config", SHOWN]);
    if let Some(mut trigger) = state.get("trigger").cloned() {
        known(&mut trigger, &schema::COMPUTED.map(|(name, _)| name));
        state.set("trigger", trigger);
    }
    state
}
