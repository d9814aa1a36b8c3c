//! Whose the trigger is, among the configurations of an account whose sites have the same names.
//!
//! State calls its trigger by an id, and so does a tag of the queue. An apply that failed may keep a state without it: then it is
//! in the private data, by which the next one knows that something may have been made.

use std::hash::{BuildHasher, RandomState};

use replication::Observed;
use replication::trigger::Trigger;
use tfplugin::{Diagnostics, Path, Value};

use crate::runtime::Runtime;

/// The attribute of the trigger that has the id.
pub const ID: &str = "id";
/// The private data of an echo that has a trigger, or may have one, begin with this.
const MAY_HAVE: &str = "trigger";

/// What the private data say of a trigger; what else they say is in lines after that.
fn line(private: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(private).ok()?;
    text.lines().next()?.strip_prefix(MAY_HAVE)
}

/// The id in the private data.
fn beside(private: &[u8]) -> Option<&str> {
    line(private)?.strip_prefix(' ')
}

/// Whether there may be a trigger, by the private data.
pub fn may_have(private: &[u8]) -> bool {
    line(private).is_some_and(str::is_empty) || beside(private).is_some()
}

/// The private data of an echo whose trigger has this id.
pub fn private(id: Option<&str>) -> Vec<u8> {
    match id {
        Some(id) => format!("{MAY_HAVE} {id}").into_bytes(),
        None => MAY_HAVE.into(),
    }
}

/// The id, by the state and what is beside it.
pub fn id(state: &Value, private: &[u8]) -> Option<String> {
    let in_state = state
        .get("trigger")
        .and_then(|trigger| trigger.get(ID))
        .and_then(Value::as_str);
    in_state.or_else(|| beside(private)).map(str::to_owned)
}

fn sites(value: &Value) -> Option<String> {
    let part = |name: &str| value.get(name)?.as_str();
    Some(format!("{}->{}", part("source")?, part("target")?))
}

/// Notes the trigger of an echo that goes: another one of this run has it from a state of this configuration.
pub fn know(runtime: &Runtime, state: &Value, private: &[u8]) {
    if let Some(id) = id(state, private) {
        runtime.echoes().know_trigger(&id);
    }
}

/// Leaves the id to the echo that is made in place of this one.
pub fn hand_over(runtime: &Runtime, state: &Value) {
    if let (Some(sites), Some(id)) = (sites(state), id(state, &[])) {
        runtime.echoes().keep_trigger(sites, id);
    }
}

/// The id that an echo left which went to make way for this one.
pub fn handed_over(runtime: &Runtime, state: &Value) -> Option<String> {
    runtime.echoes().take_kept_trigger(&sites(state)?)
}

/// An id that no other trigger has.
pub fn new_id() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

/// Warns that an apply takes over what may be another state's. What this run saw in a state is handed over within it.
///
/// Terraform plans a creation again when it applies, and then nothing tells of the echo that is replaced: with
/// `create_before_destroy` it is named only afterwards. So the text is for both.
pub fn warn_of_taking_over(
    runtime: &Runtime,
    trigger: &Trigger,
    observed: &Observed,
    diagnostics: &mut Diagnostics,
) {
    let found = observed.trigger.as_deref();
    let Some(id) = found.and_then(|found| trigger.id_in_another_state(found)) else {
        return;
    };
    if runtime.echoes().knows_trigger(id) {
        return;
    }
    diagnostics.warning_at(
        Path::root().attribute("trigger"),
        format!("Trigger {} stands already", trigger.name()),
        format!(
            "The tag {} of its queue says {id}. If that is the trigger of the echo which this one replaces, or of its former address, it is handed over, and nothing is to be done.\n\nOtherwise it is in another state, or in one that was lost, and an apply takes it over, with its messages. If another configuration of this account has a trigger from {} to {}, the two would write over each other in every apply: give it to one of them, or call a site otherwise.",
            replication::trigger::TRIGGER_ID, trigger.source.name, trigger.target
        ),
    );
}

/// Whether what is there is another state's, which a removal leaves alone. A warning says so.
pub fn is_left(trigger: &Trigger, observed: &Observed, diagnostics: &mut Diagnostics) -> bool {
    let found = observed.trigger.as_deref();
    let Some(id) = found.and_then(|found| trigger.id_in_another_state(found)) else {
        return false;
    };
    diagnostics.warning_at(
        Path::root().attribute("trigger"),
        format!("Trigger {} stays: it is in another state", trigger.name()),
        format!(
            "The tag {} of its queue says {id}: another configuration has taken it over, or made it. If there is none, delete its rules, queues and function by hand.",
            replication::trigger::TRIGGER_ID
        ),
    );
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_in_state_or_beside_it() {
        let state = |id: Value| Value::object([("trigger", Value::object([(ID, id)]))]);
        let beside = private(Some("b"));
        assert_eq!(id(&state(Value::from("a")), &beside).as_deref(), Some("a"));
        assert_eq!(id(&state(Value::unknown()), &beside).as_deref(), Some("b"));
        assert_eq!(id(&state(Value::Null), &private(None)), None);
        for private in [private(None), private(Some("b"))] {
            assert!(may_have(&private));
            let more = [private, b"\nawaits {}".to_vec()].concat();
            assert!(may_have(&more) && id(&Value::Null, &more) != Some(String::new()));
        }
        let more = [beside, b"\nawaits {}".to_vec()].concat();
        assert_eq!(id(&Value::Null, &more).as_deref(), Some("b"));
        // What a replacement leaves there is something else.
        for private in [
            "",
            "awaits {}",
            "triggers east->west",
            "creates east->west {bucket}",
        ] {
            assert!(!may_have(private.as_bytes()), "{private}");
        }
        assert_ne!(new_id(), new_id());
    }
}
