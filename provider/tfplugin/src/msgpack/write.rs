//! Writing msgpack.

use std::collections::BTreeMap;

use rmp::encode;

use crate::codec::{CodecError, attributes_of, index_step};
use crate::number::Number;
use crate::path::Step;
use crate::ty::Type;
use crate::value::Value;

use super::refinement;

/// Writing to memory fails only on a length that msgpack cannot say.
pub(super) fn failed(error: impl std::fmt::Display) -> CodecError {
    CodecError::new(format!("it cannot be written: {error}"))
}

pub(super) fn length(length: usize) -> Result<u32, CodecError> {
    u32::try_from(length).map_err(failed)
}

pub(super) fn value(out: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<(), CodecError> {
    match (ty, value) {
        (_, Value::Null) => encode::write_nil(out).map_err(failed),
        (_, Value::Unknown(known)) => refinement::write(out, known, ty),
        (Type::Bool, Value::Bool(flag)) => encode::write_bool(out, *flag).map_err(failed),
        (Type::Number, Value::Number(it)) => number(out, it),
        (Type::String, Value::String(text)) => string(out, text),
        (Type::Dynamic, Value::Dynamic(inner_type, inner)) => dynamic(out, inner_type, inner),
        (Type::List(element), Value::List(elements)) => list(
            out,
            elements.iter().map(|value| (value, &**element)),
            |index| Some(index_step(index)),
        ),
        (Type::Set(element), Value::Set(elements)) => list(
            out,
            elements.iter().map(|value| (value, &**element)),
            |_| None,
        ),
        (Type::Tuple(types), Value::Tuple(elements)) => {
            if types.len() != elements.len() {
                return Err(CodecError::new(format!(
                    "expected {} elements, found {}",
                    types.len(),
                    elements.len()
                )));
            }
            list(out, elements.iter().zip(types), |index| {
                Some(index_step(index))
            })
        }
        (Type::Map(element), Value::Map(elements)) => map(out, elements, element),
        (Type::Object(types), Value::Object(attributes)) => {
            let attributes = attributes_of(types, attributes)?;
            encode::write_map_len(out, length(attributes.len())?).map_err(failed)?;
            for (name, ty, attribute) in attributes {
                string(out, name)?;
                self::value(out, attribute, ty)
                    .map_err(|error| error.inside(Step::Attribute(name.to_owned())))?;
            }
            Ok(())
        }
        _ => Err(CodecError::mismatch(ty, value.kind())),
    }
}

fn string(out: &mut Vec<u8>, text: &str) -> Result<(), CodecError> {
    length(text.len())?;
    encode::write_str(out, text).map_err(failed)
}

pub(super) fn number(out: &mut Vec<u8>, number: &Number) -> Result<(), CodecError> {
    if let Some(integer) = number.as_i64() {
        encode::write_sint(out, integer).map(|_| ()).map_err(failed)
    } else if let Some(float) = number
        .as_f64_exact()
        .filter(|float| Number::from_f64(*float).as_ref() == Some(number))
    {
        encode::write_f64(out, float).map_err(failed)
    } else {
        // Terraform keeps of a float only the shortest decimal that reads back as it: as one, 2^64 would become
        // 18446744073709550000 in its state. As text it stays what it is.
        string(out, &number.to_string())
    }
}

fn dynamic(out: &mut Vec<u8>, ty: &Type, inner: &Value) -> Result<(), CodecError> {
    if *ty == Type::Dynamic {
        // An open type inside an open type says nothing: the value inside must carry a type in its turn.
        return value(out, inner, ty);
    }
    let json = ty.to_json();
    encode::write_array_len(out, 2).map_err(failed)?;
    encode::write_bin(out, &json).map_err(failed)?;
    value(out, inner, ty)
}

fn list<'a>(
    out: &mut Vec<u8>,
    elements: impl ExactSizeIterator<Item = (&'a Value, &'a Type)>,
    step: impl Fn(usize) -> Option<Step>,
) -> Result<(), CodecError> {
    encode::write_array_len(out, length(elements.len())?).map_err(failed)?;
    for (index, (element, ty)) in elements.enumerate() {
        value(out, element, ty).map_err(|error| error.inside_some(step(index)))?;
    }
    Ok(())
}

fn map(out: &mut Vec<u8>, elements: &BTreeMap<String, Value>, ty: &Type) -> Result<(), CodecError> {
    encode::write_map_len(out, length(elements.len())?).map_err(failed)?;
    for (key, element) in elements {
        string(out, key)?;
        value(out, element, ty).map_err(|error| error.inside(Step::Key(key.clone())))?;
    }
    Ok(())
}
