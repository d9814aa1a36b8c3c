//! What S3 checks against the rest of the world before it takes a configuration.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use hyper::body::Bytes;
use hyper::header::HeaderValue;
use serde_json::Value;

use super::answer::Refusal;
use super::call::{Call, form_value};
use super::principal::{Principals, readable};
use super::replication_document;
use super::upstream::{Answer, Upstream, element, elements};
use crate::LabError;

/// Buckets that stand, and the replication document each was given.
#[derive(Debug, Default)]
pub struct Guard {
    buckets: Mutex<HashMap<String, Option<Bytes>>>,
    /// The lifecycle document that each bucket was given.
    lifecycles: Mutex<HashMap<String, Bytes>>,
    /// Who calls.
    pub principals: Principals,
}

impl Guard {
    /// What S3 would refuse about this call.
    pub async fn refusal(
        &self,
        upstream: &Upstream,
        call: &Call,
        body: &Bytes,
    ) -> Result<Option<Refusal>, LabError> {
        match call.operation.as_str() {
            "PutBucketReplication" => self.replication(upstream, call, body).await,
            "PutBucketVersioning" => Ok(self.versioning(call, body)),
            "PutBucketPolicy" => principals_that_exist(upstream, body).await,
            "PutRolePolicy" => room_for_policies(upstream, call, body).await,
            _ => Ok(None),
        }
    }

    async fn replication(
        &self,
        upstream: &Upstream,
        call: &Call,
        body: &Bytes,
    ) -> Result<Option<Refusal>, LabError> {
        // A bucket that is not there, or not the caller's: the emulator says so, in its own words.
        if !self.stands(&call.resource) {
            return Ok(None);
        }
        let read = match replication_document::read(body, &call.resource) {
            Ok(read) => read,
            Err(refusal) => return Ok(Some(refusal)),
        };
        if read.destinations.iter().any(|name| !self.stands(name)) {
            return Ok(Some(Refusal::invalid_request(
                "Destination bucket must exist.",
            )));
        }
        self.principals
            .check_pass_role(upstream, call, &read.role)
            .await
    }

    fn stands(&self, bucket: &str) -> bool {
        self.buckets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(bucket)
    }

    /// Versioning cannot be suspended under a replication configuration.
    fn versioning(&self, call: &Call, body: &Bytes) -> Option<Refusal> {
        let suspends = String::from_utf8_lossy(body).contains(">Suspended<");
        let buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let replicates = buckets.get(&call.resource).is_some_and(Option::is_some);
        (suspends && replicates).then(|| {
            Refusal::new(
                409,
                "InvalidBucketState",
                "A replication configuration is present on this bucket, so you cannot change the versioning state. \
                 To change the versioning state, first delete the replication configuration.",
            )
        })
    }

    /// Takes note of what a call that went well changed, and gives the document back exactly as it was put.
    pub fn learn(&self, call: &Call, body: &Bytes, answer: &mut Answer) {
        if !answer.status.is_success() {
            return;
        }
        self.principals.learn(call, &answer.text());
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        match call.operation.as_str() {
            "CreateBucket" => {
                buckets.entry(call.resource.clone()).or_default();
            }
            "DeleteBucket" => {
                buckets.remove(&call.resource);
            }
            "PutBucketReplication" => {
                buckets.insert(call.resource.clone(), Some(exact(body)));
            }
            "DeleteBucketReplication" => {
                buckets.insert(call.resource.clone(), None);
            }
            "GetBucketReplication" => {
                if let Some(Some(document)) = buckets.get(&call.resource) {
                    give_back(document, answer);
                }
            }
            _ => {}
        }
        drop(buckets);
        self.learn_lifecycle(call, body, answer);
    }

    /// The emulator gives back what it understood of a lifecycle document, and S3 all of it.
    fn learn_lifecycle(&self, call: &Call, body: &Bytes, answer: &mut Answer) {
        let mut lifecycles = self
            .lifecycles
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match call.operation.as_str() {
            "PutBucketLifecycleConfiguration" => {
                lifecycles.insert(call.resource.clone(), exact(body));
            }
            "DeleteBucketLifecycleConfiguration" | "DeleteBucket" => {
                lifecycles.remove(&call.resource);
            }
            "GetBucketLifecycleConfiguration" => {
                if let Some(document) = lifecycles.get(&call.resource) {
                    give_back(document, answer);
                }
            }
            _ => {}
        }
    }
}

/// Puts the document in place of the emulator's own words for it.
fn give_back(document: &Bytes, answer: &mut Answer) {
    if !document.is_empty() {
        answer.body = document.clone();
        answer
            .headers
            .insert("content-length", HeaderValue::from(document.len()));
    }
}

/// The document to give back: the one put, or none where S3 would have added a rule's ID, as the emulator does.
fn exact(body: &Bytes) -> Bytes {
    let text = String::from_utf8_lossy(body);
    if text.matches("<ID>").count() == text.matches("<Rule>").count() {
        body.clone()
    } else {
        Bytes::new()
    }
}

/// The inline policies of one role have 10,240 characters together, spaces not counted.
async fn room_for_policies(
    upstream: &Upstream,
    call: &Call,
    body: &Bytes,
) -> Result<Option<Refusal>, LabError> {
    let account = upstream.account_of(&call.access_key).await?;
    let put = form_value(body, "PolicyName").unwrap_or_default();
    let mut characters = length(&form_value(body, "PolicyDocument").unwrap_or_default());
    let role = ("RoleName", call.resource.as_str());
    let listed = upstream
        .ask("iam", &account, &[("Action", "ListRolePolicies"), role])
        .await?;
    for policy in elements(&listed.text(), "member")
        .iter()
        .filter(|name| **name != put)
    {
        let form = [
            ("Action", "GetRolePolicy"),
            role,
            ("PolicyName", policy.as_str()),
        ];
        let document = element(
            &upstream.ask("iam", &account, &form).await?.text(),
            "PolicyDocument",
        );
        characters += length(&readable(&document.unwrap_or_default()));
    }
    Ok((characters > 10_240).then(|| {
        let words = format!(
            "Maximum policy size of 10240 bytes exceeded for role {}",
            call.resource
        );
        Refusal::new(409, "LimitExceeded", words)
    }))
}

fn length(policy: &str) -> usize {
    policy
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .count()
}

/// A bucket policy may name only principals that exist.
async fn principals_that_exist(
    upstream: &Upstream,
    body: &Bytes,
) -> Result<Option<Refusal>, LabError> {
    let Ok(policy) = serde_json::from_slice::<Value>(body) else {
        return Ok(None);
    };
    for arn in named_principals(&policy) {
        let parts: Vec<_> = arn.splitn(6, ':').collect();
        let [_, _, "iam", _, account, resource] = parts.as_slice() else {
            continue;
        };
        let Some((kind, name)) = resource.split_once('/') else {
            continue;
        };
        let name = name.rsplit('/').next().unwrap_or(name);
        let (action, parameter) = match kind {
            "role" => ("GetRole", "RoleName"),
            "user" => ("GetUser", "UserName"),
            _ => continue,
        };
        let answer = upstream
            .ask("iam", account, &[("Action", action), (parameter, name)])
            .await?;
        let exists = answer.status.is_success()
            && super::upstream::elements(&answer.text(), "Arn").contains(&arn);
        if !exists {
            return Ok(Some(Refusal::new(
                400,
                "MalformedPolicy",
                "Invalid principal in policy",
            )));
        }
    }
    Ok(None)
}

/// All ARNs under `Principal` and `NotPrincipal`.
fn named_principals(policy: &Value) -> Vec<String> {
    let statements = match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.clone(),
        Some(statement) => vec![statement.clone()],
        None => Vec::new(),
    };
    let mut named = Vec::new();
    for statement in &statements {
        for key in ["Principal", "NotPrincipal"] {
            match statement
                .get(key)
                .and_then(|principal| principal.get("AWS"))
            {
                Some(Value::String(arn)) => named.push(arn.clone()),
                Some(Value::Array(arns)) => {
                    named.extend(arns.iter().filter_map(Value::as_str).map(str::to_owned));
                }
                _ => {}
            }
        }
    }
    named
}
