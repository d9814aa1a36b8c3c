//! The rules that stand on the default buses, and what they send where.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{Told, changes_delivery, locked};
use crate::LabError;
use crate::gateway::call::Call;
use crate::gateway::upstream::{Upstream, element};
use crate::permissions::{Context, Document};

/// A region of an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
}

impl Place {
    fn scope(&self) -> (&str, &str) {
        (&self.account, &self.region)
    }
}

/// A rule that is enabled and has a pattern.
#[derive(Debug)]
struct Rule {
    pattern: String,
    targets: Vec<Result<String, String>>,
}

/// The rules of each place, as they stood when they were last asked for.
#[derive(Debug, Default)]
pub struct Rules {
    known: Mutex<HashMap<Place, Arc<Vec<Rule>>>>,
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value
        .get(field)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

impl Rules {
    /// Forgets what is known after a call that may have changed it; whether it was such a call.
    pub fn forget_after(&self, call: &Call) -> bool {
        let changes = changes_delivery(call);
        if changes {
            locked(&self.known).clear();
        }
        changes
    }

    /// Whether any rule stands there.
    pub async fn stand(&self, upstream: &Upstream, place: &Place) -> Result<bool, LabError> {
        Ok(!self.of(upstream, place).await?.is_empty())
    }

    async fn of(&self, upstream: &Upstream, place: &Place) -> Result<Arc<Vec<Rule>>, LabError> {
        if let Some(rules) = locked(&self.known).get(place) {
            return Ok(Arc::clone(rules));
        }
        let listed = upstream
            .ask_json(place.scope(), "AWSEvents.ListRules", &json!({}))
            .await?;
        let mut rules = Vec::new();
        for rule in list(&listed, "Rules") {
            let pattern = text(rule, "EventPattern").to_owned();
            if text(rule, "State") != "ENABLED" || pattern.is_empty() {
                continue;
            }
            let question = json!({ "Rule": text(rule, "Name") });
            let listed = upstream
                .ask_json(place.scope(), "AWSEvents.ListTargetsByRule", &question)
                .await?;
            let mut targets = Vec::new();
            for target in list(&listed, "Targets") {
                targets.push(reach(upstream, place, text(rule, "Arn"), target).await?);
            }
            rules.push(Rule { pattern, targets });
        }
        let rules = Arc::new(rules);
        locked(&self.known).insert(place.clone(), Arc::clone(&rules));
        Ok(rules)
    }

    /// Sends an event to the queues of all rules that it matches.
    pub async fn deliver(
        &self,
        upstream: &Upstream,
        place: &Place,
        event: &Value,
    ) -> Result<Told, LabError> {
        let mut told = Told::default();
        for rule in self.of(upstream, place).await?.iter() {
            let question = json!({ "Event": event.to_string(), "EventPattern": rule.pattern });
            let answer = upstream
                .ask_json(place.scope(), "AWSEvents.TestEventPattern", &question)
                .await?;
            if answer.get("Result") != Some(&Value::Bool(true)) {
                continue;
            }
            for target in &rule.targets {
                match target {
                    Ok(url) => {
                        let message = json!({ "QueueUrl": url, "MessageBody": event.to_string() });
                        upstream
                            .ask_json(place.scope(), "AmazonSQS.SendMessage", &message)
                            .await?;
                        told.sent += 1;
                    }
                    Err(why) => told.refused.push(why.clone()),
                }
            }
        }
        Ok(told)
    }
}

/// The URL of a target's queue, or why EventBridge would not reach it.
async fn reach(
    upstream: &Upstream,
    place: &Place,
    rule: &str,
    target: &Value,
) -> Result<Result<String, String>, LabError> {
    let arn = text(target, "Arn");
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let [_, _, "sqs", region, account, name] = parts.as_slice() else {
        return Ok(Err(format!(
            "{arn} is no queue: the lab sends to queues only"
        )));
    };
    if ["Input", "InputPath", "InputTransformer"]
        .iter()
        .any(|field| target.get(field).is_some_and(|input| !input.is_null()))
    {
        return Ok(Err(format!(
            "{arn} has an input of its own: the lab sends whole events only"
        )));
    }
    if (*account, *region) != place.scope() {
        return Ok(Err(format!(
            "{arn} is not in the rule's account and region"
        )));
    }
    let url = match upstream
        .ask_json(
            place.scope(),
            "AmazonSQS.GetQueueUrl",
            &json!({ "QueueName": name }),
        )
        .await
    {
        Ok(found) => text(&found, "QueueUrl").to_owned(),
        Err(error) => return Ok(Err(error.to_string())),
    };
    let question = json!({ "QueueUrl": url, "AttributeNames": ["Policy"] });
    let attributes = upstream
        .ask_json(place.scope(), "AmazonSQS.GetQueueAttributes", &question)
        .await?;
    let policy = attributes
        .pointer("/Attributes/Policy")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if policy.is_empty() || !may_send(upstream, place, policy, (rule, arn)).await? {
        return Ok(Err(format!(
            "the policy of {arn} does not let {rule} send: {policy}"
        )));
    }
    Ok(Ok(url))
}

/// Whether the queue's policy lets EventBridge send for this rule.
async fn may_send(
    upstream: &Upstream,
    place: &Place,
    policy: &str,
    (rule, queue): (&str, &str),
) -> Result<bool, LabError> {
    let context = Context::from([
        ("aws:SourceArn", rule.to_owned()),
        ("aws:SourceAccount", place.account.clone()),
        ("aws:SecureTransport", "true".to_owned()),
    ]);
    let document = Document::parse(policy)?
        .under(&context)
        .of_principal("Service", "events.amazonaws.com");
    if document.statements().is_empty() {
        return Ok(false);
    }
    let document = document.to_string();
    let form = [
        ("Action", "SimulateCustomPolicy"),
        ("ActionNames.member.1", "sqs:SendMessage"),
        ("ResourceArns.member.1", queue),
        ("PolicyInputList.member.1", document.as_str()),
    ];
    let answer = upstream.ask("iam", &place.account, &form).await?;
    Ok(element(&answer.text(), "EvalDecision").as_deref() == Some("allowed"))
}
