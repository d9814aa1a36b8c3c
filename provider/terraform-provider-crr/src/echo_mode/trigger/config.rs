//! From attributes, which may be unknown, to the model's trigger, in which nothing is.

use replication::trigger::{Architecture, Function, FunctionRole, Trigger, permissions};
use replication::{PolicyDocument, RoleArn};
use serde::Deserialize;
use tfplugin::{Attr, Diagnostics, Path, Unknown, Value, from_value};

use super::schema::{ARCHITECTURE, MEMORY, TIMEOUT};
use super::{owner, package, reach};
use crate::duration;
use crate::echo_mode::agent_config;
use crate::echo_mode::config::Resolved;
use crate::runtime::Runtime;

#[derive(Debug, Clone, Deserialize)]
struct Attributes {
    trigger: Attr<TriggerAttributes>,
}

#[derive(Debug, Clone, Deserialize)]
struct TriggerAttributes {
    look_every: Attr<String>,
    function: Attr<FunctionAttributes>,
}

#[derive(Debug, Clone, Deserialize)]
struct FunctionAttributes {
    zip: Attr<String>,
    architecture: Attr<String>,
    memory: Attr<u32>,
    timeout: Attr<String>,
    role_arn: Attr<String>,
}

/// What the attribute came to.
pub enum Wanted {
    /// There is none.
    Nothing,
    /// Everything is known, but perhaps the function's configuration.
    Trigger(Box<Trigger>),
    /// Something is known after apply only.
    Unknown,
    /// A diagnostic says what is wrong.
    Failed,
}

/// Whether the program is needed, or its name is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// It is read.
    Read,
    /// It is read; where the file is not there, with a warning, what is in the function stays.
    Kept,
    /// It is to be looked at or to be removed: the file may be gone by now.
    Named,
    /// It is read where it is there: whoever only looks may have no copy of it.
    IfThere,
}

/// A trigger with nothing in it: its names are those of the sites.
pub fn bare(value: &Value, resolved: &Resolved, runtime: &Runtime) -> Trigger {
    let echo = &resolved.echo;
    // As the configuration calls it, whatever account it is entered in.
    let target = value.get("target").and_then(Value::as_str);
    let target = target.and_then(|name| name.parse().ok());
    Trigger {
        source: echo.template.source.site.clone(),
        target: target.unwrap_or_else(|| echo.template.destination.site.name.clone()),
        active: !resolved.paused,
        look_every: None,
        function: None,
        tags: echo.template.tags.clone(),
        id: owner::id(value, &[]),
        edition: agent_config::edition(value, &runtime.block),
    }
}

/// Reads the attribute of a value of the resource's type.
pub async fn read(
    value: &Value,
    resolved: &Resolved,
    program: Program,
    runtime: &Runtime,
    diagnostics: &mut Diagnostics,
) -> Wanted {
    let attributes: Attributes = match from_value(value) {
        Ok(attributes) => attributes,
        Err(error) => {
            diagnostics.error_at(error.path, "The trigger cannot be read", error.message);
            return Wanted::Failed;
        }
    };
    let attributes = match attributes.trigger {
        Attr::Known(attributes) => attributes,
        Attr::Null => return Wanted::Nothing,
        Attr::Unknown => return Wanted::Unknown,
    };
    let (Ok(look_every), Ok(function)) =
        (attributes.look_every.given(), attributes.function.given())
    else {
        return Wanted::Unknown;
    };
    let mut trigger = bare(value, resolved, runtime);
    trigger.look_every = look_every
        .and_then(|text| duration::parse(&text).ok())
        .and_then(|time| u32::try_from(time.as_secs() / 60).ok());
    let Some(function) = function else {
        return Wanted::Trigger(Box::new(trigger));
    };
    let Ok(function) = function.known() else {
        return Wanted::Unknown;
    };
    let package = match program {
        Program::Named => package::unread(),
        Program::IfThere => package::read(&function.zip, function.architecture)
            .await
            .unwrap_or_else(|_| package::unread()),
        Program::Read | Program::Kept => {
            let path = Path::root()
                .attribute("trigger")
                .attribute("function")
                .attribute("zip");
            match package::read(&function.zip, function.architecture).await {
                Ok(package) => package,
                Err(wrong) if wrong.missing && program == Program::Kept => {
                    diagnostics.warning_at(
                        path,
                        wrong.summary,
                        "The function is planned with the program that it has. A destroy needs no file; an apply that has anything to do for the echo does, and ends with an error without it.",
                    );
                    package::unread()
                }
                Err(wrong) => {
                    diagnostics.error_at(path, wrong.summary, wrong.detail);
                    return Wanted::Failed;
                }
            }
        }
    };
    let role = match &function.role {
        Some(role) => FunctionRole::Existing(role.clone()),
        None => match reach::assumed(value, resolved, runtime) {
            Ok(assumed) => FunctionRole::Own {
                policy: permissions::of_function(&trigger, &resolved.echo, &assumed),
            },
            // What is to be looked at or removed need not be possible any more.
            Err(_) if program == Program::Named => FunctionRole::Own {
                policy: PolicyDocument::default(),
            },
            Err(problem) => {
                crate::diagnostics::add_problems(&[*problem], diagnostics);
                return Wanted::Failed;
            }
        },
    };
    trigger.function = Some(Function {
        package,
        architecture: function.architecture,
        memory: function.memory,
        timeout: function.timeout,
        role,
        configuration: None,
    });
    Wanted::Trigger(Box::new(trigger))
}

/// A function's attributes, all of them known.
struct Known {
    zip: String,
    architecture: Architecture,
    memory: u32,
    timeout: u32,
    role: Option<RoleArn>,
}

impl FunctionAttributes {
    fn known(&self) -> Result<Known, Unknown> {
        let timeout = self.timeout.given()?.unwrap_or_else(|| TIMEOUT.to_owned());
        let timeout = duration::parse(&timeout).unwrap_or_default().as_secs();
        Ok(Known {
            zip: self.zip.given()?.unwrap_or_default(),
            architecture: self
                .architecture
                .given()?
                .and_then(|text| Architecture::named(&text))
                .unwrap_or(ARCHITECTURE),
            memory: self.memory.given()?.unwrap_or(MEMORY),
            timeout: u32::try_from(timeout).unwrap_or_default(),
            // The schema has checked that it is one.
            role: self.role_arn.given()?.and_then(|text| text.parse().ok()),
        })
    }
}
