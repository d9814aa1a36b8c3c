//! What the two codecs share: the error, which says where in the value it stands, and the walk down an object.

use std::collections::BTreeMap;
use std::fmt;

use crate::path::{Path, Step};
use crate::ty::Type;
use crate::value::Value;

/// Deeper than this nobody nests values. It bounds the stack, since a dynamic value brings types of its own.
pub(crate) const DEPTH_LIMIT: usize = 200;

/// A value could not be written or read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodecError {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub message: String,
}

impl CodecError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            path: Path::root(),
            message: message.into(),
        }
    }

    /// The value itself stays out of the message: it may be secret.
    pub(crate) fn mismatch(expected: &Type, found: &str) -> Self {
        Self::new(format!("expected {}, found {found}", expected.kind()))
    }

    pub(crate) fn inside(self, step: Step) -> Self {
        Self {
            path: self.path.inside(step),
            message: self.message,
        }
    }

    /// Of an element without a step, an element of a set: a path cannot go into it, so the message does.
    pub(crate) fn inside_some(self, step: Option<Step>) -> Self {
        match step {
            Some(step) => self.inside(step),
            None => Self {
                message: self.to_string(),
                path: Path::root(),
            },
        }
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() {
            formatter.write_str(&self.message)
        } else {
            write!(formatter, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for CodecError {}

/// One level deeper.
pub(crate) fn descend(depth: usize) -> Result<usize, CodecError> {
    if depth < DEPTH_LIMIT {
        Ok(depth + 1)
    } else {
        Err(CodecError::new("it is nested too deep"))
    }
}

/// The step to an element of a list or tuple.
pub(crate) fn index_step(index: usize) -> Step {
    Step::Index(i64::try_from(index).unwrap_or(i64::MAX))
}

/// Pairs each attribute of a type with its value; an attribute too many or missing is an error.
pub(crate) fn attributes_of<'a>(
    types: &'a BTreeMap<String, Type>,
    values: &'a BTreeMap<String, Value>,
) -> Result<Vec<(&'a str, &'a Type, &'a Value)>, CodecError> {
    if let Some(name) = values.keys().find(|name| !types.contains_key(*name)) {
        return Err(
            CodecError::new("the type has no such attribute").inside(Step::Attribute(name.clone()))
        );
    }
    types
        .iter()
        .map(|(name, ty)| match values.get(name) {
            Some(value) => Ok((name.as_str(), ty, value)),
            None => {
                Err(CodecError::new("the attribute is missing")
                    .inside(Step::Attribute(name.clone())))
            }
        })
        .collect()
}
