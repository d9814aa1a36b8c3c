//! From a Rust type to a value of a given type.

mod compound;

use serde::ser::{Error, Impossible, Serialize, Serializer};

use crate::number::{self, Number};
use crate::ty::Type;
use crate::value::{self, Refinement, Value};

use super::ConvertError;
use super::attr;
use super::verbatim::{from_json, to_json};

use compound::{Elements, Entries, Typed};

/// Writes one value of a type.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) ty: &'a Type,
}

impl Writer<'_> {
    fn mismatch<T>(self, found: &str) -> Result<T, ConvertError> {
        Err(ConvertError::new(format!(
            "expected {}, found {found}",
            self.ty.kind()
        )))
    }

    /// A primitive of that type, or the same where the type is open.
    fn primitive(self, ty: &Type, value: Value) -> Result<Value, ConvertError> {
        if self.ty == ty {
            Ok(value)
        } else if *self.ty == Type::Dynamic {
            Ok(Value::Dynamic(Box::new(ty.clone()), Box::new(value)))
        } else {
            self.mismatch(value.kind())
        }
    }

    fn number(self, number: Number) -> Result<Value, ConvertError> {
        self.primitive(&Type::Number, Value::Number(number))
    }
}

macro_rules! integers {
    ($($method:ident $integer:ty),* $(,)?) => {$(
        fn $method(self, integer: $integer) -> Result<Value, ConvertError> {
            self.number(integer.into())
        }
    )*};
}

impl<'a> Serializer for Writer<'a> {
    type Ok = Value;
    type Error = ConvertError;
    type SerializeSeq = Elements<'a>;
    type SerializeTuple = Elements<'a>;
    type SerializeTupleStruct = Elements<'a>;
    type SerializeTupleVariant = Typed;
    type SerializeMap = Entries<'a>;
    type SerializeStruct = Entries<'a>;
    type SerializeStructVariant = Impossible<Value, ConvertError>;

    fn serialize_bool(self, flag: bool) -> Result<Value, ConvertError> {
        self.primitive(&Type::Bool, Value::Bool(flag))
    }

    integers! {
        serialize_i8 i8,
        serialize_i16 i16,
        serialize_i32 i32,
        serialize_i64 i64,
        serialize_i128 i128,
        serialize_u8 u8,
        serialize_u16 u16,
        serialize_u32 u32,
        serialize_u64 u64,
        serialize_u128 u128,
    }

    fn serialize_f32(self, float: f32) -> Result<Value, ConvertError> {
        // Its own shortest decimal; as an f64 it would drag binary digits along.
        let number = format!("{float:e}")
            .parse()
            .map_err(|_| ConvertError::new("the number is not finite"))?;
        self.number(number)
    }

    fn serialize_f64(self, float: f64) -> Result<Value, ConvertError> {
        self.number(
            Number::from_f64(float).ok_or_else(|| ConvertError::new("the number is not finite"))?,
        )
    }

    fn serialize_char(self, character: char) -> Result<Value, ConvertError> {
        self.serialize_str(character.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<Value, ConvertError> {
        self.primitive(&Type::String, Value::String(text.to_owned()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Value, ConvertError> {
        self.mismatch("bytes")
    }

    fn serialize_none(self) -> Result<Value, ConvertError> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, ConvertError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, ConvertError> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<Value, ConvertError> {
        if name == attr::UNKNOWN_NAME {
            Ok(Value::unknown())
        } else {
            Ok(Value::Null)
        }
    }

    fn serialize_unit_variant(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value, ConvertError> {
        if name == value::SERDE_NAME {
            Ok(Value::Null)
        } else {
            self.serialize_str(variant)
        }
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        inner: &T,
    ) -> Result<Value, ConvertError> {
        if name == number::SERDE_NAME {
            self.number(from_json(to_json(inner)?)?)
        } else {
            inner.serialize(self)
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        inner: &T,
    ) -> Result<Value, ConvertError> {
        if name != value::SERDE_NAME {
            return self.mismatch("an enum with data, which has no form here");
        }
        match variant {
            "Unknown" => Ok(Value::Unknown(from_json::<Refinement>(to_json(inner)?)?)),
            _ => inner.serialize(self),
        }
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Elements<'a>, ConvertError> {
        match self.ty {
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => Ok(Elements::new(self.ty)),
            Type::Dynamic => Err(ConvertError::custom(
                "where the type is open, a list must be a Value that carries its type",
            )),
            _ => self.mismatch("a list"),
        }
    }

    fn serialize_tuple(self, length: usize) -> Result<Elements<'a>, ConvertError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        length: usize,
    ) -> Result<Elements<'a>, ConvertError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Typed, ConvertError> {
        if name != value::SERDE_NAME {
            return self.mismatch("an enum with data, which has no form here");
        }
        if *self.ty == Type::Dynamic {
            Ok(Typed::default())
        } else {
            self.mismatch("a value with its type")
        }
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'a>, ConvertError> {
        match self.ty {
            Type::Map(_) | Type::Object(_) => Ok(Entries::new(self.ty)),
            Type::Dynamic => Err(ConvertError::custom(
                "where the type is open, a map must be a Value that carries its type",
            )),
            _ => self.mismatch("an object"),
        }
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Entries<'a>, ConvertError> {
        self.serialize_map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, ConvertError> {
        self.mismatch("an enum with data, which has no form here")
    }
}
