//! The step that mends a part of a trigger.

use std::collections::BTreeMap;

use super::super::Rank;
use crate::facet::TriggerPart;
use crate::step::Step;
use crate::trigger::{Change, EventRule, ObservedTrigger, ResourceRef, Trigger, queue};

/// The dead-letter queue comes first: SQS takes no queue that names one which is not there. The rules come after the queue
/// that they send to, and what leads messages to the function comes after both.
pub(super) fn step(
    part: TriggerPart,
    wanted: &Trigger,
    found: Option<&ObservedTrigger>,
) -> Option<(Rank, Step)> {
    let (rank, at, change) = match part {
        TriggerPart::DeadLetterQueue | TriggerPart::DeadLetterTags => {
            let at = wanted.dead_letter_queue();
            let of_tags = part == TriggerPart::DeadLetterTags;
            let change = queue(
                wanted,
                &at,
                &wanted.dead_letter_attributes(),
                found,
                of_tags,
            );
            (Rank::Make, at, change)
        }
        TriggerPart::Queue | TriggerPart::QueueTags => {
            let at = wanted.queue();
            let of_tags = part == TriggerPart::QueueTags;
            let change = queue(wanted, &at, &wanted.queue_attributes(), found, of_tags);
            (Rank::Configure, at, change)
        }
        TriggerPart::Rule | TriggerPart::RuleTarget | TriggerPart::RuleTags => {
            let at = wanted.rule();
            let change = rule(part, wanted, &at, Some(wanted.event_rule()), found)?;
            (Rank::Replicate, at, change)
        }
        TriggerPart::Look | TriggerPart::LookTarget | TriggerPart::LookTags => {
            let at = wanted.look();
            let change = rule(part, wanted, &at, wanted.look_rule(), found)?;
            (Rank::Replicate, at, change)
        }
        TriggerPart::Function | TriggerPart::FunctionCode | TriggerPart::FunctionTags => (
            Rank::Replicate,
            wanted.function(),
            function(part, wanted, found)?,
        ),
        TriggerPart::Mapping => (Rank::Tidy, wanted.function(), mapping(wanted, found)?),
    };
    Some((rank, Step::Trigger { at, change }))
}

fn queue(
    wanted: &Trigger,
    at: &ResourceRef,
    attributes: &BTreeMap<String, String>,
    found: Option<&ObservedTrigger>,
    of_tags: bool,
) -> Change {
    let tags = if *at == wanted.queue() {
        wanted.queue_tags()
    } else {
        wanted.all_tags()
    };
    match found.and_then(|found| found.queue(at)) {
        None => Change::CreateQueue {
            attributes: attributes.clone(),
            tags,
        },
        Some(_) if of_tags => Change::TagQueue { tags },
        Some(facts) => Change::PutQueueAttributes {
            attributes: queue::to_write(attributes, facts),
        },
    }
}

fn rule(
    part: TriggerPart,
    wanted: &Trigger,
    at: &ResourceRef,
    rule: Option<EventRule>,
    found: Option<&ObservedTrigger>,
) -> Option<Change> {
    let there = found.and_then(|found| found.rule(at)).is_some();
    let Some(rule) = rule else {
        return there.then_some(Change::DeleteRule);
    };
    let tags = wanted.all_tags();
    match part {
        TriggerPart::Rule | TriggerPart::Look => Some(Change::PutRule {
            rule,
            tags: if there { BTreeMap::new() } else { tags },
        }),
        TriggerPart::RuleTarget | TriggerPart::LookTarget => Some(Change::PutTarget {
            queue: wanted.queue().arn,
            others: found
                .and_then(|found| found.rule(at))
                .map(|rule| rule.others.keys().cloned().collect())
                .unwrap_or_default(),
        }),
        // Made with it.
        _ => there.then_some(Change::TagRule { tags }),
    }
}

fn function(
    part: TriggerPart,
    wanted: &Trigger,
    found: Option<&ObservedTrigger>,
) -> Option<Change> {
    let there = found.is_some_and(|found| found.function.present().is_some());
    let Some(function) = &wanted.function else {
        return Some(deletion(found));
    };
    // As long as the configuration is not known, the queue is not there yet: the next plan goes on.
    let settings = wanted.function_settings()?;
    let tags = wanted.all_tags();
    Some(match part {
        _ if !there => Change::CreateFunction {
            package: function.package.clone(),
            architecture: function.architecture,
            settings,
            tags,
        },
        TriggerPart::FunctionCode => Change::PutFunctionCode {
            package: function.package.clone(),
            architecture: function.architecture,
        },
        TriggerPart::FunctionTags => Change::TagFunction { tags },
        _ => Change::PutFunctionSettings { settings },
    })
}

fn mapping(wanted: &Trigger, found: Option<&ObservedTrigger>) -> Option<Change> {
    let Some(function) = &wanted.function else {
        return Some(deletion(found));
    };
    let there = found.is_some_and(|found| found.function.present().is_some());
    if !there && function.configuration.is_none() {
        return None;
    }
    let mapping = wanted.mapping();
    Some(match found.and_then(|found| found.mapping.present()) {
        Some(facts) => Change::PutMapping {
            id: facts.id.clone(),
            mapping,
        },
        None => Change::CreateMapping {
            queue: wanted.queue().arn,
            mapping,
        },
    })
}

fn deletion(found: Option<&ObservedTrigger>) -> Change {
    let mapping = found.and_then(|found| found.mapping.present());
    Change::DeleteFunction {
        mapping: mapping.map(|mapping| mapping.id.clone()),
    }
}
