//! Whether the replication role may do its work: its policies as they stand in the lab, before IAM's own evaluation.
//!
//! S3 says 200 to a role that may nothing, and the emulator replicates with one. So each action that S3 needs is put to
//! SimulateCustomPolicy with the documents read back from the lab. What S3 needs is [`required`]'s table, written from AWS's
//! documents and from nothing of the provider's.
//!
//! The emulator's simulation knows no condition keys but a few global ones; [`Document::under`] resolves conditions first, with
//! the values that S3 sends.

pub mod required;
mod simulate;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use self::required::{Options, Requirement, Subject};
pub use self::simulate::{Finding, Simulation, Standing};
use crate::{Because as _, LabError};

/// Condition keys and the values that the service sends with a request.
pub type Context = BTreeMap<&'static str, String>;

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    statements: Vec<Value>,
}

impl std::fmt::Display for Document {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{}",
            json!({ "Version": "2012-10-17", "Statement": self.statements })
        )
    }
}

impl Document {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, LabError> {
        let value: Value = serde_json::from_str(text).because("a policy is no JSON")?;
        let statements = match value.get("Statement") {
            Some(Value::Array(statements)) => statements.clone(),
            Some(statement) => vec![statement.clone()],
            None => Vec::new(),
        };
        Ok(Self { statements })
    }

    /// An empty one.
    pub fn empty() -> Self {
        Self {
            statements: Vec::new(),
        }
    }

    /// The statements.
    pub fn statements(&self) -> &[Value] {
        &self.statements
    }

    /// Without its nth statement.
    #[must_use]
    pub fn without_statement(&self, index: usize) -> Self {
        let mut statements = self.statements.clone();
        if index < statements.len() {
            statements.remove(index);
        }
        Self { statements }
    }

    /// Each document that lacks just one action of one statement, with that action's name.
    pub fn without_each_action(&self) -> Vec<(String, Self)> {
        let mut mutants = Vec::new();
        for (index, statement) in self.statements.iter().enumerate() {
            for action in listed(statement.get("Action")) {
                let rest: Vec<_> = listed(statement.get("Action"))
                    .into_iter()
                    .filter(|other| *other != action)
                    .collect();
                let mut mutant = self.clone();
                if rest.is_empty() {
                    mutant.statements.remove(index);
                } else if let Some(changed) = mutant
                    .statements
                    .get_mut(index)
                    .and_then(|statement| statement.get_mut("Action"))
                {
                    *changed = json!(rest);
                }
                mutants.push((action, mutant));
            }
        }
        mutants
    }

    /// The document as it acts on a request with these condition values: statements whose conditions hold stand without them, the
    /// others are gone. A Deny whose condition cannot be judged stays.
    #[must_use]
    pub fn under(&self, context: &Context) -> Self {
        let mut statements = Vec::new();
        for statement in &self.statements {
            let mut statement = statement.clone();
            let condition = statement
                .as_object_mut()
                .and_then(|fields| fields.remove("Condition"));
            let held = condition.map_or(Some(true), |condition| holds(&condition, context));
            let denies = statement.get("Effect").and_then(Value::as_str) == Some("Deny");
            if held.unwrap_or(denies) {
                statements.push(statement);
            }
        }
        Self { statements }
    }

    /// The statements that speak of this principal, as an identity policy of its own.
    #[must_use]
    pub fn of_principal(&self, kind: &str, principal: &str) -> Self {
        let mut statements = Vec::new();
        for statement in &self.statements {
            let named = statement.get("Principal");
            let everyone = named.and_then(Value::as_str) == Some("*");
            let listed = listed(named.and_then(|named| named.get(kind)));
            if everyone || listed.iter().any(|name| name == principal || name == "*") {
                let mut statement = statement.clone();
                if let Some(fields) = statement.as_object_mut() {
                    fields.remove("Principal");
                    // A trust or key policy speaks of the thing it hangs on.
                    fields.entry("Resource").or_insert_with(|| json!("*"));
                }
                statements.push(statement);
            }
        }
        Self { statements }
    }
}

/// A string or a list of strings.
pub(crate) fn listed(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether all conditions hold; `None` where one has an operator that is not known here.
fn holds(condition: &Value, context: &Context) -> Option<bool> {
    let mut all = true;
    for (operator, keys) in condition.as_object()? {
        // One value is sent for each key, so "any of the values" and "all of them" are the same.
        let operator = operator
            .trim_start_matches("ForAnyValue:")
            .trim_start_matches("ForAllValues:");
        let (operator, if_exists) = operator
            .strip_suffix("IfExists")
            .map_or((operator, false), |name| (name, true));
        for (key, wanted) in keys.as_object()? {
            let sent = context
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(key));
            all &= match sent {
                Some((_, sent)) => compares(operator, &listed(Some(wanted)), sent)?,
                None => if_exists,
            };
        }
    }
    Some(all)
}

fn compares(operator: &str, wanted: &[String], sent: &str) -> Option<bool> {
    match operator {
        "StringEquals" | "Bool" => Some(wanted.iter().any(|value| value == sent)),
        "StringNotEquals" => Some(wanted.iter().all(|value| value != sent)),
        // For ARNs the two mean the same.
        "StringLike" | "ArnLike" | "ArnEquals" => Some(
            wanted
                .iter()
                .any(|value| crate::gateway::fault::glob(value, sent)),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Context, Document};

    fn left(condition: &str, effect: &str) -> usize {
        let text = format!(
            r#"{{"Statement":{{"Effect":"{effect}","Action":"a","Resource":"*","Condition":{condition}}}}}"#
        );
        let context = Context::from([
            ("aws:SourceAccount", "1".to_owned()),
            ("aws:SourceArn", "arn:aws:s3:::orders".to_owned()),
        ]);
        Document::parse(&text)
            .expect("a policy")
            .under(&context)
            .statements()
            .len()
    }

    #[test]
    fn conditions_are_judged_with_what_is_sent() {
        assert_eq!(
            left(
                r#"{"StringEquals":{"aws:SourceAccount":"1"},"ArnLike":{"AWS:sourcearn":["x","arn:aws:s3:::ord*"]}}"#,
                "Allow"
            ),
            1
        );
        assert_eq!(
            left(
                r#"{"StringEquals":{"aws:SourceAccount":"1"},"ArnLike":{"aws:SourceArn":"arn:aws:s3:::other"}}"#,
                "Allow"
            ),
            0
        );
        assert_eq!(
            left(r#"{"StringEquals":{"aws:Elsewhere":"1"}}"#, "Allow"),
            0,
            "a key that is not sent"
        );
        assert_eq!(
            left(r#"{"StringEqualsIfExists":{"aws:Elsewhere":"1"}}"#, "Allow"),
            1
        );
        assert_eq!(
            left(
                r#"{"ForAnyValue:StringEquals":{"aws:SourceAccount":["2","1"]}}"#,
                "Allow"
            ),
            1
        );
    }

    #[test]
    fn what_cannot_be_judged_allows_nothing_and_denies_still() {
        assert_eq!(
            left(r#"{"DateLessThan":{"aws:SourceAccount":"2"}}"#, "Allow"),
            0
        );
        assert_eq!(
            left(r#"{"DateLessThan":{"aws:SourceAccount":"2"}}"#, "Deny"),
            1
        );
        assert_eq!(
            left(r#"{"StringEquals":{"aws:SourceAccount":"2"}}"#, "Deny"),
            0
        );
    }

    #[test]
    fn each_action_is_taken_away_in_turn() {
        let text = r#"{"Statement":[{"Effect":"Allow","Action":["a","b"],"Resource":"*"},{"Effect":"Allow","Action":"c","Resource":"*"}]}"#;
        let mutants = Document::parse(text)
            .expect("a policy")
            .without_each_action();
        let told: Vec<_> = mutants
            .iter()
            .map(|(name, left)| (name.as_str(), left.statements().len()))
            .collect();
        assert_eq!(told, [("a", 2), ("b", 2), ("c", 1)]);
    }
}
