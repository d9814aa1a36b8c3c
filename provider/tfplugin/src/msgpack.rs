//! Values as msgpack, the form in which Terraform and a provider exchange them.
//!
//! An unknown value is an extension: type 0 when nothing is known of it, type 12 around a map of refinements otherwise. A value of
//! an open type is a pair of its type, as JSON, and itself. A number is an integer, else a float where that and its shortest decimal are exact, else text.

mod read;
mod refinement;
mod write;

#[cfg(test)]
mod tests;

use crate::codec::CodecError;
use crate::ty::Type;
use crate::value::Value;

/// Writes a value of that type.
///
/// # Errors
/// When the value is not of the type.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut out = Vec::new();
    write::value(&mut out, value, ty)?;
    Ok(out)
}

/// Reads a value of that type.
///
/// # Errors
/// When the bytes are not msgpack, or not a value of the type. Nothing is allocated for what is only announced.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let mut reader = read::Reader::new(bytes);
    let value = read::value(&mut reader, ty, 0)?;
    if reader.is_empty() {
        Ok(value)
    } else {
        Err(CodecError::new("there is more after the value"))
    }
}
