//! Reading JSON by type, one level at a time: what is inside stays text until its type says what to make of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::codec::{CodecError, descend, index_step};
use crate::path::{Path, Step};
use crate::ty::Type;
use crate::value::Value;

/// How strict to be, where the reading is, and what was left out on the way.
pub(super) struct Reading {
    strict: bool,
    here: Vec<Step>,
    left_out: Vec<Path>,
}

/// The entries of a JSON object in their order, a key that stands there twice included.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;

        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor)
    }
}

/// What a JSON text is, from its first byte.
fn kind(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// The parser's own message may quote the text, which may be secret: only where it went wrong is told.
fn malformed(error: &serde_json::Error) -> CodecError {
    CodecError::new(format!(
        "it is not valid JSON at line {}, column {}",
        error.line(),
        error.column()
    ))
}

impl Reading {
    pub(super) fn strict() -> Self {
        Self {
            strict: true,
            here: Vec::new(),
            left_out: Vec::new(),
        }
    }

    pub(super) fn of_other_version() -> Self {
        Self {
            strict: false,
            here: Vec::new(),
            left_out: Vec::new(),
        }
    }

    pub(super) fn into_left_out(self) -> Vec<Path> {
        self.left_out
    }

    pub(super) fn document(&mut self, bytes: &[u8], ty: &Type) -> Result<Value, CodecError> {
        let raw: &RawValue = serde_json::from_slice(bytes).map_err(|error| malformed(&error))?;
        self.value(raw, ty, 0)
    }

    fn value(&mut self, raw: &RawValue, ty: &Type, depth: usize) -> Result<Value, CodecError> {
        let depth = descend(depth)?;
        let text = raw.get();
        if text == "null" {
            return Ok(Value::Null);
        }
        match (ty, kind(text)) {
            (Type::Bool, "a boolean") => Ok(Value::Bool(text == "true")),
            (Type::Number, "a number") => number(text),
            // Older provider kits kept large numbers as text.
            (Type::Number, "a string") => number(&parse::<String>(text)?),
            (Type::String, "a string") => parse(text).map(Value::String),
            (Type::Dynamic, "an object") => self.dynamic(text, depth),
            (Type::List(element), "an array") => self
                .array(text, element, depth, |i| Some(index_step(i)))
                .map(Value::List),
            (Type::Set(element), "an array") => self
                .array(text, element, depth, |_| None)
                .map(Value::set_of),
            (Type::Tuple(types), "an array") => self.tuple(text, types, depth).map(Value::Tuple),
            (Type::Map(element), "an object") => self.map(text, element, depth).map(Value::Map),
            (Type::Object(types), "an object") => {
                self.object(text, types, depth).map(Value::Object)
            }
            (_, found) => Err(CodecError::mismatch(ty, found)),
        }
    }

    /// Reads what stands one step further in.
    fn inside(
        &mut self,
        step: Option<Step>,
        raw: &RawValue,
        ty: &Type,
        depth: usize,
    ) -> Result<Value, CodecError> {
        let Some(step) = step else {
            return self
                .value(raw, ty, depth)
                .map_err(|error| error.inside_some(None));
        };
        self.here.push(step.clone());
        let value = self
            .value(raw, ty, depth)
            .map_err(|error| error.inside(step));
        self.here.pop();
        value
    }

    fn array(
        &mut self,
        text: &str,
        ty: &Type,
        depth: usize,
        step: impl Fn(usize) -> Option<Step>,
    ) -> Result<Vec<Value>, CodecError> {
        let elements: Vec<&RawValue> = parse(text)?;
        elements
            .into_iter()
            .enumerate()
            .map(|(index, raw)| self.inside(step(index), raw, ty, depth))
            .collect()
    }

    fn tuple(
        &mut self,
        text: &str,
        types: &[Type],
        depth: usize,
    ) -> Result<Vec<Value>, CodecError> {
        let elements: Vec<&RawValue> = parse(text)?;
        if elements.len() != types.len() {
            return Err(CodecError::new(format!(
                "expected {} elements, found {}",
                types.len(),
                elements.len()
            )));
        }
        let elements = elements.into_iter().zip(types).enumerate();
        elements
            .map(|(index, (raw, ty))| self.inside(Some(index_step(index)), raw, ty, depth))
            .collect()
    }

    fn map(
        &mut self,
        text: &str,
        ty: &Type,
        depth: usize,
    ) -> Result<BTreeMap<String, Value>, CodecError> {
        let mut elements = BTreeMap::new();
        for (key, raw) in parse::<Entries<'_>>(text)?.0 {
            let step = Step::Key(key.clone());
            let element = self.inside(Some(step.clone()), raw, ty, depth)?;
            if elements.insert(key, element).is_some() {
                return Err(CodecError::new("the key stands there twice").inside(step));
            }
        }
        Ok(elements)
    }

    fn object(
        &mut self,
        text: &str,
        types: &BTreeMap<String, Type>,
        depth: usize,
    ) -> Result<BTreeMap<String, Value>, CodecError> {
        let mut attributes = BTreeMap::new();
        for (name, raw) in parse::<Entries<'_>>(text)?.0 {
            let step = Step::Attribute(name.clone());
            let Some(ty) = types.get(&name) else {
                if self.strict {
                    return Err(CodecError::new("the type has no such attribute").inside(step));
                }
                self.left_out.push(Path::from(self.here.clone()).step(step));
                continue;
            };
            let attribute = self.inside(Some(step.clone()), raw, ty, depth)?;
            if attributes.insert(name, attribute).is_some() {
                return Err(CodecError::new("the attribute stands there twice").inside(step));
            }
        }
        for name in types.keys() {
            if !attributes.contains_key(name) {
                if self.strict {
                    return Err(CodecError::new("the attribute is missing")
                        .inside(Step::Attribute(name.clone())));
                }
                attributes.insert(name.clone(), Value::Null);
            }
        }
        Ok(attributes)
    }

    fn dynamic(&mut self, text: &str, depth: usize) -> Result<Value, CodecError> {
        let (mut ty, mut inner) = (None, None);
        for (name, raw) in parse::<Entries<'_>>(text)?.0 {
            let place = match name.as_str() {
                "type" => &mut ty,
                "value" => &mut inner,
                _ => {
                    return Err(CodecError::new(
                        "a value of an open type has a type and a value, nothing else",
                    ));
                }
            };
            if place.replace(raw).is_some() {
                return Err(CodecError::new(
                    "a value of an open type has one type and one value",
                ));
            }
        }
        let (Some(ty), Some(inner)) = (ty, inner) else {
            return Err(CodecError::new(
                "a value of an open type has a type and a value",
            ));
        };
        let ty = Type::from_json(ty.get().as_bytes())?;
        let inner = self.value(inner, &ty, depth)?;
        Ok(if ty == Type::Dynamic {
            inner
        } else {
            Value::Dynamic(Box::new(ty), Box::new(inner))
        })
    }
}

fn number(text: &str) -> Result<Value, CodecError> {
    text.parse()
        .map(Value::Number)
        .map_err(|_| CodecError::new("expected a number, found other text"))
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, CodecError> {
    serde_json::from_str(text).map_err(|error| malformed(&error))
}
