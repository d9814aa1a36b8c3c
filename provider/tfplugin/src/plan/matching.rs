//! Which element of a set was which: elements have no name, so they are known by all that the user can set.

use crate::schema::{Attribute, AttributeNesting, BlockNesting, Nested};
use crate::value::Value;

/// The counterpart of each configured element among the elements of another value of the same set.
pub(super) struct Matching<'a> {
    found: Vec<Option<&'a Value>>,
}

impl<'a> Matching<'a> {
    /// Gives each configured element at most one counterpart and each counterpart at most once, and to as many as can be:
    /// otherwise an element that leaves much open could take another's, and a plan would find a change where there is none.
    /// Elements that say more choose first.
    pub(super) fn new(nested: &Nested, configured: &[Value], other: Option<&'a Value>) -> Self {
        let Some(Value::Set(others)) = other else {
            return Self {
                found: vec![None; configured.len()],
            };
        };
        let mut order: Vec<usize> = (0..configured.len()).collect();
        order.sort_by_key(|index| std::cmp::Reverse(configured.get(*index).map_or(0, said)));
        let mut fits = vec![Vec::new(); configured.len()];
        for (element, fits) in configured.iter().zip(&mut fits) {
            let candidates = others
                .iter()
                .enumerate()
                .filter(|(_, other)| object_fits(nested, element, other));
            fits.extend(candidates.map(|(position, _)| position));
        }
        let mut taken = vec![None; others.len()];
        for index in order {
            take(index, &fits, &mut taken, &mut vec![false; others.len()]);
        }
        let mut found = vec![None; configured.len()];
        for (other, index) in others.iter().zip(taken) {
            if let Some(place) = index.and_then(|index: usize| found.get_mut(index)) {
                *place = Some(other);
            }
        }
        Self { found }
    }

    pub(super) fn of(&self, index: usize) -> Option<&'a Value> {
        self.found.get(index).copied().flatten()
    }
}

/// Finds a counterpart for one element, moving others to their second choice where that helps (an augmenting path).
fn take(index: usize, fits: &[Vec<usize>], taken: &mut [Option<usize>], seen: &mut [bool]) -> bool {
    for position in fits.get(index).into_iter().flatten() {
        let (Some(seen_before), Some(holder)) =
            (seen.get_mut(*position), taken.get(*position).copied())
        else {
            continue;
        };
        if std::mem::replace(seen_before, true) {
            continue;
        }
        if holder.is_none_or(|holder| take(holder, fits, taken, seen)) {
            if let Some(place) = taken.get_mut(*position) {
                *place = Some(index);
            }
            return true;
        }
    }
    false
}

/// How much a configured value says.
fn said(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Object(entries) | Value::Map(entries) => {
            1 + entries.values().map(said).sum::<usize>()
        }
        Value::List(elements) | Value::Set(elements) | Value::Tuple(elements) => {
            1 + elements.iter().map(said).sum::<usize>()
        }
        _ => 1,
    }
}

/// Whether `candidate` may have come from that configuration.
fn object_fits(nested: &Nested, config: &Value, candidate: &Value) -> bool {
    let (Value::Object(wanted), Value::Object(had)) = (config, candidate) else {
        return config == candidate;
    };
    let both = |name: &str| {
        (
            wanted.get(name).unwrap_or(&Value::Null),
            had.get(name).unwrap_or(&Value::Null),
        )
    };
    let attributes = nested.attributes().all(|(name, attribute)| {
        let (wanted, had) = both(name);
        attribute_fits(attribute, wanted, had)
    });
    attributes
        && nested.blocks().all(|(name, block)| {
            let (wanted, had) = both(name);
            let nesting = match block.nesting() {
                BlockNesting::Single | BlockNesting::Group => AttributeNesting::Single,
                BlockNesting::List => AttributeNesting::List,
                BlockNesting::Set => AttributeNesting::Set,
                BlockNesting::Map => AttributeNesting::Map,
            };
            nested_fits(nesting, block.body(), wanted, had)
        })
}

fn attribute_fits(attribute: &Attribute, wanted: &Value, had: &Value) -> bool {
    if attribute.is_write_only() {
        return true;
    }
    if wanted.is_null() {
        // What the user leaves to the provider may have become anything.
        return attribute.is_computed() || had.is_null();
    }
    match attribute.nested() {
        Some((nesting, nested)) => nested_fits(nesting, nested, wanted, had),
        None => wanted == had,
    }
}

fn nested_fits(nesting: AttributeNesting, nested: &Nested, wanted: &Value, had: &Value) -> bool {
    match (nesting, wanted, had) {
        (AttributeNesting::Single, _, _) => object_fits(nested, wanted, had),
        (AttributeNesting::List, Value::List(wanted), Value::List(had)) => {
            wanted.len() == had.len()
                && wanted
                    .iter()
                    .zip(had)
                    .all(|(wanted, had)| object_fits(nested, wanted, had))
        }
        (AttributeNesting::Map, Value::Map(wanted), Value::Map(had)) => {
            wanted.keys().eq(had.keys())
                && wanted
                    .values()
                    .zip(had.values())
                    .all(|(wanted, had)| object_fits(nested, wanted, had))
        }
        (AttributeNesting::Set, Value::Set(elements), Value::Set(others)) => {
            let matching = Matching::new(nested, elements, Some(had));
            elements.len() == others.len()
                && (0..elements.len()).all(|index| matching.of(index).is_some())
        }
        _ => wanted == had,
    }
}
