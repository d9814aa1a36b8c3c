//! Steps on a rule of EventBridge.

use std::collections::BTreeMap;

use aws_sdk_eventbridge::types::{RuleState, Tag, Target};
use replication::trigger::{EventRule, TARGET_ID, When};

use super::gone_is_fine;
use crate::execute::bucket::unusable;
use crate::failure::Failure;
use crate::observe::trigger::ResourceAccess;
use crate::observe::trigger::rule::{ABSENT, targets};
use crate::operation::{DELETE_RULE, Operation, PUT_RULE, PUT_TARGETS, REMOVE_TARGETS, TAG_RULE};

/// So many targets EventBridge takes off a rule in one call.
const A_CALL: usize = 100;

pub(super) async fn put(
    access: &ResourceAccess<'_>,
    rule: &EventRule,
    tags: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let (pattern, schedule) = match &rule.when {
        When::Event(pattern) => (Some(pattern.clone()), None),
        When::Schedule(schedule) => (None, Some(schedule.clone())),
    };
    let state = if rule.enabled {
        RuleState::Enabled
    } else {
        RuleState::Disabled
    };
    let tags = tag_list(tags, PUT_RULE)?;
    let request = access
        .site
        .events
        .put_rule()
        .name(access.at.name())
        .set_event_pattern(pattern)
        .set_schedule_expression(schedule)
        .state(state)
        .description(&rule.description)
        .set_tags((!tags.is_empty()).then_some(tags))
        .send();
    access.cloud.inner.call(PUT_RULE, request).await.map(drop)
}

pub(super) async fn put_target(
    access: &ResourceAccess<'_>,
    queue: &str,
    others: &[String],
) -> Result<(), Failure> {
    let target = Target::builder()
        .id(TARGET_ID)
        .arn(queue)
        .build()
        .map_err(unusable(PUT_TARGETS))?;
    let request = access
        .site
        .events
        .put_targets()
        .rule(access.at.name())
        .targets(target)
        .send();
    let answer = access.cloud.inner.call(PUT_TARGETS, request).await?;
    let failed = answer.failed_entries().first();
    match failed.filter(|_| answer.failed_entry_count() > 0) {
        Some(entry) => Err(Failure::of_entry(
            PUT_TARGETS,
            entry.error_code(),
            entry.error_message(),
        )),
        None => remove_targets(access, others).await,
    }
}

pub(super) async fn put_tags(
    access: &ResourceAccess<'_>,
    tags: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let request = access
        .site
        .events
        .tag_resource()
        .resource_arn(&access.at.arn)
        .set_tags(Some(tag_list(tags, TAG_RULE)?))
        .send();
    access.cloud.inner.call(TAG_RULE, request).await.map(drop)
}

pub(super) async fn delete(access: &ResourceAccess<'_>) -> Result<(), Failure> {
    gone_is_fine(delete_found(access), &ABSENT).await
}

/// EventBridge deletes no rule that has targets.
async fn delete_found(access: &ResourceAccess<'_>) -> Result<(), Failure> {
    let ids: Vec<String> = targets(access).await?.into_iter().map(|t| t.id).collect();
    remove_targets(access, &ids).await?;
    let request = access.site.events.delete_rule().name(access.at.name());
    let answer = access.cloud.inner.call(DELETE_RULE, request.send()).await;
    answer.map(drop)
}

async fn remove_targets(access: &ResourceAccess<'_>, ids: &[String]) -> Result<(), Failure> {
    for ids in ids.chunks(A_CALL) {
        let request = access
            .site
            .events
            .remove_targets()
            .rule(access.at.name())
            .set_ids(Some(ids.to_vec()))
            .send();
        let answer = access.cloud.inner.call(REMOVE_TARGETS, request).await?;
        let failed = answer.failed_entries().first();
        if let Some(entry) = failed.filter(|_| answer.failed_entry_count() > 0) {
            let (code, message) = (entry.error_code(), entry.error_message());
            return Err(Failure::of_entry(REMOVE_TARGETS, code, message));
        }
    }
    Ok(())
}

fn tag_list(tags: &BTreeMap<String, String>, operation: Operation) -> Result<Vec<Tag>, Failure> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<Result<_, _>>()
        .map_err(unusable(operation))
}
