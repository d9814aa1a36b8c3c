//! Values as Terraform has them: null, unknown, or known and of some type.

#[cfg(test)]
pub(crate) mod arbitrary;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::number::Number;
use crate::ty::Type;

/// A value. What type it is meant to be stands beside it, in the schema, except in [`Value::Dynamic`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename = "$tfplugin::Value")]
pub enum Value {
    /// No value.
    Null,
    /// To be known after apply; the refinement says what is known of it already.
    Unknown(Refinement),
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text.
    String(String),
    /// Elements in order.
    List(Vec<Value>),
    /// Elements in no order, each once.
    Set(Vec<Value>),
    /// Elements by key.
    Map(BTreeMap<String, Value>),
    /// Elements of several types.
    Tuple(Vec<Value>),
    /// Attributes by name.
    Object(BTreeMap<String, Value>),
    /// A value of a type that the schema leaves open, with that type.
    Dynamic(Box<Type>, Box<Value>),
}

/// What is known of an unknown value. The default is: nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refinement {
    /// It will not be null.
    pub not_null: bool,
    /// A string will begin so.
    pub prefix: Option<String>,
    /// A number will be no smaller.
    pub lower: Option<Box<Bound>>,
    /// A number will be no greater.
    pub upper: Option<Box<Bound>>,
    /// A collection will have at least so many elements.
    pub min_length: Option<u64>,
    /// A collection will have at most so many elements.
    pub max_length: Option<u64>,
}

/// An end of a range of numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bound {
    /// Where the range ends.
    pub number: Number,
    /// Whether it holds that number itself.
    pub inclusive: bool,
}

/// The name by which serde's two sides recognize a [`Value`]; it stands in its derives as well.
pub(crate) const SERDE_NAME: &str = "$tfplugin::Value";

impl Value {
    /// An unknown of which nothing is known.
    pub fn unknown() -> Self {
        Self::Unknown(Refinement::default())
    }

    /// An object of these attributes.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    /// A map of these elements.
    pub fn map<N: Into<String>>(elements: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Map(
            elements
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Dynamic(_, inner) => inner.is_null(),
            _ => false,
        }
    }

    /// Whether it is itself unknown (its parts may be, all the same: see [`Value::is_wholly_known`]).
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown(_) => true,
            Self::Dynamic(_, inner) => inner.is_unknown(),
            _ => false,
        }
    }

    /// Whether neither it nor any part of it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown(_) => false,
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => {
                elements.iter().all(Self::is_wholly_known)
            }
            Self::Map(elements) | Self::Object(elements) => {
                elements.values().all(Self::is_wholly_known)
            }
            Self::Dynamic(_, inner) => inner.is_wholly_known(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
        }
    }

    /// What it is, in a word: for messages, which must not show the value itself.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown(_) => "an unknown value",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
            Self::Dynamic(..) => "a value with its type",
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Unknown(_) => 1,
            Self::Bool(_) => 2,
            Self::Number(_) => 3,
            Self::String(_) => 4,
            Self::List(_) => 5,
            Self::Set(_) => 6,
            Self::Map(_) => 7,
            Self::Tuple(_) => 8,
            Self::Object(_) => 9,
            Self::Dynamic(..) => 10,
        }
    }

    /// The attribute of an object or the element of a map of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(entries) | Self::Map(entries) => entries.get(name),
            _ => None,
        }
    }

    /// Sets the attribute of an object or the element of a map; does nothing to any other value.
    pub fn set(&mut self, name: impl Into<String>, value: Value) {
        if let Self::Object(entries) | Self::Map(entries) = self {
            entries.insert(name.into(), value);
        }
    }

    /// A set of these elements, each once. Elements that are not wholly known may still turn out to differ, and all stay.
    pub fn set_of(elements: impl IntoIterator<Item = Value>) -> Self {
        let mut elements: Vec<Value> = elements.into_iter().collect();
        elements.sort_unstable();
        elements.dedup_by(|next, before| next == before && before.is_wholly_known());
        Self::Set(elements)
    }

    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Values compare as Terraform compares them: sets without order, everything else by its parts.
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Unknown(left), Self::Unknown(right)) => left.cmp(right),
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.cmp(right),
            (Self::String(left), Self::String(right)) => left.cmp(right),
            (Self::List(left), Self::List(right)) | (Self::Tuple(left), Self::Tuple(right)) => {
                left.cmp(right)
            }
            (Self::Set(left), Self::Set(right)) => {
                let (mut left, mut right): (Vec<&Self>, Vec<&Self>) =
                    (left.iter().collect(), right.iter().collect());
                left.sort_unstable();
                right.sort_unstable();
                left.cmp(&right)
            }
            (Self::Map(left), Self::Map(right)) | (Self::Object(left), Self::Object(right)) => {
                left.cmp(right)
            }
            (Self::Dynamic(left, inner), Self::Dynamic(right, other_inner)) => {
                left.cmp(right).then_with(|| inner.cmp(other_inner))
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Number(integer.into())
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}
