//! Looking at a rule of EventBridge.

use std::collections::BTreeMap;

use aws_sdk_eventbridge::types::{RuleState, Target};
use futures::future::join3;
use replication::Seen;
use replication::trigger::{RuleFacts, TARGET_ID};

use super::ResourceAccess;
use crate::failure::Failure;
use crate::observe::seen;
use crate::operation::{DESCRIBE_RULE, LIST_RULE_TAGS, LIST_TARGETS};

pub(crate) const ABSENT: [&str; 1] = ["ResourceNotFoundException"];

pub(super) async fn look(access: &ResourceAccess<'_>) -> Result<Seen<RuleFacts>, Failure> {
    seen(facts(access).await.map(Some), &ABSENT)
}

/// The rule's tags.
pub(crate) async fn tags(access: &ResourceAccess<'_>) -> Result<BTreeMap<String, String>, Failure> {
    let request = access
        .site
        .events
        .list_tags_for_resource()
        .resource_arn(&access.at.arn)
        .send();
    let answer = access.cloud.inner.call(LIST_RULE_TAGS, request).await?;
    let tags = answer.tags.unwrap_or_default().into_iter();
    Ok(tags.map(|tag| (tag.key, tag.value)).collect())
}

/// All targets of the rule, page by page.
pub(crate) async fn targets(access: &ResourceAccess<'_>) -> Result<Vec<Target>, Failure> {
    let mut targets = Vec::new();
    let mut next = None;
    loop {
        let request = access
            .site
            .events
            .list_targets_by_rule()
            .rule(access.at.name())
            .set_next_token(next)
            .send();
        let page = access.cloud.inner.call(LIST_TARGETS, request).await?;
        targets.extend(page.targets.unwrap_or_default());
        match page.next_token {
            Some(token) => next = Some(token),
            None => return Ok(targets),
        }
    }
}

async fn facts(access: &ResourceAccess<'_>) -> Result<RuleFacts, Failure> {
    let request = access.site.events.describe_rule().name(access.at.name());
    let (rule, targets, tags) = join3(
        access.cloud.inner.call(DESCRIBE_RULE, request.send()),
        targets(access),
        tags(access),
    )
    .await;
    // Whether it is there, the rule itself says first.
    let rule = rule?;
    let (targets, tags) = (targets?, tags?);
    let as_it_is = |target: &Target| {
        target.input().is_none()
            && target.input_path().is_none()
            && target.input_transformer().is_none()
    };
    let (ours, others): (Vec<Target>, Vec<Target>) = targets
        .into_iter()
        .partition(|target| target.id() == TARGET_ID);
    Ok(RuleFacts {
        pattern: rule.event_pattern,
        schedule: rule.schedule_expression,
        enabled: rule.state != Some(RuleState::Disabled),
        target: ours.into_iter().find(as_it_is).map(|target| target.arn),
        others: others.into_iter().map(|t| (t.id, t.arn)).collect(),
        tags,
    })
}
