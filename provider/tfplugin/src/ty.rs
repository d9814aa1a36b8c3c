//! Types of values: what Terraform calls a type constraint, and its JSON form.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use crate::codec::CodecError;

#[cfg(test)]
mod tests;

/// The type of a value, as the schema states it and the codecs need it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Type {
    /// True or false.
    Bool,
    /// A number of any size and precision.
    Number,
    /// Unicode text.
    String,
    /// Any type; the value carries its own.
    Dynamic,
    /// Elements of one type, in order.
    List(Box<Type>),
    /// Elements of one type, each once, in no order.
    Set(Box<Type>),
    /// Values of one type by a key.
    Map(Box<Type>),
    /// A fixed number of elements, each of its own type.
    Tuple(Vec<Type>),
    /// Named attributes, each of its own type.
    Object(BTreeMap<String, Type>),
}

impl Type {
    /// A list of `element`.
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    /// A set of `element`.
    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    /// A map of `element`.
    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    /// An object with these attributes.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, ty)| (name.into(), ty))
                .collect(),
        )
    }

    /// What it is, in a word, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Dynamic => "a value with its type",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
        }
    }

    /// Whether it, or anything in it, is left open.
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Tuple(elements) => elements.iter().any(Self::has_dynamic),
            Self::Object(attributes) => attributes.values().any(Self::has_dynamic),
        }
    }

    /// The type as the protocol writes it: `"string"`, `["list","string"]`, `["object",{"a":"bool"}]`.
    pub fn to_json(&self) -> Vec<u8> {
        self.to_json_value().to_string().into_bytes()
    }

    fn to_json_value(&self) -> Json {
        match self {
            Self::Bool => json!("bool"),
            Self::Number => json!("number"),
            Self::String => json!("string"),
            Self::Dynamic => json!("dynamic"),
            Self::List(element) => json!(["list", element.to_json_value()]),
            Self::Set(element) => json!(["set", element.to_json_value()]),
            Self::Map(element) => json!(["map", element.to_json_value()]),
            Self::Tuple(elements) => {
                json!([
                    "tuple",
                    elements.iter().map(Self::to_json_value).collect::<Vec<_>>()
                ])
            }
            Self::Object(attributes) => {
                let attributes = attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.to_json_value()));
                json!(["object", Json::Object(attributes.collect())])
            }
        }
    }

    /// Reads a type as the protocol writes it.
    ///
    /// # Errors
    /// When it is not JSON or not a type. Optional attributes belong to a variable's type constraint and never to a value's type,
    /// so they are refused as well.
    pub fn from_json(json: &[u8]) -> Result<Self, CodecError> {
        // The parser bounds the depth, and with it the depth of the type.
        let parsed: Json = serde_json::from_slice(json)
            .map_err(|error| CodecError::new(format!("the type is not JSON: {error}")))?;
        Self::from_json_value(&parsed)
    }

    fn from_json_value(json: &Json) -> Result<Self, CodecError> {
        match json {
            Json::String(name) => match name.as_str() {
                "bool" => Ok(Self::Bool),
                "number" => Ok(Self::Number),
                "string" => Ok(Self::String),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(CodecError::new(format!("there is no type {name:?}"))),
            },
            Json::Array(parts) => match parts.as_slice() {
                [Json::String(kind), argument] => Self::from_kind(kind, argument),
                [Json::String(kind), _, _] if kind == "object" => Err(CodecError::new(
                    "a value's type cannot have optional attributes",
                )),
                _ => Err(CodecError::new(
                    "a compound type is a pair of its kind and its argument",
                )),
            },
            _ => Err(CodecError::new("a type is a string or an array")),
        }
    }

    fn from_kind(kind: &str, argument: &Json) -> Result<Self, CodecError> {
        match (kind, argument) {
            ("list", element) => Ok(Self::list(Self::from_json_value(element)?)),
            ("set", element) => Ok(Self::set(Self::from_json_value(element)?)),
            ("map", element) => Ok(Self::map(Self::from_json_value(element)?)),
            ("tuple", Json::Array(elements)) => Ok(Self::Tuple(
                elements
                    .iter()
                    .map(Self::from_json_value)
                    .collect::<Result<_, _>>()?,
            )),
            ("object", Json::Object(attributes)) => {
                let attributes = attributes
                    .iter()
                    .map(|(name, ty)| Ok((name.clone(), Self::from_json_value(ty)?)));
                Ok(Self::Object(attributes.collect::<Result<_, CodecError>>()?))
            }
            _ => Err(CodecError::new(format!(
                "there is no compound type {kind:?} of that form"
            ))),
        }
    }
}
