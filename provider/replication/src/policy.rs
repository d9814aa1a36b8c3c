//! IAM policy documents: the statements that we write, and the policies of others that we add them to.
//!
//! Two policies mean the same however their lists are ordered and whether a list of one is written as a
//! list. [`canonical`] gives both the same text, so a text that differs is a real difference.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

mod canonical;
pub mod evaluate;
mod resource_policy;

pub use canonical::canonical;
pub use resource_policy::ResourcePolicy;

/// Why a policy could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a policy document: {0}")]
pub struct PolicyError(pub String);

/// Who a statement speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// AWS principals, by ARN.
    Aws(String),
    /// Services, such as `s3.amazonaws.com`.
    Service(String),
}

/// One statement. What we write of our own allows something: never `Deny`, nor a wildcard action.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statement {
    /// Its name; by its prefix we know in a shared policy what is ours.
    pub sid: String,
    /// Whom it allows; none in a policy that is attached to an identity.
    pub principal: Option<Principal>,
    /// What it allows.
    pub actions: BTreeSet<String>,
    /// On what.
    pub resources: BTreeSet<String>,
    /// Operator → key → values.
    pub conditions: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    /// A statement of somebody else that is written as it is, under our `Sid`; the rest is then of no account.
    taken_over: Option<Value>,
}

impl Statement {
    /// A statement that allows `actions` on `resources`.
    pub fn allow<A, R>(sid: impl Into<String>, actions: A, resources: R) -> Self
    where
        A: IntoIterator,
        A::Item: Into<String>,
        R: IntoIterator,
        R::Item: Into<String>,
    {
        Self {
            sid: sid.into(),
            actions: actions.into_iter().map(Into::into).collect(),
            resources: resources.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// What somebody else's statement says, under this `Sid`.
    pub fn taken_over(sid: impl Into<String>, statement: Value) -> Self {
        Self {
            sid: sid.into(),
            taken_over: Some(statement),
            ..Self::default()
        }
    }

    /// The same for one principal only.
    #[must_use]
    pub fn for_principal(mut self, principal: Principal) -> Self {
        self.principal = Some(principal);
        self
    }

    /// The same under one more condition.
    #[must_use]
    pub fn when<V>(mut self, operator: &str, key: &str, values: V) -> Self
    where
        V: IntoIterator,
        V::Item: Into<String>,
    {
        self.conditions
            .entry(operator.to_owned())
            .or_default()
            .entry(key.to_owned())
            .or_default()
            .extend(values.into_iter().map(Into::into));
        self
    }

    /// The statement as IAM writes it.
    pub fn to_value(&self) -> Value {
        let mut object = Map::new();
        if let Some(Value::Object(statement)) = &self.taken_over {
            object.clone_from(statement);
        }
        object.insert("Sid".to_owned(), json!(self.sid));
        if self.taken_over.is_some() {
            return canonical::statement(&Value::Object(object));
        }
        object.insert("Effect".to_owned(), json!("Allow"));
        match &self.principal {
            Some(Principal::Aws(arn)) => {
                object.insert("Principal".to_owned(), json!({ "AWS": arn }));
            }
            Some(Principal::Service(name)) => {
                object.insert("Principal".to_owned(), json!({ "Service": name }));
            }
            None => {}
        }
        object.insert("Action".to_owned(), json!(self.actions));
        if !self.resources.is_empty() {
            object.insert("Resource".to_owned(), json!(self.resources));
        }
        if !self.conditions.is_empty() {
            object.insert("Condition".to_owned(), json!(self.conditions));
        }
        canonical::statement(&Value::Object(object))
    }
}

/// A whole policy that is ours: a role's trust policy or one of its inline policies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyDocument {
    /// Its statements, in the order in which they are written.
    pub statements: Vec<Statement>,
}

impl PolicyDocument {
    /// The policy as canonical JSON.
    pub fn to_json(&self) -> String {
        let statements: Vec<Value> = self.statements.iter().map(Statement::to_value).collect();
        canonical::print(&canonical::document(&json!({
            "Version": "2012-10-17",
            "Statement": statements,
        })))
    }
}

#[cfg(test)]
mod tests;
