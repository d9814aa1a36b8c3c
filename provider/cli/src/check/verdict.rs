//! What the program ends with.

use std::collections::BTreeMap;

use clap::ValueEnum;

use super::finding::LOOK;
use super::report::{Item, Status};

/// What makes a check fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A part that differs or is missing: exit code 2.
    Drift,
    /// A bucket that should be replicated and is not: exit code 3.
    Unprotected,
    /// Something that could not be looked at: exit code 4.
    Unknown,
    /// A bucket that no echo protects since it is paused: exit code 3. Only where it is asked for.
    Paused,
    /// Nothing: exit code 0 whatever is found.
    Never,
}

/// Usage, or a failure before anything was looked at.
pub const FAILURE: u8 = 1;

/// The exit code for the statuses that facets have: the highest that counts. An item may have several, and hides none.
pub fn exit_code(statuses: impl IntoIterator<Item = Status>, fail_on: &[FailOn]) -> u8 {
    let counts = |what: FailOn| fail_on.is_empty() || fail_on.contains(&what);
    statuses
        .into_iter()
        .map(|status| match status {
            Status::Drifted | Status::Missing if counts(FailOn::Drift) => 2,
            Status::Unprotected if counts(FailOn::Unprotected) => 3,
            Status::Paused if fail_on.contains(&FailOn::Paused) => 3,
            Status::Unknown if counts(FailOn::Unknown) => 4,
            _ => 0,
        })
        .max()
        .unwrap_or(0)
}

/// The same, where what was looked at of some input is nothing at all: then nothing is known of it, whatever is to count.
pub fn at_least(code: u8, blind: bool, fail_on: &[FailOn]) -> u8 {
    if blind && !fail_on.contains(&FailOn::Never) {
        code.max(4)
    } else {
        code
    }
}

/// Whether of some input there is not one item that could be looked at, such as with credentials that have expired.
pub fn is_blind(items: &[Item]) -> bool {
    let is_blind = |item: &Item| {
        let mut facets = item.facets.iter();
        !item.facets.is_empty()
            && facets.all(|facet| facet.name == LOOK && facet.status == Status::Unknown)
    };
    let mut inputs: BTreeMap<&Option<String>, bool> = BTreeMap::new();
    for item in items {
        let blind = inputs.entry(&item.input).or_insert(true);
        *blind &= is_blind(item);
    }
    inputs.values().any(|blind| *blind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::report::{Facet, ItemKind};

    #[test]
    fn an_input_of_which_nothing_could_be_looked_at_never_passes() {
        let item = |input: &str, name: &str, status| {
            let mut item = Item::new(ItemKind::Pair, "crr_pair.a", "id");
            item.input = Some(input.to_owned());
            item.facets = vec![Facet::of(name, status)];
            item
        };
        let unseen = item("a", LOOK, Status::Unknown);
        let seen = item("a", "source.bucket", Status::InSync);
        let denied = item("a", "source.bucket", Status::Unknown);
        let other = item("b", "source.bucket", Status::InSync);
        for (items, blind) in [
            (vec![unseen.clone()], true),
            (vec![unseen.clone(), other.clone()], true),
            (vec![unseen.clone(), seen], false),
            (vec![unseen, denied], false),
            (vec![other], false),
            (Vec::new(), false),
        ] {
            assert_eq!(is_blind(&items), blind, "{items:?}");
        }
        let drift = &[FailOn::Drift][..];
        assert_eq!(at_least(0, true, drift), 4);
        assert_eq!(at_least(0, false, drift), 0);
        assert_eq!(at_least(0, true, &[FailOn::Never]), 0);
    }

    #[test]
    fn the_highest_code_that_counts() {
        let all = [
            Status::InSync,
            Status::Missing,
            Status::Unprotected,
            Status::Unknown,
        ];
        for (found, fail_on, code) in [
            (&all[..1], &[][..], 0),
            (&all[..2], &[], 2),
            (&all[..3], &[], 3),
            (&all[..], &[], 4),
            (&all, &[FailOn::Drift], 2),
            (&all, &[FailOn::Drift, FailOn::Unprotected], 3),
            (&all, &[FailOn::Never], 0),
            (&[Status::Ignored, Status::Excluded, Status::Paused], &[], 0),
            (&[Status::Paused], &[FailOn::Paused], 3),
        ] {
            assert_eq!(
                exit_code(found.iter().copied(), fail_on),
                code,
                "{found:?} {fail_on:?}"
            );
        }
    }
}
