//! Taking a trigger away.

use super::Rank;
use crate::step::Step;
use crate::trigger::{Change, ObservedTrigger, Trigger, is_ours};

/// What sends goes before what it sends to. What has the name and no tag of ours stays.
pub(super) fn remove(wanted: &Trigger, found: &ObservedTrigger, push: &mut impl FnMut(Rank, Step)) {
    for at in [wanted.rule(), wanted.look()] {
        if found.rule(&at).is_some_and(|rule| is_ours(&rule.tags)) {
            let change = Change::DeleteRule;
            push(Rank::Rules, Step::Trigger { at, change });
        }
    }
    let function = found.function.present();
    let mapping = found.mapping.present().map(|mapping| mapping.id.clone());
    let ours = match function {
        Some(function) => is_ours(&function.tags),
        None => mapping.is_some(),
    };
    if ours {
        let at = wanted.function();
        let change = Change::DeleteFunction { mapping };
        push(Rank::Rules, Step::Trigger { at, change });
    }
    for at in [wanted.queue(), wanted.dead_letter_queue()] {
        if found.queue(&at).is_some_and(|queue| is_ours(&queue.tags)) {
            let change = Change::DeleteQueue;
            push(Rank::Roles, Step::Trigger { at, change });
        }
    }
}
