//! What is known of an unknown value, as extension 12 of cty's msgpack.

use rmp::encode;

use crate::codec::CodecError;
use crate::ty::Type;
use crate::value::{Bound, Refinement, Value};

use super::read::Reader;
use super::write::{self, failed};

/// The extension around a map of refinements; every other extension is a plain unknown.
const REFINED: i8 = 12;

/// Terraform refuses a longer extension.
const PAYLOAD_LIMIT: usize = 1_024;

/// Terraform cuts a longer prefix.
const PREFIX_LIMIT: usize = 256;

const NULLNESS: i64 = 1;
const PREFIX: i64 = 2;
const LOWER: i64 = 3;
const UPPER: i64 = 4;
const MIN_LENGTH: i64 = 5;
const MAX_LENGTH: i64 = 6;

/// Writes an unknown of that type, with what is known of it as far as the type has use for it.
pub(super) fn write(
    out: &mut Vec<u8>,
    refinement: &Refinement,
    ty: &Type,
) -> Result<(), CodecError> {
    let mut written = payload(refinement, ty)?;
    if written.len() > PAYLOAD_LIMIT {
        let only_null = Refinement {
            not_null: refinement.not_null,
            ..Refinement::default()
        };
        written = payload(&only_null, ty)?;
    }
    if written.is_empty() {
        encode::write_ext_meta(out, 1, 0).map_err(failed)?;
        out.push(0);
    } else {
        encode::write_ext_meta(out, write::length(written.len())?, REFINED).map_err(failed)?;
        out.extend_from_slice(&written);
    }
    Ok(())
}

fn payload(refinement: &Refinement, ty: &Type) -> Result<Vec<u8>, CodecError> {
    let mut entries = 0;
    let mut body = Vec::new();
    let mut key = |body: &mut Vec<u8>, key: i64| {
        entries += 1;
        encode::write_sint(body, key).map(|_| ()).map_err(failed)
    };
    if refinement.not_null && *ty != Type::Dynamic {
        key(&mut body, NULLNESS)?;
        encode::write_bool(&mut body, false).map_err(failed)?;
    }
    match ty {
        Type::String => {
            if let Some(prefix) = refinement
                .prefix
                .as_deref()
                .map(cut)
                .filter(|prefix| !prefix.is_empty())
            {
                key(&mut body, PREFIX)?;
                encode::write_str(&mut body, prefix).map_err(failed)?;
            }
        }
        Type::Number => {
            for (number, bound) in [(LOWER, &refinement.lower), (UPPER, &refinement.upper)] {
                if let Some(bound) = bound {
                    key(&mut body, number)?;
                    encode::write_array_len(&mut body, 2).map_err(failed)?;
                    write::number(&mut body, &bound.number)?;
                    encode::write_bool(&mut body, bound.inclusive).map_err(failed)?;
                }
            }
        }
        Type::List(_) | Type::Set(_) | Type::Map(_) => {
            for (number, length) in [
                (MIN_LENGTH, refinement.min_length),
                (MAX_LENGTH, refinement.max_length),
            ] {
                if let Some(length) = length.and_then(|length| i64::try_from(length).ok()) {
                    key(&mut body, number)?;
                    encode::write_sint(&mut body, length).map_err(failed)?;
                }
            }
        }
        Type::Bool | Type::Dynamic | Type::Tuple(_) | Type::Object(_) => {}
    }
    if entries == 0 {
        return Ok(Vec::new());
    }
    let mut out = Vec::with_capacity(body.len() + 1);
    encode::write_map_len(&mut out, entries).map_err(failed)?;
    out.append(&mut body);
    Ok(out)
}

fn cut(prefix: &str) -> &str {
    let end = (0..=PREFIX_LIMIT.min(prefix.len()))
        .rev()
        .find(|end| prefix.is_char_boundary(*end))
        .unwrap_or(0);
    prefix.get(..end).unwrap_or_default()
}

/// Makes a value of an extension's type and payload.
pub(super) fn read(extension: i8, payload: &[u8]) -> Result<Value, CodecError> {
    if extension != REFINED || payload.len() <= 1 {
        return Ok(Value::unknown());
    }
    if payload.len() > PAYLOAD_LIMIT {
        return Err(CodecError::new(
            "the refinement of an unknown value is too long",
        ));
    }
    let mut reader = Reader::new(payload);
    let mut refinement = Refinement::default();
    for _ in 0..reader
        .map_length()?
        .ok_or_else(|| CodecError::new("a refinement must be a map"))?
    {
        match reader.integer()? {
            NULLNESS => {
                if reader.boolean()? {
                    return Ok(Value::Null);
                }
                refinement.not_null = true;
            }
            PREFIX => refinement.prefix = Some(reader.string()?.to_owned()),
            LOWER => refinement.lower = bound(&mut reader)?,
            UPPER => refinement.upper = bound(&mut reader)?,
            MIN_LENGTH => refinement.min_length = Some(length(&mut reader)?),
            MAX_LENGTH => refinement.max_length = Some(length(&mut reader)?),
            // A later version of cty may know more of the value than we can keep.
            _ => reader.skip()?,
        }
    }
    // What follows the map is kept free for later versions, too.
    Ok(Value::Unknown(refinement))
}

/// A bound, or none: where there is no end, Terraform says so with an infinite number.
fn bound(reader: &mut Reader<'_>) -> Result<Option<Box<Bound>>, CodecError> {
    if reader.array_length()? != Some(2) {
        return Err(CodecError::new("a bound must be a pair"));
    }
    let number = reader.finite_number()?;
    let inclusive = reader.boolean()?;
    Ok(number.map(|number| Box::new(Bound { number, inclusive })))
}

fn length(reader: &mut Reader<'_>) -> Result<u64, CodecError> {
    u64::try_from(reader.integer()?).map_err(|_| CodecError::new("a length cannot be negative"))
}
