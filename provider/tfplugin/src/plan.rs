//! Planning: what of a resource will be, before the provider adds what it knows better.
//!
//! # Flow
//!
//! Everything is planned twice with the same walk. The first walk lays the configuration over what Terraform proposes, with the
//! defaults. When that is the prior state, nothing is to be done and it is the plan: computed values stay. Otherwise the second walk
//! marks as unknown what the provider will compute anew, and collects what takes a replacement.
//!
//! # Guarantees
//!
//! - What the configuration sets is planned as it stands there, unknowns included: Terraform refuses anything else.
//! - What it leaves out is the default; else, where computed, the prior value or an unknown; else null.
//! - A default inside a nested attribute counts only where the object around it is there: a null or unknown parent is left alone.
//! - Elements of a list are matched with the prior state by index, of a map by key, of a set by all that the user can set. An
//!   element without a match is new: its computed values are unknown, and it does not take a replacement.
//! - A computed value that is unknown only because the framework marked it never takes a replacement.
//! - Planning again from the result, once everything in it is known, gives the result.

mod matching;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::codec::index_step;
use crate::path::{Path, Step};
use crate::schema::{Attribute, AttributeNesting, Block, BlockNesting, Nested, Schema};
use crate::value::Value;

use matching::Matching;

/// Plans a create (`prior` is none) or an update; returns the planned value and the paths whose change takes a replacement.
///
/// A destroy is not planned: there is nothing to say about it. `config` and `proposed` are as Terraform sends them.
pub fn plan(
    schema: &Schema,
    prior: Option<&Value>,
    config: &Value,
    proposed: &Value,
) -> (Value, Vec<Path>) {
    let prior = prior.filter(|prior| !prior.is_null());
    let sides = Sides {
        prior,
        config,
        proposed: Some(proposed),
    };
    let mut walk = Walk {
        marking: false,
        inside_sets: 0,
        replace: Vec::new(),
    };
    let merged = walk.object(schema.body(), sides, &Path::root());
    if prior == Some(&merged) {
        return (merged, Vec::new());
    }
    walk.marking = true;
    let planned = walk.object(schema.body(), sides, &Path::root());
    (planned, walk.replace)
}

static NULL: Value = Value::Null;

/// One place in the three values that a plan is made of.
#[derive(Clone, Copy)]
struct Sides<'a> {
    /// What was; none where the place did not exist, as in an element that is new.
    prior: Option<&'a Value>,
    /// What the user wants.
    config: &'a Value,
    /// What Terraform makes of the two; none where it has another shape, and inside a set, where each version of Terraform
    /// matches elements in its own way.
    proposed: Option<&'a Value>,
}

impl<'a> Sides<'a> {
    fn child(self, name: &str) -> Self {
        let of = |value: &'a Value| value.get(name).unwrap_or(&NULL);
        Self {
            prior: self.prior.map(of),
            config: of(self.config),
            proposed: self.proposed.and_then(|it| it.get(name)),
        }
    }

    /// What holds of a computed attribute while nobody decides otherwise.
    fn kept(self, attribute: &Attribute) -> &'a Value {
        if let Some(proposed) = self.proposed {
            return proposed;
        }
        // As Terraform does: an object that can only have come from the configuration goes with it.
        let prior = self.prior.unwrap_or(&NULL);
        if attribute.is_optional() && has_configured_part(attribute, prior) {
            &NULL
        } else {
            prior
        }
    }
}

/// Whether a nested attribute has a value in it that no provider can have computed.
fn has_configured_part(attribute: &Attribute, value: &Value) -> bool {
    let Some((_, nested)) = attribute.nested() else {
        return false;
    };
    let in_object = |object: &Value| {
        nested.attributes().any(|(name, child)| {
            let value = object.get(name).unwrap_or(&NULL);
            !value.is_null() && (!child.is_computed() || has_configured_part(child, value))
        })
    };
    match value {
        Value::Object(_) => in_object(value),
        Value::List(elements) | Value::Set(elements) => elements.iter().any(in_object),
        Value::Map(elements) => elements.values().any(in_object),
        _ => false,
    }
}

/// How objects are nested, in attributes and blocks alike.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    One,
    List,
    Set,
    Map,
}

impl From<AttributeNesting> for Shape {
    fn from(nesting: AttributeNesting) -> Self {
        match nesting {
            AttributeNesting::Single => Self::One,
            AttributeNesting::List => Self::List,
            AttributeNesting::Set => Self::Set,
            AttributeNesting::Map => Self::Map,
        }
    }
}

impl From<BlockNesting> for Shape {
    fn from(nesting: BlockNesting) -> Self {
        match nesting {
            BlockNesting::Single | BlockNesting::Group => Self::One,
            BlockNesting::List => Self::List,
            BlockNesting::Set => Self::Set,
            BlockNesting::Map => Self::Map,
        }
    }
}

struct Walk {
    marking: bool,
    inside_sets: usize,
    replace: Vec<Path>,
}

impl Walk {
    /// Plans an object that the configuration has.
    fn object(&mut self, nested: &Nested, sides: Sides<'_>, path: &Path) -> Value {
        if !matches!(sides.config, Value::Object(_)) {
            return sides.config.clone();
        }
        let mut planned = BTreeMap::new();
        for (name, attribute) in nested.attributes() {
            let value = self.attribute(attribute, sides.child(name), &path.attribute(name));
            planned.insert(name.to_owned(), value);
        }
        for (name, block) in nested.blocks() {
            planned.insert(
                name.to_owned(),
                self.block(block, sides.child(name), &path.attribute(name)),
            );
        }
        Value::Object(planned)
    }

    fn attribute(&mut self, attribute: &Attribute, sides: Sides<'_>, path: &Path) -> Value {
        if attribute.is_write_only() {
            // It is never planned nor kept: only the configuration has it.
            return Value::Null;
        }
        let wanted = match (sides.config.is_null(), attribute.default_value()) {
            (true, Some(default)) if attribute.is_computed() => default,
            (true, _) if attribute.is_computed() => {
                return self.computed(attribute, sides.kept(attribute));
            }
            _ => sides.config,
        };
        let planned = match attribute.nested() {
            Some((nesting, nested)) => self.nested(
                nesting.into(),
                nested,
                Sides {
                    config: wanted,
                    ..sides
                },
                path,
            ),
            None => wanted.clone(),
        };
        if let Some(prior) = sides.prior {
            self.require_replacement(attribute, prior, &planned, path);
        }
        planned
    }

    fn block(&mut self, block: &Block, sides: Sides<'_>, path: &Path) -> Value {
        let planned = self.nested(block.nesting().into(), block.body(), sides, path);
        if let Some(prior) = sides.prior
            && Shape::from(block.nesting()) == Shape::One
        {
            self.require_replacement_inside(block.body(), prior, &planned, path);
        }
        planned
    }

    /// What the provider computes, and the configuration leaves to it.
    fn computed(&self, attribute: &Attribute, kept: &Value) -> Value {
        if !self.marking || (attribute.uses_state_for_unknown() && !kept.is_null()) {
            return kept.clone();
        }
        match (attribute.nested(), kept) {
            // Of one object, the attributes that never change are known even while others are not.
            (Some((AttributeNesting::Single, nested)), Value::Object(values))
                if keeps_anything(nested) =>
            {
                let children = nested.attributes().map(|(name, child)| {
                    (
                        name.to_owned(),
                        self.computed(child, values.get(name).unwrap_or(&NULL)),
                    )
                });
                Value::Object(children.collect())
            }
            _ => Value::unknown(),
        }
    }

    /// Plans objects that the configuration (or a default) has, or its null or unknown in their place.
    fn nested(&mut self, shape: Shape, nested: &Nested, sides: Sides<'_>, path: &Path) -> Value {
        match (shape, sides.config) {
            (Shape::One, Value::Object(_)) => self.object(nested, sides, path),
            (Shape::List, Value::List(elements)) => {
                let planned = elements.iter().enumerate().map(|(index, config)| {
                    let sides = Sides {
                        prior: element(sides.prior, index),
                        config,
                        proposed: element(sides.proposed, index),
                    };
                    self.object(nested, sides, &path.step(index_step(index)))
                });
                Value::List(planned.collect())
            }
            (Shape::Map, Value::Map(elements)) => {
                let planned = elements.iter().map(|(key, config)| {
                    let sides = Sides {
                        prior: entry(sides.prior, key),
                        config,
                        proposed: entry(sides.proposed, key),
                    };
                    (
                        key.clone(),
                        self.object(nested, sides, &path.step(Step::Key(key.clone()))),
                    )
                });
                Value::Map(planned.collect())
            }
            (Shape::Set, Value::Set(elements)) => {
                self.inside_sets += 1;
                let prior = Matching::new(nested, elements, sides.prior);
                let planned: Vec<Value> = elements
                    .iter()
                    .enumerate()
                    .map(|(index, config)| {
                        let sides = Sides {
                            prior: prior.of(index),
                            config,
                            proposed: None,
                        };
                        self.object(nested, sides, path)
                    })
                    .collect();
                self.inside_sets -= 1;
                Value::set_of(planned)
            }
            (_, config) => config.clone(),
        }
    }

    fn require_replacement(
        &mut self,
        attribute: &Attribute,
        prior: &Value,
        planned: &Value,
        path: &Path,
    ) {
        // The protocol cannot name an element of a set, and so nothing inside one; the schema's check refuses it.
        if !self.marking || self.inside_sets > 0 {
            return;
        }
        if let Some(condition) = attribute.replace_condition()
            && planned != prior
            && condition(prior, planned)
        {
            self.replace.push(path.clone());
        }
        if let Some((AttributeNesting::Single, nested)) = attribute.nested() {
            self.require_replacement_inside(nested, prior, planned, path);
        }
    }

    /// One object that was there and is not any more, or may not be: its attributes change with it. Where it still is, they were
    /// looked at one by one.
    fn require_replacement_inside(
        &mut self,
        nested: &Nested,
        prior: &Value,
        planned: &Value,
        path: &Path,
    ) {
        if !matches!(prior, Value::Object(_)) || matches!(planned, Value::Object(_)) {
            return;
        }
        for (name, child) in nested
            .attributes()
            .filter(|(_, child)| !child.is_write_only())
        {
            let before = prior.get(name).unwrap_or(&NULL);
            self.require_replacement(child, before, planned, &path.attribute(name));
        }
    }
}

/// The element of a list at that index, where it is there.
fn element(list: Option<&Value>, index: usize) -> Option<&Value> {
    match list {
        Some(Value::List(elements)) => elements.get(index).filter(|element| !element.is_null()),
        _ => None,
    }
}

/// The element of a map of that key, where it is there.
fn entry<'a>(map: Option<&'a Value>, key: &str) -> Option<&'a Value> {
    match map {
        Some(Value::Map(elements)) => elements.get(key).filter(|element| !element.is_null()),
        _ => None,
    }
}

fn keeps_anything(nested: &Nested) -> bool {
    nested.attributes().any(|(_, attribute)| {
        attribute.uses_state_for_unknown()
            || attribute
                .nested()
                .is_some_and(|(_, nested)| keeps_anything(nested))
    })
}
