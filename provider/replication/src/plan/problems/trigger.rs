//! What of a trigger no step can mend.

use std::collections::BTreeMap;

use crate::desired::MADE_BY;
use crate::observed::Seen;
use crate::problem::Problem;
use crate::trigger::{ObservedTrigger, ResourceRef, Trigger, is_ours};

/// What belongs to somebody else, and what may not be seen.
pub(super) fn problems(wanted: &Trigger, found: &ObservedTrigger, problems: &mut Vec<Problem>) {
    unseen(wanted, found, problems);
    for at in [wanted.queue(), wanted.dead_letter_queue()] {
        let tags = found.queue(&at).map(|queue| &queue.tags);
        foreign(&at, tags, &["trigger"], problems);
    }
    let looks = wanted.look_every.is_some();
    for at in [Some(wanted.rule()), looks.then(|| wanted.look())] {
        let Some(at) = at else { continue };
        let tags = found.rule(&at).map(|rule| &rule.tags);
        foreign(&at, tags, &["trigger"], problems);
    }
    if wanted.function.is_some() {
        let tags = found.function.present().map(|function| &function.tags);
        foreign(&wanted.function(), tags, &["trigger", "function"], problems);
    }
}

fn foreign(
    at: &ResourceRef,
    tags: Option<&BTreeMap<String, String>>,
    path: &[&str],
    problems: &mut Vec<Problem>,
) {
    if tags.is_none_or(is_ours) {
        return;
    }
    let kind = at.kind();
    problems.push(Problem::error(
        path.iter().copied(),
        format!("The {kind} {} exists and was not made by this provider", at.arn),
        format!(
            "It lacks the tag {} = {}, so it is left as it is. Delete it; or, if it is the echo's own and has lost its tag, give it the tag again. The name follows from the names of the two sites.",
            MADE_BY.0, MADE_BY.1
        ),
    ));
}

/// What may be ours and may not be seen. What is not wanted may stay unseen: nothing is then written there.
pub(super) fn unseen(wanted: &Trigger, found: &ObservedTrigger, problems: &mut Vec<Problem>) {
    for at in [wanted.queue(), wanted.dead_letter_queue()] {
        denied(found.queues.get(&at.arn), &at, problems);
    }
    denied(
        found.rules.get(&wanted.rule().arn),
        &wanted.rule(),
        problems,
    );
    if wanted.look_every.is_some() {
        denied(
            found.rules.get(&wanted.look().arn),
            &wanted.look(),
            problems,
        );
    }
    if wanted.function.is_some() {
        denied(Some(&found.function), &wanted.function(), problems);
        denied(Some(&found.mapping), &wanted.function(), problems);
    }
}

fn denied<T>(seen: Option<&Seen<T>>, at: &ResourceRef, problems: &mut Vec<Problem>) {
    let what = format!("the {} {}", at.kind(), at.arn);
    super::denied(seen, "trigger", &what, problems);
}
