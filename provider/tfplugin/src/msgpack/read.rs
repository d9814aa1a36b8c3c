//! Reading msgpack that may be cut short, or made to hurt: every length is held against what is really there.

use std::collections::BTreeMap;

use rmp::Marker;

use crate::codec::{CodecError, descend, index_step};
use crate::number::Number;
use crate::path::Step;
use crate::ty::Type;
use crate::value::Value;

use super::refinement;

/// What still is to be read.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

fn cut_short() -> CodecError {
    CodecError::new("the message is cut short")
}

fn unexpected(expected: &str, marker: Marker) -> CodecError {
    CodecError::new(format!("expected {expected}, found {}", kind(marker)))
}

fn kind(marker: Marker) -> &'static str {
    match marker {
        Marker::Null => "null",
        Marker::True | Marker::False => "a boolean",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "bytes",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "an array",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::Reserved => "a byte that msgpack does not have",
        marker if extension_header(marker).is_some() => "an extension",
        _ => "a number",
    }
}

/// How an extension says its length: outright, or in so many bytes.
enum ExtensionLength {
    Fixed(usize),
    Bytes(usize),
}

fn extension_header(marker: Marker) -> Option<ExtensionLength> {
    match marker {
        Marker::FixExt1 => Some(ExtensionLength::Fixed(1)),
        Marker::FixExt2 => Some(ExtensionLength::Fixed(2)),
        Marker::FixExt4 => Some(ExtensionLength::Fixed(4)),
        Marker::FixExt8 => Some(ExtensionLength::Fixed(8)),
        Marker::FixExt16 => Some(ExtensionLength::Fixed(16)),
        Marker::Ext8 => Some(ExtensionLength::Bytes(1)),
        Marker::Ext16 => Some(ExtensionLength::Bytes(2)),
        Marker::Ext32 => Some(ExtensionLength::Bytes(4)),
        _ => None,
    }
}

/// How many bytes the length of a run of bytes takes.
fn bytes_of_length(marker: Marker) -> usize {
    match marker {
        Marker::Bin8 => 1,
        Marker::Bin16 => 2,
        _ => 4,
    }
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], CodecError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(cut_short)?;
        self.rest = rest;
        Ok(taken)
    }

    fn take_array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or_else(cut_short)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn peek(&self) -> Result<Marker, CodecError> {
        self.rest
            .first()
            .map(|byte| Marker::from_u8(*byte))
            .ok_or_else(cut_short)
    }

    fn marker(&mut self) -> Result<Marker, CodecError> {
        let marker = self.peek()?;
        self.take(1)?;
        Ok(marker)
    }

    /// A length of so many bytes, big end first.
    fn length(&mut self, bytes: usize) -> Result<usize, CodecError> {
        Ok(self
            .take(bytes)?
            .iter()
            .fold(0, |length, byte| (length << 8) | usize::from(*byte)))
    }

    /// A number of items of which each takes `least` bytes: no more than there can be.
    fn count(&self, count: usize, least: usize) -> Result<usize, CodecError> {
        if count.saturating_mul(least) <= self.rest.len() {
            Ok(count)
        } else {
            Err(cut_short())
        }
    }

    /// The length of an array; none for null.
    pub(super) fn array_length(&mut self) -> Result<Option<usize>, CodecError> {
        let count = match self.marker()? {
            Marker::Null => return Ok(None),
            Marker::FixArray(count) => usize::from(count),
            Marker::Array16 => self.length(2)?,
            Marker::Array32 => self.length(4)?,
            marker => return Err(unexpected("an array", marker)),
        };
        self.count(count, 1).map(Some)
    }

    /// The length of a map; none for null.
    pub(super) fn map_length(&mut self) -> Result<Option<usize>, CodecError> {
        let count = match self.marker()? {
            Marker::Null => return Ok(None),
            Marker::FixMap(count) => usize::from(count),
            Marker::Map16 => self.length(2)?,
            Marker::Map32 => self.length(4)?,
            marker => return Err(unexpected("a map", marker)),
        };
        self.count(count, 2).map(Some)
    }

    pub(super) fn boolean(&mut self) -> Result<bool, CodecError> {
        match self.marker()? {
            Marker::True => Ok(true),
            Marker::False => Ok(false),
            marker => Err(unexpected("a boolean", marker)),
        }
    }

    pub(super) fn integer(&mut self) -> Result<i64, CodecError> {
        self.number()?
            .as_i64()
            .ok_or_else(|| CodecError::new("expected an integer of 64 bits"))
    }

    pub(super) fn string(&mut self) -> Result<&'a str, CodecError> {
        let length = match self.marker()? {
            Marker::FixStr(length) => usize::from(length),
            Marker::Str8 => self.length(1)?,
            Marker::Str16 => self.length(2)?,
            Marker::Str32 => self.length(4)?,
            marker => return Err(unexpected("a string", marker)),
        };
        std::str::from_utf8(self.take(length)?)
            .map_err(|_| CodecError::new("the string is not UTF-8"))
    }

    fn number(&mut self) -> Result<Number, CodecError> {
        self.finite_number()?
            .ok_or_else(|| CodecError::new("the number is not finite"))
    }

    /// A number; none when it is infinite.
    pub(super) fn finite_number(&mut self) -> Result<Option<Number>, CodecError> {
        let float = Number::from_f64_exact;
        match self.peek()? {
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
                // The text stays out of the message: it may be secret.
                return self
                    .string()?
                    .parse()
                    .map(Some)
                    .map_err(|_| CodecError::new("expected a number, found other text"));
            }
            _ => {}
        }
        Ok(Some(match self.marker()? {
            Marker::FixPos(number) => number.into(),
            Marker::FixNeg(number) => number.into(),
            Marker::U8 => u8::from_be_bytes(self.take_array()?).into(),
            Marker::U16 => u16::from_be_bytes(self.take_array()?).into(),
            Marker::U32 => u32::from_be_bytes(self.take_array()?).into(),
            Marker::U64 => u64::from_be_bytes(self.take_array()?).into(),
            Marker::I8 => i8::from_be_bytes(self.take_array()?).into(),
            Marker::I16 => i16::from_be_bytes(self.take_array()?).into(),
            Marker::I32 => i32::from_be_bytes(self.take_array()?).into(),
            Marker::I64 => i64::from_be_bytes(self.take_array()?).into(),
            Marker::F32 => return Ok(float(f32::from_be_bytes(self.take_array()?).into())),
            Marker::F64 => return Ok(float(f64::from_be_bytes(self.take_array()?))),
            marker => return Err(unexpected("a number", marker)),
        }))
    }

    /// A type, as bytes or text of JSON.
    fn ty(&mut self) -> Result<Type, CodecError> {
        let marker = self.peek()?;
        if !matches!(marker, Marker::Bin8 | Marker::Bin16 | Marker::Bin32) {
            return Type::from_json(self.string()?.as_bytes());
        }
        self.marker()?;
        let length = self.length(bytes_of_length(marker))?;
        Type::from_json(self.take(length)?)
    }

    /// The type number and the payload of an extension; none when something else comes, which is left where it is.
    fn extension(&mut self) -> Result<Option<(i8, &'a [u8])>, CodecError> {
        let Some(header) = extension_header(self.peek()?) else {
            return Ok(None);
        };
        self.marker()?;
        let length = match header {
            ExtensionLength::Fixed(length) => length,
            ExtensionLength::Bytes(bytes) => self.length(bytes)?,
        };
        let [ty] = self.take_array()?;
        Ok(Some((i8::from_be_bytes([ty]), self.take(length)?)))
    }

    /// Passes over one item, with all that is in it; a loop and not a recursion, so that no depth can hurt.
    pub(super) fn skip(&mut self) -> Result<(), CodecError> {
        let mut pending: usize = 1;
        while pending > 0 {
            pending -= 1;
            if self.extension()?.is_some() {
                continue;
            }
            match self.peek()? {
                Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
                    pending += self.array_length()?.unwrap_or(0);
                }
                Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => {
                    pending += 2 * self.map_length()?.unwrap_or(0);
                }
                Marker::Null | Marker::True | Marker::False => {
                    self.marker()?;
                }
                Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
                    self.string()?;
                }
                marker @ (Marker::Bin8 | Marker::Bin16 | Marker::Bin32) => {
                    self.marker()?;
                    let length = self.length(bytes_of_length(marker))?;
                    self.take(length)?;
                }
                _ => {
                    self.number()?;
                }
            }
        }
        Ok(())
    }
}

/// Reads a value of that type.
pub(super) fn value(reader: &mut Reader<'_>, ty: &Type, depth: usize) -> Result<Value, CodecError> {
    let depth = descend(depth)?;
    if let Some((extension, payload)) = reader.extension()? {
        return refinement::read(extension, payload);
    }
    if reader.peek()? == Marker::Null {
        reader.marker()?;
        return Ok(Value::Null);
    }
    match ty {
        Type::Bool => reader.boolean().map(Value::Bool),
        Type::Number => reader.number().map(Value::Number),
        Type::String => reader.string().map(|text| Value::String(text.to_owned())),
        Type::Dynamic => dynamic(reader, depth),
        Type::List(element) => {
            elements(reader, element, depth, |index| Some(index_step(index))).map(Value::List)
        }
        Type::Set(element) => elements(reader, element, depth, |_| None).map(Value::Set),
        Type::Map(element) => map(reader, element, depth).map(Value::Map),
        Type::Tuple(types) => tuple(reader, types, depth).map(Value::Tuple),
        Type::Object(types) => object(reader, types, depth).map(Value::Object),
    }
}

fn dynamic(reader: &mut Reader<'_>, depth: usize) -> Result<Value, CodecError> {
    if reader.array_length()? != Some(2) {
        return Err(CodecError::new(
            "a value of an open type must be a pair of its type and itself",
        ));
    }
    let ty = reader.ty()?;
    let inner = value(reader, &ty, depth)?;
    Ok(if ty == Type::Dynamic {
        inner
    } else {
        Value::Dynamic(Box::new(ty), Box::new(inner))
    })
}

fn elements(
    reader: &mut Reader<'_>,
    ty: &Type,
    depth: usize,
    step: impl Fn(usize) -> Option<Step>,
) -> Result<Vec<Value>, CodecError> {
    let count = reader.array_length()?.unwrap_or(0);
    let mut elements = Vec::new();
    for index in 0..count {
        let element = value(reader, ty, depth).map_err(|error| error.inside_some(step(index)))?;
        elements.push(element);
    }
    Ok(elements)
}

fn tuple(reader: &mut Reader<'_>, types: &[Type], depth: usize) -> Result<Vec<Value>, CodecError> {
    let count = reader.array_length()?.unwrap_or(0);
    if count != types.len() {
        return Err(CodecError::new(format!(
            "expected {} elements, found {count}",
            types.len()
        )));
    }
    let elements = types.iter().enumerate();
    elements
        .map(|(index, ty)| {
            value(reader, ty, depth).map_err(|error| error.inside(index_step(index)))
        })
        .collect()
}

fn map(
    reader: &mut Reader<'_>,
    ty: &Type,
    depth: usize,
) -> Result<BTreeMap<String, Value>, CodecError> {
    let mut elements = BTreeMap::new();
    for _ in 0..reader.map_length()?.unwrap_or(0) {
        let key = reader.string()?.to_owned();
        let step = || Step::Key(key.clone());
        let element = value(reader, ty, depth).map_err(|error| error.inside(step()))?;
        let step = step();
        if elements.insert(key, element).is_some() {
            return Err(CodecError::new("the key stands there twice").inside(step));
        }
    }
    Ok(elements)
}

fn object(
    reader: &mut Reader<'_>,
    types: &BTreeMap<String, Type>,
    depth: usize,
) -> Result<BTreeMap<String, Value>, CodecError> {
    let mut attributes = BTreeMap::new();
    for _ in 0..reader.map_length()?.unwrap_or(0) {
        let name = reader.string()?;
        let at = |error: CodecError| error.inside(Step::Attribute(name.to_owned()));
        let ty = types
            .get(name)
            .ok_or_else(|| at(CodecError::new("the type has no such attribute")))?;
        let attribute = value(reader, ty, depth).map_err(at)?;
        if attributes.insert(name.to_owned(), attribute).is_some() {
            return Err(at(CodecError::new("the attribute stands there twice")));
        }
    }
    match types.keys().find(|name| !attributes.contains_key(*name)) {
        Some(name) => {
            Err(CodecError::new("the attribute is missing").inside(Step::Attribute(name.clone())))
        }
        None => Ok(attributes),
    }
}
