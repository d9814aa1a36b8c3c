//! Between the wire's types and our own, for what every call needs.

use std::time::SystemTime;

use crate::proto::tfplugin6 as wire;
use crate::{Deferred, Diagnostic, Diagnostics, Path, Severity, Step, Type, Value, json, msgpack};

/// Reads a value of a type. Both encodings missing is null: Terraform leaves out what it has not.
pub(super) fn decode(
    value: Option<&wire::DynamicValue>,
    ty: &Type,
    what: &str,
) -> Result<Value, Diagnostic> {
    let Some(value) = value else {
        return Ok(Value::Null);
    };
    let decoded = if !value.msgpack.is_empty() {
        msgpack::decode(&value.msgpack, ty)
    } else if !value.json.is_empty() {
        json::decode(&value.json, ty)
    } else {
        Ok(Value::Null)
    };
    decoded.map_err(|error| Diagnostic {
        severity: Severity::Error,
        summary: format!("{what} could not be decoded"),
        detail: format!("It is not of the type that the provider's schema says: {error}"),
        path: (!error.path.is_root()).then_some(error.path),
    })
}

/// As [`decode`], with null as `None`.
pub(super) fn decode_some(
    value: Option<&wire::DynamicValue>,
    ty: &Type,
    what: &str,
) -> Result<Option<Value>, Diagnostic> {
    decode(value, ty, what).map(|value| (!value.is_null()).then_some(value))
}

/// Writes a value of a type.
pub(super) fn encode(
    value: &Value,
    ty: &Type,
    what: &str,
) -> Result<wire::DynamicValue, Diagnostic> {
    msgpack::encode(value, ty)
        .map(|msgpack| wire::DynamicValue {
            msgpack,
            json: Vec::new(),
        })
        .map_err(|error| Diagnostic {
            severity: Severity::Error,
            summary: format!("{what} could not be encoded"),
            detail: format!("This is a bug in the provider: {error}"),
            path: (!error.path.is_root()).then_some(error.path),
        })
}

/// A single error as the list that answers carry.
pub(super) fn only(error: Diagnostic) -> Vec<wire::Diagnostic> {
    vec![diagnostic(error)]
}

/// Diagnostics for the wire.
pub(super) fn diagnostics(diagnostics: Diagnostics) -> Vec<wire::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

pub(super) fn diagnostic(diagnostic: Diagnostic) -> wire::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => wire::diagnostic::Severity::Error,
        Severity::Warning => wire::diagnostic::Severity::Warning,
    };
    let detail = located(&diagnostic);
    wire::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary,
        detail,
        attribute: diagnostic
            .path
            .filter(|path| !path.is_root())
            .as_ref()
            .map(path),
    }
}

/// The detail, with the attribute's path where Terraform would not show it: inside a nested attribute it points no deeper than
/// the head of the resource, which leaves open which of many sides or rules is meant.
fn located(diagnostic: &Diagnostic) -> String {
    let detail = &diagnostic.detail;
    let Some(path) = diagnostic.path.as_ref().filter(|p| p.steps().len() > 1) else {
        return detail.clone();
    };
    let place = path.to_string();
    if detail.contains(&place) {
        return detail.clone();
    }
    let gap = if detail.is_empty() { "" } else { "\n\n" };
    format!("{detail}{gap}This is about {place}.")
}

/// A path for the wire.
pub(super) fn path(path: &Path) -> wire::AttributePath {
    use wire::attribute_path::step::Selector;
    let steps = path
        .steps()
        .iter()
        .map(|step| wire::attribute_path::Step {
            selector: Some(match step {
                Step::Attribute(name) => Selector::AttributeName(name.clone()),
                Step::Key(key) => Selector::ElementKeyString(key.clone()),
                Step::Index(index) => Selector::ElementKeyInt(*index),
            }),
        })
        .collect();
    wire::AttributePath { steps }
}

pub(super) fn deferred(deferred: Deferred) -> wire::Deferred {
    use wire::deferred::Reason;
    let reason = match deferred {
        Deferred::ResourceConfigUnknown => Reason::ResourceConfigUnknown,
        Deferred::ProviderConfigUnknown => Reason::ProviderConfigUnknown,
        Deferred::AbsentPrerequisite => Reason::AbsentPrereq,
    };
    wire::Deferred {
        reason: reason.into(),
    }
}

/// Whether the client takes deferred answers.
pub(super) fn deferral_allowed(capabilities: Option<&wire::ClientCapabilities>) -> bool {
    capabilities.is_some_and(|capabilities| capabilities.deferral_allowed)
}

pub(super) fn timestamp(time: SystemTime) -> prost_types::Timestamp {
    time.into()
}

/// A new error.
pub(super) fn error(summary: impl Into<String>, detail: impl Into<String>) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        summary: summary.into(),
        detail: detail.into(),
        path: None,
    }
}

#[cfg(test)]
mod tests {
    use crate::path::Path as Place;

    use super::*;

    #[test]
    fn a_detail_says_where_terraform_would_not() {
        let side = Place::root().attribute("source");
        let rule = Place::root().attribute("rules").key("a");
        for (path, detail, shown) in [
            (side.clone(), "Too long.", "Too long."),
            (
                side.attribute("bucket"),
                "Too long.",
                "Too long.\n\nThis is about source.bucket.",
            ),
            (
                rule.attribute("priority"),
                "",
                "This is about rules[\"a\"].priority.",
            ),
            (
                side.attribute("bucket"),
                "source.bucket is too long.",
                "source.bucket is too long.",
            ),
        ] {
            let mut one = error("Wrong", detail);
            one.path = Some(path);
            assert_eq!(diagnostic(one).detail, shown);
        }
    }
}
