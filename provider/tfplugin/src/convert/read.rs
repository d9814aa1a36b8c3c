//! From a value to a Rust type.

use std::collections::BTreeMap;
use std::collections::btree_map;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::codec::index_step;
use crate::number::{self, Number};
use crate::path::Step;
use crate::value::{self, Value};

use super::ConvertError;
use super::attr;
use super::verbatim::Verbatim;

/// One value on its way into a Rust type.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a Value);

impl<'a> Reader<'a> {
    /// The value itself, where it is known and not null.
    fn known(self) -> Result<&'a Value, ConvertError> {
        match self.0 {
            Value::Null => Err(ConvertError::new("it must be set")),
            Value::Unknown(_) => Err(ConvertError::new("it is not known yet")),
            Value::Dynamic(_, inner) => Reader(inner).known(),
            value => Ok(value),
        }
    }

    fn mismatch(expected: &str, found: &Value) -> ConvertError {
        ConvertError::new(format!("expected {expected}, found {}", found.kind()))
    }

    fn number(self) -> Result<&'a Number, ConvertError> {
        match self.known()? {
            Value::Number(number) => Ok(number),
            other => Err(Self::mismatch("a number", other)),
        }
    }

    fn text(self) -> Result<&'a str, ConvertError> {
        match self.known()? {
            Value::String(text) => Ok(text),
            other => Err(Self::mismatch("a string", other)),
        }
    }

    fn float(self) -> Result<f64, ConvertError> {
        let float = self.number()?.to_f64();
        if float.is_finite() {
            Ok(float)
        } else {
            Err(ConvertError::new("the number is too large"))
        }
    }

    fn elements<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        let (elements, in_order) = match self.known()? {
            Value::List(elements) | Value::Tuple(elements) => (elements, true),
            Value::Set(elements) => (elements, false),
            other => return Err(Self::mismatch("a list or a set", other)),
        };
        let mut access = Elements {
            rest: elements.iter().enumerate(),
            in_order,
        };
        let read = visitor.visit_seq(&mut access)?;
        match access.rest.len() {
            0 => Ok(read),
            more => Err(ConvertError::new(format!(
                "there are {more} elements too many"
            ))),
        }
    }

    fn entries<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        match self.known()? {
            Value::Object(attributes) => {
                visitor.visit_map(Entries::new(attributes, Step::Attribute))
            }
            Value::Map(elements) => visitor.visit_map(Entries::new(elements, Step::Key)),
            other => Err(Self::mismatch("an object or a map", other)),
        }
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $integer:ty),* $(,)?) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
            let integer = self.number()?.as_i128().and_then(|integer| <$integer>::try_from(integer).ok());
            let range = || ConvertError::new(format!("expected an integer from {} to {}", <$integer>::MIN, <$integer>::MAX));
            visitor.$visit(integer.ok_or_else(range)?)
        }
    )*};
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = ConvertError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Unknown(_) => Err(ConvertError::new("it is not known yet")),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(integer), _) => visitor.visit_u64(integer),
                (None, Some(integer)) => visitor.visit_i64(integer),
                (None, None) => visitor.visit_f64(self.float()?),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::List(_) | Value::Set(_) | Value::Tuple(_) => self.elements(visitor),
            Value::Map(_) | Value::Object(_) => self.entries(visitor),
            Value::Dynamic(_, inner) => Reader(inner).deserialize_any(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        match self.known()? {
            Value::Bool(flag) => visitor.visit_bool(*flag),
            other => Err(Self::mismatch("a boolean", other)),
        }
    }

    integers! {
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128,
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        visitor.visit_f64(self.float()?)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        visitor.visit_borrowed_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, _: V) -> Result<V::Value, ConvertError> {
        Err(ConvertError::new(
            "Terraform has no bytes; a list or a string would do",
        ))
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        if self.0.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        if self.0.is_null() {
            visitor.visit_unit()
        } else {
            Err(Self::mismatch("null", self.0))
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ConvertError> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ConvertError> {
        match name {
            attr::SERDE_NAME if self.0.is_null() => visitor.visit_none(),
            attr::SERDE_NAME if self.0.is_unknown() => visitor.visit_unit(),
            number::SERDE_NAME => visitor.visit_newtype_struct(
                IntoDeserializer::<ConvertError>::into_deserializer(self.number()?.to_string()),
            ),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        self.elements(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ConvertError> {
        self.elements(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ConvertError> {
        self.elements(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        self.entries(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ConvertError> {
        self.entries(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ConvertError> {
        if name == value::SERDE_NAME {
            return visitor.visit_enum(Verbatim(self.0));
        }
        let variant: StrDeserializer<'_, ConvertError> = self.text()?.into_deserializer();
        visitor.visit_enum(variant)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(
        self,
        visitor: V,
    ) -> Result<V::Value, ConvertError> {
        visitor.visit_unit()
    }
}

/// The elements of a list, tuple or set.
struct Elements<'a> {
    rest: std::iter::Enumerate<std::slice::Iter<'a, Value>>,
    in_order: bool,
}

impl<'de> SeqAccess<'de> for &mut Elements<'de> {
    type Error = ConvertError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, ConvertError> {
        let Some((index, element)) = self.rest.next() else {
            return Ok(None);
        };
        let step = self.in_order.then(|| index_step(index));
        seed.deserialize(Reader(element))
            .map(Some)
            .map_err(|error| error.inside_some(step))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The attributes of an object or the elements of a map.
struct Entries<'a> {
    rest: btree_map::Iter<'a, String, Value>,
    current: Option<(&'a String, &'a Value)>,
    step: fn(String) -> Step,
}

impl<'a> Entries<'a> {
    fn new(entries: &'a BTreeMap<String, Value>, step: fn(String) -> Step) -> Self {
        Self {
            rest: entries.iter(),
            current: None,
            step,
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = ConvertError;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, ConvertError> {
        self.current = self.rest.next();
        let Some((key, _)) = self.current else {
            return Ok(None);
        };
        seed.deserialize(Key(key))
            .map(Some)
            .map_err(|error| error.inside((self.step)(key.clone())))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<S::Value, ConvertError> {
        let (key, value) = self
            .current
            .take()
            .ok_or_else(|| ConvertError::new("a key comes before its value"))?;
        seed.deserialize(Reader(value))
            .map_err(|error| error.inside((self.step)(key.clone())))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A key on its way into a Rust type, which may wrap it.
struct Key<'a>(&'a str);

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = ConvertError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ConvertError> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ConvertError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ConvertError> {
        let variant: StrDeserializer<'_, ConvertError> = self.0.into_deserializer();
        visitor.visit_enum(variant)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        seq tuple tuple_struct map struct identifier ignored_any
    }
}
