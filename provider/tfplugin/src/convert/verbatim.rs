//! A [`Value`] inside a Rust type: passed through as it is, with all its unknowns and types.

use serde::Serialize;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, SeqAccess, VariantAccess,
    Visitor,
};

use crate::ty::Type;
use crate::value::Value;

use super::ConvertError;
use super::read::Reader;

/// What is no value itself (a type, a refinement) crosses serde as JSON.
pub(super) fn to_json<T: Serialize + ?Sized>(data: &T) -> Result<serde_json::Value, ConvertError> {
    serde_json::to_value(data).map_err(|error| ConvertError::new(error.to_string()))
}

pub(super) fn from_json<T: DeserializeOwned>(json: serde_json::Value) -> Result<T, ConvertError> {
    serde_json::from_value(json).map_err(|error| ConvertError::new(error.to_string()))
}

/// A value that shows itself as the enum it is.
pub(super) struct Verbatim<'a>(pub(super) &'a Value);

impl<'de> EnumAccess<'de> for Verbatim<'de> {
    type Error = ConvertError;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self), ConvertError> {
        let variant: StrDeserializer<'_, ConvertError> = match self.0 {
            Value::Null => "Null",
            Value::Unknown(_) => "Unknown",
            Value::Bool(_) => "Bool",
            Value::Number(_) => "Number",
            Value::String(_) => "String",
            Value::List(_) => "List",
            Value::Set(_) => "Set",
            Value::Map(_) => "Map",
            Value::Tuple(_) => "Tuple",
            Value::Object(_) => "Object",
            Value::Dynamic(..) => "Dynamic",
        }
        .into_deserializer();
        Ok((seed.deserialize(variant)?, self))
    }
}

impl<'de> VariantAccess<'de> for Verbatim<'de> {
    type Error = ConvertError;

    fn unit_variant(self) -> Result<(), ConvertError> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<S::Value, ConvertError> {
        match self.0 {
            Value::Unknown(refinement) => seed
                .deserialize(to_json(refinement)?)
                .map_err(|error| ConvertError::new(error.to_string())),
            value => seed.deserialize(Reader(value)),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, ConvertError> {
        match self.0 {
            Value::Dynamic(ty, inner) => visitor.visit_seq(Typed {
                ty: Some(ty),
                inner: Some(inner),
            }),
            _ => Err(ConvertError::new("only a value of an open type is a pair")),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, ConvertError> {
        Err(ConvertError::new("no value has named parts of that kind"))
    }
}

/// The type of a value of an open type, then the value.
struct Typed<'a> {
    ty: Option<&'a Type>,
    inner: Option<&'a Value>,
}

impl<'de> SeqAccess<'de> for Typed<'de> {
    type Error = ConvertError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, ConvertError> {
        if let Some(ty) = self.ty.take() {
            let json = to_json(ty)?;
            return seed
                .deserialize(json)
                .map(Some)
                .map_err(|error| ConvertError::new(error.to_string()));
        }
        match self.inner.take() {
            Some(inner) => seed.deserialize(Reader(inner)).map(Some),
            None => Ok(None),
        }
    }
}
