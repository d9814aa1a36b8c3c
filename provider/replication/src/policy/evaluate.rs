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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// A statement allows it, and none denies it.
    Allowed,
    /// No statement allows it.
    NotAllowed,
    /// A statement denies it.
    Denied,
}

/// The statements of a policy, to be put before many requests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statements(Vec<Value>);

impl Statements {
    /// Reads a policy. A text that is no policy says nothing.
    pub fn parse(text: &str) -> Self {
        let mut policy = serde_json::from_str::<Value>(text).unwrap_or_default();
        Self(match policy.get_mut("Statement").map(Value::take) {
            Some(Value::Array(list)) => list,
            Some(one) => vec![one],
            None => Vec::new(),
        })
    }

    /// Puts a request before them.
    pub fn decide(&self, request: &Request) -> Decision {
        let mut decision = Decision::NotAllowed;
        for statement in &self.0 {
            let denies = statement.get("Effect").and_then(Value::as_str) == Some("Deny");
            if !speaks_of(statement, request, denies) {
                continue;
            }
            if denies {
                return Decision::Denied;
            }
            decision = Decision::Allowed;
        }
        decision
    }
}

/// Puts a request before policies that count together. A text that is no policy says nothing.
pub fn evaluate<'a>(policies: impl IntoIterator<Item = &'a str>, request: &Request) -> Decision {
    let all = policies
        .into_iter()
        .flat_map(|text| Statements::parse(text).0)
        .collect();
    Statements(all).decide(request)
}

fn listed(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn speaks_of(statement: &Value, request: &Request, denies: bool) -> bool {
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
    element("Action", "NotAction", &action)
        && element("Resource", "NotResource", &|pattern| {
            glob::matches(pattern, &request.resource)
        })
        && names(statement, &request.by)
        // What cannot be judged allows nothing, and denies still.
        && conditions_hold(statement.get("Condition"), &request.context).unwrap_or(denies)
}

/// Whether a statement is about who asks. A policy that hangs on an identity names nobody.
fn names(statement: &Value, by: &Asker) -> bool {
    match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (None, None) => true,
        (Some(named), _) => is_named(named, by),
        (None, Some(named)) => !is_named(named, by),
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

/// Whether all conditions hold; none where one has an operator that is not known here.
fn conditions_hold(condition: Option<&Value>, context: &BTreeMap<String, String>) -> Option<bool> {
    let Some(condition) = condition else {
        return Some(true);
    };
    let mut all = true;
    for (operator, keys) in condition.as_object()? {
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
        for (key, wanted) in keys.as_object()? {
            let sent = context
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(key))
                .map(|(_, value)| value.as_str());
            all &= compares(operator, &values(wanted), sent, of_none)?;
        }
    }
    Some(all)
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
mod tests {
    use super::*;

    fn request() -> Request {
        Request {
            by: Asker::Role {
                arn: "arn:aws:iam::111122223333:role/r".to_owned(),
                account: "111122223333".to_owned(),
            },
            action: "s3:ReplicateObject".to_owned(),
            resource: "arn:aws:s3:::orders-dr/key".to_owned(),
            context: [("aws:SecureTransport".to_owned(), "true".to_owned())].into(),
        }
    }

    fn decided(statements: &str) -> Decision {
        let policy = format!("{{\"Statement\":[{statements}]}}");
        evaluate([policy.as_str()], &request())
    }

    #[test]
    fn allowed_only_where_a_statement_says_so_and_none_denies() {
        let allow =
            r#"{"Effect":"Allow","Action":"s3:Replicate*","Resource":"arn:aws:s3:::orders-dr/*"}"#;
        for (statements, decision) in [
            (allow.to_owned(), Decision::Allowed),
            (
                allow.replace("s3:Replicate*", "S3:replicateobject"),
                Decision::Allowed,
            ),
            (
                allow.replace("s3:Replicate*", "s3:ReplicateDelete"),
                Decision::NotAllowed,
            ),
            (
                allow.replace("orders-dr/*", "orders-dr"),
                Decision::NotAllowed,
            ),
            (
                format!(r#"{allow},{{"Effect":"Deny","NotAction":"s3:Get*","Resource":"*"}}"#),
                Decision::Denied,
            ),
            (
                format!(
                    r#"{allow},{{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::orders-dr/*"}}"#
                ),
                Decision::Allowed,
            ),
            (String::new(), Decision::NotAllowed),
        ] {
            assert_eq!(decided(&statements), decision, "{statements}");
        }
    }

    #[test]
    fn who_is_named() {
        for (principal, decision) in [
            (r#""*""#, Decision::Allowed),
            (
                r#"{"AWS":["arn:aws:iam::111122223333:role/r"]}"#,
                Decision::Allowed,
            ),
            (
                r#"{"AWS":"arn:aws:iam::111122223333:root"}"#,
                Decision::Allowed,
            ),
            (r#"{"AWS":"111122223333"}"#, Decision::Allowed),
            (
                r#"{"AWS":"arn:aws:iam::111122223333:role/other"}"#,
                Decision::NotAllowed,
            ),
            (r#"{"Service":"s3.amazonaws.com"}"#, Decision::NotAllowed),
        ] {
            let statement = format!(
                r#"{{"Effect":"Allow","Principal":{principal},"Action":"s3:*","Resource":"*"}}"#
            );
            assert_eq!(decided(&statement), decision, "{principal}");
        }
    }

    #[test]
    fn conditions_count_as_iam_counts_them() {
        for (effect, condition, decision) in [
            (
                "Deny",
                r#"{"Bool":{"aws:SecureTransport":"false"}}"#,
                Decision::NotAllowed,
            ),
            (
                "Deny",
                r#"{"Bool":{"AWS:securetransport":true}}"#,
                Decision::Denied,
            ),
            // A denial of everything that does not come from a network: S3 comes from none.
            (
                "Deny",
                r#"{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}"#,
                Decision::Denied,
            ),
            (
                "Deny",
                r#"{"StringNotEqualsIfExists":{"aws:SourceVpce":"vpce-1"}}"#,
                Decision::Denied,
            ),
            (
                "Deny",
                r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#,
                Decision::NotAllowed,
            ),
            (
                "Deny",
                r#"{"NumericLessThan":{"s3:max-keys":"1"}}"#,
                Decision::Denied,
            ),
            (
                "Allow",
                r#"{"NumericLessThan":{"s3:max-keys":"1"}}"#,
                Decision::NotAllowed,
            ),
            (
                "Allow",
                r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#,
                Decision::NotAllowed,
            ),
            (
                "Allow",
                r#"{"StringEqualsIfExists":{"aws:SourceVpce":"vpce-1"}}"#,
                Decision::Allowed,
            ),
            (
                "Allow",
                r#"{"ForAnyValue:StringEquals":{"aws:x":"1"}}"#,
                Decision::NotAllowed,
            ),
            (
                "Allow",
                r#"{"Null":{"aws:SourceVpce":"true"}}"#,
                Decision::Allowed,
            ),
            (
                "Allow",
                r#"{"Null":{"aws:SecureTransport":"true"}}"#,
                Decision::NotAllowed,
            ),
        ] {
            let statement = format!(
                r#"{{"Effect":"{effect}","Action":"*","Resource":"*","Condition":{condition}}}"#
            );
            assert_eq!(decided(&statement), decision, "{statement}");
        }
    }
}
