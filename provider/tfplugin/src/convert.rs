//! Between values and Rust types, through serde; errors say at which attribute.
//!
//! A plain Rust type takes only what is known, `Option` a null as well, [`Attr`] a null and an unknown. Three types are recognized
//! on their way through serde by a private name: [`Attr`], [`crate::Number`] (so that no digit is lost) and [`Value`] itself (so that
//! a part of a value can be left as it is). `#[serde(flatten)]` and `#[serde(untagged)]` read through a buffer of serde's own
//! that knows none of them; under these they see only known, plain data.

mod attr;
mod read;
mod verbatim;
mod write;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;
use serde::de::{DeserializeOwned, Expected, Unexpected};

use crate::path::{Path, Step};
use crate::ty::Type;
use crate::value::Value;

pub use attr::{Attr, Unknown};

/// A value does not fit the Rust type, or the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertError {
    /// The attribute.
    pub path: Path,
    /// What is wrong with it.
    pub message: String,
}

impl ConvertError {
    fn new(message: impl Into<String>) -> Self {
        Self {
            path: Path::root(),
            message: message.into(),
        }
    }

    fn inside(self, step: Step) -> Self {
        Self {
            path: self.path.inside(step),
            message: self.message,
        }
    }

    /// Of an element without a step, an element of a set: a path cannot go into it, so the message does.
    fn inside_some(self, step: Option<Step>) -> Self {
        match step {
            Some(step) => self.inside(step),
            None => Self {
                message: self.to_string(),
                path: Path::root(),
            },
        }
    }
}

impl fmt::Display for ConvertError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() {
            formatter.write_str(&self.message)
        } else {
            write!(formatter, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for ConvertError {}

impl serde::de::Error for ConvertError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    // The messages of serde quote the value, which may be secret; these say only what it is.
    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {}", kind(&found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!(
            "expected {expected}, found another {}",
            kind(&found)
        ))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("expected one of {}", expected.join(", ")))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::new("there is no such attribute here").inside(Step::Attribute(field.to_owned()))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("the attribute is missing").inside(Step::Attribute(field.to_owned()))
    }
}

fn kind(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "number",
        Unexpected::Char(_) | Unexpected::Str(_) => "string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "list",
        Unexpected::Map => "object",
        _ => "value",
    }
}

impl serde::ser::Error for ConvertError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }
}

/// Reads a Rust type from a value. `Option` takes a null, [`Attr`] a null or an unknown; anything else must be known.
///
/// # Errors
/// At the path of the first attribute that does not fit.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, ConvertError> {
    T::deserialize(read::Reader(value))
}

/// Writes a Rust type as a value of the type `ty`, which tells a map from an object and a set from a list. `None` is null, and so
/// is an attribute of the type that the Rust type does not have.
///
/// # Errors
/// At the path of the first field that the type has no place for.
pub fn to_value<T: Serialize + ?Sized>(data: &T, ty: &Type) -> Result<Value, ConvertError> {
    data.serialize(write::Writer { ty })
}
