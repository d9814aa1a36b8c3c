//! A trigger as a state or a plan states it, looked at and not written.

use replication::trigger::Trigger;
use replication::{Health, examine};
use tfplugin::{Diagnostics, Path, Value};

use super::config::{Program, Wanted, read};
use super::{agent_config, at_the_trigger, look, reach};
use crate::echo_mode::config::{Resolution, Resolved, resolve};
use crate::runtime::Runtime;
use crate::stated::{NotLooked, TriggerLook};

/// The facet of the function's program.
const CODE: &str = "trigger.function_code";

/// Looks at the trigger of an echo as a refresh does, and says how each part stands. None: the echo has none.
///
/// # Errors
///
/// Where something is not known, a site cannot be reached, or a service could not be asked.
pub async fn look_at_trigger(
    runtime: &Runtime,
    values: &Value,
) -> Result<Option<TriggerLook>, NotLooked> {
    if values.get("trigger").is_none_or(Value::is_null) {
        return Ok(None);
    }
    let mut diagnostics = Diagnostics::new();
    let resolved = match resolve(values, runtime, &mut diagnostics).await {
        Resolution::Known(resolved) => resolved,
        Resolution::Unknown { .. } => return Err(NotLooked::Unknown),
        Resolution::Failed => return Err(NotLooked::Failed(diagnostics)),
    };
    let program = Program::IfThere;
    let mut trigger = match read(values, &resolved, program, runtime, &mut diagnostics).await {
        Wanted::Trigger(trigger) => *trigger,
        Wanted::Nothing => return Ok(None),
        Wanted::Unknown => return Err(NotLooked::Unknown),
        Wanted::Failed => return Err(NotLooked::Failed(diagnostics)),
    };
    // A part of the provider block goes into it, which neither a state nor whoever checks knows in full: what was exported says it.
    trigger.edition = values
        .get("agent_config")
        .and_then(Value::as_str)
        .and_then(agent_config::edition_in);
    let Some(observed) = look(runtime, &trigger, &mut diagnostics).await else {
        return Err(NotLooked::Failed(diagnostics));
    };
    let found = observed.trigger.as_deref();
    let told = found
        .and_then(|found| found.function.present()?.configuration.as_deref())
        .map(str::to_owned);
    tell(&mut trigger, values, &resolved, told.as_deref(), runtime);
    let mut health = examine(&trigger.desired(), &observed);
    health.problems = at_the_trigger(&health.problems);
    let mut notes = Vec::new();
    if is_unread(&trigger) {
        leave_out_the_program(&mut health, values, &mut notes);
    }
    Ok(Some(TriggerLook { health, notes }))
}

/// What the function should be told. How it reaches the sites is what the provider block said at the apply, which neither a
/// state nor whoever checks knows in full: that is taken as it stands there.
fn tell(
    trigger: &mut Trigger,
    values: &Value,
    resolved: &Resolved,
    told: Option<&str>,
    runtime: &Runtime,
) {
    let Some(function) = &mut trigger.function else {
        return;
    };
    let block = told
        .and_then(agent_config::block_of)
        .unwrap_or_else(|| reach::block(values, resolved, runtime));
    function.configuration = agent_config::with_block(values, &block);
}

fn is_unread(trigger: &Trigger) -> bool {
    let function = trigger.function.as_ref();
    function.is_some_and(|function| function.package.sha256.is_empty())
}

fn leave_out_the_program(health: &mut Health, values: &Value, notes: &mut Vec<String>) {
    health.facets.retain(|facet| facet.facet != CODE);
    let at = Path::root()
        .attribute("trigger")
        .attribute("function")
        .attribute("zip");
    let zip = values
        .get("trigger")
        .and_then(|trigger| trigger.get("function")?.get("zip")?.as_str())
        .unwrap_or_default();
    notes.push(format!(
        "Whether the function runs the program that it should was not looked at: {at}, {zip}, cannot be read from here."
    ));
}
