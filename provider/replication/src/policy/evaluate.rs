//! Whether policies allow something: IAM's evaluation, as far as replication needs it.
//!
//! Source: "Policy evaluation logic" and "IAM JSON policy elements: Condition operators" in the IAM user guide.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::glob;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// A role, by its ARN and account.
    Role {
        /// Its ARN.
        arn: String,
        /// Its account.
        account: String,
    },
    /// A service, such as `s3.amazonaws.com`.
    Service(String),
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub by: Asker,
    /// What is to be done.
    pub action: String,
    /// To what.
    pub resource: String,
    /// Condition keys with the values that the service sends.
    pub context: BTreeMap<String, String>,
}

/// What policies say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it, and none denies it.
    Allowed,
    /// No statement allows it.
    NotAllowed,
    /// A statement denies it.
    Denied,
    /// A statement would allow it by something that cannot be judged here: by what.
    MaybeAllowed(String),
    /// A statement would deny it by something that cannot be judged here: by what.
    MaybeDenied(String),
}

/// Whether something holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Held {
    Yes,
    No,
    /// It cannot be judged: what.
    Maybe(String),
}

impl Held {
    fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// Both: what does not hold makes the rest of no matter.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, other) => other,
            (maybe, _) => maybe,
        }
    }
}

/// The statements of a policy, to be put before many requests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statements(Vec<Value>);

impl Statements {
    /// Reads a policy. A text that is no policy says nothing.
    pub fn parse(text: &str) -> Self {
        Self(statements(text))
    }

    /// Puts a request before them.
    pub fn decide(&self, request: &Request) -> Decision {
        decide(&self.0, request)
    }
}

/// Puts a request before policies that count together. A text that is no policy says nothing.
pub fn evaluate<'a>(policies: impl IntoIterator<Item = &'a str>, request: &Request) -> Decision {
    let all: Vec<Value> = policies.into_iter().flat_map(statements).collect();
    decide(&all, request)
}

fn decide(statements: &[Value], request: &Request) -> Decision {
    let (mut allowed, mut maybe_allowed, mut maybe_denied) = (false, None, None);
    for statement in statements {
        let on_it = |pattern: &str| glob::matches(pattern, &request.resource);
        let held = speaks_of(statement, request, &on_it);
        match (denies(statement), held) {
            (_, Held::No) => {}
            (true, Held::Yes) => return Decision::Denied,
            (false, Held::Yes) => allowed = true,
            (true, Held::Maybe(by)) => maybe_denied = Some(by),
            (false, Held::Maybe(by)) => maybe_allowed = Some(by),
        }
    }
    match (maybe_denied, allowed, maybe_allowed) {
        (Some(by), _, _) => Decision::MaybeDenied(by),
        (None, true, _) => Decision::Allowed,
        (None, false, Some(by)) => Decision::MaybeAllowed(by),
        (None, false, None) => Decision::NotAllowed,
    }
}

/// A denial of some objects alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartlyDenied {
    /// The pattern of the objects.
    pub objects: String,
    /// What of it cannot be judged; none: they are denied.
    pub maybe: Option<String>,
}

/// The denials of some of the objects whose ARNs begin with one of `within`, and not of the one that is asked about.
pub fn denied_in_part<'a>(
    policies: impl IntoIterator<Item = &'a str>,
    request: &Request,
    within: &[String],
) -> Vec<PartlyDenied> {
    let mut found = Vec::new();
    for statement in policies.into_iter().flat_map(statements) {
        if !denies(&statement) {
            continue;
        }
        for pattern in listed(statement.get("Resource")) {
            let some = within.iter().any(|start| glob::may_begin(pattern, start));
            if !some || glob::matches(pattern, &request.resource) {
                continue;
            }
            let maybe = match speaks_of(&statement, request, &|_| true) {
                Held::No => continue,
                Held::Yes => None,
                Held::Maybe(by) => Some(by),
            };
            let objects = pattern.to_owned();
            found.push(PartlyDenied { objects, maybe });
        }
    }
    found
}

/// The statements of a policy. A text that is no policy has none.
pub(crate) fn statements(text: &str) -> Vec<Value> {
    let mut policy = serde_json::from_str::<Value>(text).unwrap_or_default();
    match policy.get_mut("Statement").map(Value::take) {
        Some(Value::Array(list)) => list,
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

fn denies(statement: &Value) -> bool {
    statement.get("Effect").and_then(Value::as_str) == Some("Deny")
}

/// The texts of an element that is one or a list.
pub(crate) fn listed(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn speaks_of(statement: &Value, request: &Request, on_it: &dyn Fn(&str) -> bool) -> Held {
    let element = |positive: &str, negative: &str, matches: &dyn Fn(&str) -> bool| {
        match (statement.get(positive), statement.get(negative)) {
            (Some(_), _) => listed(statement.get(positive)).into_iter().any(matches),
            (None, Some(_)) => !listed(statement.get(negative)).into_iter().any(matches),
            // A trust policy names no resource: it speaks of the role that it hangs on.
            (None, None) => true,
        }
    };
    let action = |pattern: &str| {
        glob::matches(
            &pattern.to_ascii_lowercase(),
            &request.action.to_ascii_lowercase(),
        )
    };
    Held::of(element("Action", "NotAction", &action) && element("Resource", "NotResource", on_it))
        .and(names(statement, &request.by))
        .and(conditions_hold(
            statement.get("Condition"),
            &request.context,
        ))
}

/// Whether a statement is about who asks. A policy that hangs on an identity names nobody.
fn names(statement: &Value, by: &Asker) -> Held {
    match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (None, None) => Held::Yes,
        (Some(named), _) => Held::of(is_named(named, by)),
        (None, Some(named)) => is_not_spared(named, by),
    }
}

fn is_named(named: &Value, by: &Asker) -> bool {
    if named.as_str() == Some("*") {
        return true;
    }
    match by {
        Asker::Role { arn, account } => listed(named.get("AWS")).into_iter().any(|name| {
            name == "*"
                || name == arn
                || name == account
                || name.ends_with(&format!(":iam::{account}:root"))
        }),
        Asker::Service(service) => listed(named.get("Service")).contains(&service.as_str()),
    }
}

/// Whether `NotPrincipal` leaves out somebody else than who asks. An account's root stands for nobody else there: a role is
/// spared only where it is named itself, and its session and account with it.
fn is_not_spared(named: &Value, by: &Asker) -> Held {
    match by {
        Asker::Role { arn, .. } if listed(named.get("AWS")).contains(&arn.as_str()) => Held::Maybe(
            "its NotPrincipal, which would have to name S3's session of the role".to_owned(),
        ),
        Asker::Role { .. } => Held::of(named.as_str() != Some("*")),
        Asker::Service(_) => Held::of(!is_named(named, by)),
    }
}

/// What S3 never sends when it replicates: it comes through no network of the user's.
const NEVER_SENT: [&str; 3] = ["aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip"];

/// Whether all conditions hold.
fn conditions_hold(condition: Option<&Value>, context: &BTreeMap<String, String>) -> Held {
    let mut all = Held::Yes;
    let operators = condition.and_then(Value::as_object);
    for (operator, keys) in operators.into_iter().flatten() {
        for (key, wanted) in keys.as_object().into_iter().flatten() {
            let holds = match condition_holds(operator, key, &values(wanted), context) {
                Some(holds) => Held::of(holds),
                None => Held::Maybe(format!("its condition {operator} on {key}")),
            };
            all = all.and(holds);
        }
    }
    all
}

/// Whether a condition holds; none where its operator is not known here, or what S3 sends for its key.
fn condition_holds(
    operator: &str,
    key: &str,
    wanted: &[String],
    context: &BTreeMap<String, String>,
) -> Option<bool> {
    // One value is sent for each key, so "any of the values" and "all of them" differ only where none is.
    let (operator, of_none) = match operator.strip_prefix("ForAllValues:") {
        Some(operator) => (operator, true),
        None => (
            operator.strip_prefix("ForAnyValue:").unwrap_or(operator),
            false,
        ),
    };
    let (operator, of_none) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, of_none),
    };
    let sent = context
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(key))
        .map(|(_, value)| value.as_str());
    if sent.is_none() && !NEVER_SENT.contains(&key.to_ascii_lowercase().as_str()) {
        return None;
    }
    // A policy variable stands for what is known to IAM alone.
    if wanted.iter().any(|value| value.contains("${")) {
        return None;
    }
    compares(operator, wanted, sent, of_none)
}

/// A condition's values: booleans and numbers count as their text.
fn values(value: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match value {
        Value::Array(many) => many.iter().map(text).collect(),
        one => vec![text(one)],
    }
}

fn compares(operator: &str, wanted: &[String], sent: Option<&str>, of_none: bool) -> Option<bool> {
    if operator == "Null" {
        let absent = sent.is_none().to_string();
        return Some(wanted.contains(&absent));
    }
    let (negated, matches): (bool, fn(&str, &str) -> bool) = match operator {
        "StringEquals" => (false, |wanted, sent| wanted == sent),
        "StringNotEquals" => (true, |wanted, sent| wanted == sent),
        "StringEqualsIgnoreCase" | "Bool" => (false, str::eq_ignore_ascii_case),
        "StringNotEqualsIgnoreCase" => (true, str::eq_ignore_ascii_case),
        // For ARNs the two mean the same.
        "StringLike" | "ArnLike" | "ArnEquals" => (false, glob::matches),
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (true, glob::matches),
        _ => return None,
    };
    let Some(sent) = sent else {
        // What is not sent equals nothing, so that a negated operator holds.
        return Some(of_none || negated);
    };
    Some(wanted.iter().any(|value| matches(value, sent)) != negated)
}

#[cfg(test)]
mod tests;
