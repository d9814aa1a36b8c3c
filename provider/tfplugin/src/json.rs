//! Values as JSON, the form in which Terraform keeps state.
//!
//! A number passes as the text it is and never through a float, and so stays as it is. Everything else is what it looks like; a
//! value of an open type is `{"value": …, "type": …}`.

mod read;
mod write;

#[cfg(test)]
mod tests;

use crate::codec::CodecError;
use crate::path::Path;
use crate::ty::Type;
use crate::value::Value;

/// Writes a value of that type.
///
/// # Errors
/// When the value is not of the type, or anything in it is unknown: JSON has no form for that.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut out = String::new();
    write::value(&mut out, value, ty)?;
    Ok(out.into_bytes())
}

/// Reads a value of exactly that type: an attribute too many or missing is an error.
///
/// # Errors
/// When the bytes are not JSON, or not a value of the type.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    read::Reading::strict().document(bytes, ty)
}

/// Reads a state written under another version of the schema: a missing attribute is null, one that the type does not have is
/// left out and its path returned, so that nothing goes unsaid.
///
/// # Errors
/// When the bytes are not JSON, or what stands there cannot be a value of the type.
pub fn decode_state(bytes: &[u8], ty: &Type) -> Result<(Value, Vec<Path>), CodecError> {
    let mut reading = read::Reading::of_other_version();
    let value = reading.document(bytes, ty)?;
    Ok((value, reading.into_left_out()))
}
