//! Values as JSON, the form in which Terraform keeps state.

use crate::codec::CodecError;
use crate::path::Path;
use crate::ty::Type;
use crate::value::Value;

/// Writes a value of that type.
///
/// # Errors
/// When the value is not of the type, or anything in it is unknown: JSON has no form for that.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let _ = (value, ty);
    Err(CodecError::new("to be written"))
}

/// Reads a value of exactly that type: an attribute too many or missing is an error.
///
/// # Errors
/// When the bytes are not JSON, or not a value of the type.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
    let _ = (bytes, ty);
    Err(CodecError::new("to be written"))
}

/// Reads a state written under another version of the schema: a missing attribute is null, one that the type does not have is
/// left out and its path returned, so that nothing goes unsaid.
///
/// # Errors
/// When the bytes are not JSON, or what stands there cannot be a value of the type.
pub fn decode_state(bytes: &[u8], ty: &Type) -> Result<(Value, Vec<Path>), CodecError> {
    let _ = (bytes, ty);
    Err(CodecError::new("to be written"))
}
