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
            if condition.is_none_or(|condition| holds(&condition, context)) {
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

/// Whether all conditions hold. A key that the service does not send, or an operator that is not known here, does not.
fn holds(condition: &Value, context: &Context) -> bool {
    let Some(operators) = condition.as_object() else {
        return false;
    };
    operators.iter().all(|(operator, keys)| {
        let Some(keys) = keys.as_object() else {
            return false;
        };
        keys.iter().all(|(key, wanted)| {
            let sent = context
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(key))
                .map(|(_, value)| value.as_str());
            let (operator, if_exists) = operator
                .strip_suffix("IfExists")
                .map_or((operator.as_str(), false), |name| (name, true));
            let Some(sent) = sent else {
                return if_exists;
            };
            let wanted = listed(Some(wanted));
            match operator {
                "StringEquals" | "ArnEquals" if !wanted.iter().any(|value| value.contains('*')) => {
                    wanted.iter().any(|value| value == sent)
                }
                "StringLike" | "ArnLike" | "ArnEquals" => wanted
                    .iter()
                    .any(|value| crate::gateway::fault::glob(value, sent)),
                "StringNotEquals" => wanted.iter().all(|value| value != sent),
                _ => false,
            }
        })
    })
}
