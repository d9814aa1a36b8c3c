//! The facets of a trigger.

use std::collections::BTreeMap;

use super::{Comparison, Part, our_tags};
use crate::trigger::{
    EventRule, FunctionFacts, MappingFacts, ObservedTrigger, QueueFacts, ResourceRef, RuleFacts,
    Trigger, is_ours, queue,
};

/// A part of a trigger, in the order in which steps on one of its resources are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TriggerPart {
    /// The dead-letter queue's being there, its attributes, its policy.
    DeadLetterQueue,
    /// Its tags.
    DeadLetterTags,
    /// The queue's being there, its attributes, its policy.
    Queue,
    /// Its tags.
    QueueTags,
    /// The rule that sends the calls that wake.
    Rule,
    /// Where it sends them.
    RuleTarget,
    /// Its tags.
    RuleTags,
    /// The rule that asks for a look at the whole site.
    Look,
    /// Where it asks.
    LookTarget,
    /// Its tags.
    LookTags,
    /// The function's program.
    FunctionCode,
    /// Its being there, its settings, its configuration.
    Function,
    /// Its tags.
    FunctionTags,
    /// What leads messages to it.
    Mapping,
}

/// What the comparisons go to.
struct Shown<'a>(&'a mut Vec<Comparison>);

impl Shown<'_> {
    fn push(
        &mut self,
        facet: impl Into<String>,
        part: TriggerPart,
        should: Option<String>,
        is: Option<String>,
    ) {
        self.0.push(Comparison {
            facet: format!("trigger.{}", facet.into()),
            part: Part::Trigger(part),
            should,
            is,
        });
    }

    fn tags(
        &mut self,
        facet: &str,
        part: TriggerPart,
        should: &BTreeMap<String, String>,
        is: Option<&BTreeMap<String, String>>,
    ) {
        let is = is.map(|is| our_tags(should, is));
        let should = Some(serde_json::json!(should).to_string());
        self.push(format!("{facet}_tags"), part, should, is);
    }

    fn queue(
        &mut self,
        facet: &str,
        parts: [TriggerPart; 2],
        wanted: (&BTreeMap<String, String>, &BTreeMap<String, String>),
        found: Option<&QueueFacts>,
    ) {
        let (attributes, tags) = wanted;
        let (settings, policy) = queue::shown(attributes);
        let is = found.map(|found| queue::shown(&queue::ours_of(attributes, found)));
        let (is_settings, is_policy) = match is {
            Some((settings, policy)) => (Some(settings), policy),
            None => (None, None),
        };
        let [part, tags_part] = parts;
        self.push(facet, part, Some(settings), is_settings);
        self.push(format!("{facet}_policy"), part, policy, is_policy);
        self.tags(facet, tags_part, tags, found.map(|found| &found.tags));
    }

    fn rule(
        &mut self,
        facet: &str,
        parts: [TriggerPart; 3],
        wanted: Option<(&EventRule, &ResourceRef, &BTreeMap<String, String>)>,
        found: Option<&RuleFacts>,
    ) {
        let [part, target_part, tags_part] = parts;
        let Some((rule, queue, tags)) = wanted else {
            // What somebody else calls so is not ours to take away.
            let ours = found.filter(|found| is_ours(&found.tags));
            self.push(facet, part, None, ours.map(RuleFacts::shown));
            return;
        };
        self.push(facet, part, Some(rule.shown()), found.map(RuleFacts::shown));
        let pattern = (
            rule.pattern_shown(),
            found.and_then(RuleFacts::pattern_shown),
        );
        if pattern != (None, None) {
            self.push(format!("{facet}_pattern"), part, pattern.0, pattern.1);
        }
        self.push(
            format!("{facet}_target"),
            target_part,
            Some(queue.arn.clone()),
            found.and_then(RuleFacts::targets_shown),
        );
        self.tags(facet, tags_part, tags, found.map(|found| &found.tags));
    }
}

pub(super) fn compare(
    wanted: &Trigger,
    found: Option<&ObservedTrigger>,
    comparisons: &mut Vec<Comparison>,
) {
    let mut shown = Shown(comparisons);
    let tags = wanted.all_tags();
    let queue = |at: &ResourceRef| found.and_then(|found| found.queue(at));
    shown.queue(
        "dead_letter_queue",
        [TriggerPart::DeadLetterQueue, TriggerPart::DeadLetterTags],
        (&wanted.dead_letter_attributes(), &tags),
        queue(&wanted.dead_letter_queue()),
    );
    shown.queue(
        "queue",
        [TriggerPart::Queue, TriggerPart::QueueTags],
        (&wanted.queue_attributes(), &wanted.queue_tags()),
        queue(&wanted.queue()),
    );
    let rule = |at: &ResourceRef| found.and_then(|found| found.rule(at));
    let to = wanted.queue();
    shown.rule(
        "rule",
        [
            TriggerPart::Rule,
            TriggerPart::RuleTarget,
            TriggerPart::RuleTags,
        ],
        Some((&wanted.event_rule(), &to, &tags)),
        rule(&wanted.rule()),
    );
    shown.rule(
        "look",
        [
            TriggerPart::Look,
            TriggerPart::LookTarget,
            TriggerPart::LookTags,
        ],
        wanted.look_rule().as_ref().map(|rule| (rule, &to, &tags)),
        rule(&wanted.look()),
    );
    function(wanted, found, &tags, &mut shown);
}

fn function(
    wanted: &Trigger,
    found: Option<&ObservedTrigger>,
    tags: &BTreeMap<String, String>,
    shown: &mut Shown<'_>,
) {
    let facts = found.and_then(|found| found.function.present());
    let mapping = found.and_then(|found| found.mapping.present());
    let mapping_is = mapping.map(MappingFacts::shown);
    let Some(function) = &wanted.function else {
        let ours = facts.filter(|facts| is_ours(&facts.tags));
        let is = ours.map(FunctionFacts::shown);
        shown.push("function", TriggerPart::Function, None, is);
        // It is to a function of this name, so it was made for one of ours.
        let ours = facts.is_none_or(|facts| is_ours(&facts.tags));
        let is = mapping_is.filter(|_| ours);
        shown.push("function_messages", TriggerPart::Mapping, None, is);
        return;
    };
    shown.push(
        "function",
        TriggerPart::Function,
        Some(wanted.settings_shown()),
        facts.map(FunctionFacts::shown),
    );
    shown.push(
        "function_code",
        TriggerPart::FunctionCode,
        Some(function.code_shown()),
        facts.map(FunctionFacts::code_shown),
    );
    if let Some(configuration) = &function.configuration {
        shown.push(
            "function_configuration",
            TriggerPart::Function,
            Some(configuration.clone()),
            facts.and_then(|facts| facts.configuration.clone()),
        );
    }
    shown.tags(
        "function",
        TriggerPart::FunctionTags,
        tags,
        facts.map(|facts| &facts.tags),
    );
    shown.push(
        "function_messages",
        TriggerPart::Mapping,
        Some(wanted.mapping().shown()),
        mapping_is,
    );
}
