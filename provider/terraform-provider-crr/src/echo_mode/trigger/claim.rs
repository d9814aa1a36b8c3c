//! Whose the trigger is: it has the names of the sites, so of the echoes from one site to another only one can have it.

use replication::trigger::Trigger;
use tfplugin::{Diagnostics, Path, Value};

use super::config;
use crate::echo_mode::config::Resolved;
use crate::runtime::Runtime;

/// Notes whether this echo is to have the trigger. False, with a diagnostic, where another one of this run is to have it.
pub(super) fn claim(
    runtime: &Runtime,
    resolved: &Resolved,
    planned: &Value,
    diagnostics: &mut Diagnostics,
) -> bool {
    let echo = &resolved.echo;
    let wanted = matches!(planned.get("trigger"), Some(Value::Object(_)));
    let arn = config::bare(planned, resolved, runtime).rule().arn;
    let Some(other) = runtime.echoes().trigger(&arn, echo, wanted) else {
        return true;
    };
    diagnostics.error_at(
        Path::root().attribute("trigger"),
        format!("Two echoes {} have a trigger", echo.id()),
        format!(
            "One is for {}, the other ({}) for {}. A trigger has the names of the two sites, so both would be one, and in every apply the one echo would write over what the other made of it. Give the trigger to one of them.",
            echo.selection,
            other.id(),
            other.selection
        ),
    );
    false
}

/// Whether an echo that this run makes or changes is to have the trigger.
pub(super) fn is_claimed(runtime: &Runtime, trigger: &Trigger) -> bool {
    runtime.echoes().has_trigger(&trigger.rule().arn)
}
