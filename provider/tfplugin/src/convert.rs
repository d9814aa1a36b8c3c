//! Between values and Rust types, through serde; errors say at which attribute.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::path::Path;
use crate::ty::Type;
use crate::value::Value;

mod attr;

pub use attr::Attr;

/// A value does not fit the Rust type, or the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConvertError {
    /// The attribute.
    pub path: Path,
    /// What is wrong with it.
    pub message: String,
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

/// Reads a Rust type from a value. `Option` takes a null, [`Attr`] a null or an unknown; anything else must be known.
///
/// # Errors
/// At the path of the first attribute that does not fit.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, ConvertError> {
    let _ = value;
    Err(ConvertError {
        path: Path::root(),
        message: "to be written".to_owned(),
    })
}

/// Writes a Rust type as a value of the type `ty`, which tells a map from an object and a set from a list. `None` is null, and so
/// is an attribute of the type that the Rust type does not have.
///
/// # Errors
/// At the path of the first field that the type has no place for.
pub fn to_value<T: Serialize + ?Sized>(data: &T, ty: &Type) -> Result<Value, ConvertError> {
    let _ = (data, ty);
    Err(ConvertError {
        path: Path::root(),
        message: "to be written".to_owned(),
    })
}
