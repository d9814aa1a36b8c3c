//! Writing what has parts.

use std::collections::BTreeMap;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant,
};

use crate::codec::index_step;
use crate::convert::ConvertError;
use crate::convert::verbatim::{from_json, to_json};
use crate::path::Step;
use crate::ty::Type;
use crate::value::Value;

use super::Writer;

/// A list, set or tuple in the making.
pub(in crate::convert) struct Elements<'a> {
    ty: &'a Type,
    elements: Vec<Value>,
}

impl<'a> Elements<'a> {
    pub(super) fn new(ty: &'a Type) -> Self {
        Self {
            ty,
            elements: Vec::new(),
        }
    }

    fn add<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<(), ConvertError> {
        let index = self.elements.len();
        let (ty, step) = match self.ty {
            Type::List(element) => (Some(&**element), Some(index_step(index))),
            Type::Tuple(elements) => (elements.get(index), Some(index_step(index))),
            Type::Set(element) => (Some(&**element), None),
            _ => (None, None),
        };
        let written = match ty {
            Some(ty) => element.serialize(Writer { ty }),
            None => Err(ConvertError::new(
                "there is no place for that many elements",
            )),
        };
        self.elements
            .push(written.map_err(|error| error.inside_some(step))?);
        Ok(())
    }

    fn finish(self) -> Result<Value, ConvertError> {
        match self.ty {
            Type::Set(_) => Ok(Value::set_of(self.elements)),
            Type::Tuple(types) if types.len() != self.elements.len() => {
                let (expected, found) = (types.len(), self.elements.len());
                Err(ConvertError::new(format!(
                    "expected {expected} elements, found {found}"
                )))
            }
            Type::Tuple(_) => Ok(Value::Tuple(self.elements)),
            _ => Ok(Value::List(self.elements)),
        }
    }
}

/// A map or an object in the making.
pub(in crate::convert) struct Entries<'a> {
    ty: &'a Type,
    written: BTreeMap<String, Value>,
    key: Option<String>,
}

impl<'a> Entries<'a> {
    pub(super) fn new(ty: &'a Type) -> Self {
        Self {
            ty,
            written: BTreeMap::new(),
            key: None,
        }
    }

    fn add<T: Serialize + ?Sized>(&mut self, key: String, entry: &T) -> Result<(), ConvertError> {
        let (ty, step) = match self.ty {
            Type::Map(element) => (Some(&**element), Step::Key(key.clone())),
            Type::Object(attributes) => (attributes.get(&key), Step::Attribute(key.clone())),
            _ => (None, Step::Attribute(key.clone())),
        };
        let written = match ty {
            Some(ty) => entry.serialize(Writer { ty }),
            None => Err(ConvertError::new("the type has no such attribute")),
        };
        self.written
            .insert(key, written.map_err(|error| error.inside(step))?);
        Ok(())
    }

    fn finish(mut self) -> Value {
        let Type::Object(attributes) = self.ty else {
            return Value::Map(self.written);
        };
        for name in attributes.keys() {
            if !self.written.contains_key(name) {
                self.written.insert(name.clone(), Value::Null);
            }
        }
        Value::Object(self.written)
    }
}

/// A value of an open type in the making: first its type, then itself.
#[derive(Default)]
pub(in crate::convert) struct Typed {
    ty: Option<Type>,
    inner: Option<Value>,
}

impl SerializeSeq for Elements<'_> {
    type Ok = Value;
    type Error = ConvertError;

    fn serialize_element<T: Serialize + ?Sized>(
        &mut self,
        element: &T,
    ) -> Result<(), ConvertError> {
        self.add(element)
    }

    fn end(self) -> Result<Value, ConvertError> {
        self.finish()
    }
}

impl SerializeTuple for Elements<'_> {
    type Ok = Value;
    type Error = ConvertError;

    fn serialize_element<T: Serialize + ?Sized>(
        &mut self,
        element: &T,
    ) -> Result<(), ConvertError> {
        self.add(element)
    }

    fn end(self) -> Result<Value, ConvertError> {
        self.finish()
    }
}

impl SerializeTupleStruct for Elements<'_> {
    type Ok = Value;
    type Error = ConvertError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, element: &T) -> Result<(), ConvertError> {
        self.add(element)
    }

    fn end(self) -> Result<Value, ConvertError> {
        self.finish()
    }
}

impl SerializeTupleVariant for Typed {
    type Ok = Value;
    type Error = ConvertError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, part: &T) -> Result<(), ConvertError> {
        match &self.ty {
            None => self.ty = Some(from_json(to_json(part)?)?),
            Some(ty) => self.inner = Some(part.serialize(Writer { ty })?),
        }
        Ok(())
    }

    fn end(self) -> Result<Value, ConvertError> {
        match (self.ty, self.inner) {
            (Some(ty), Some(inner)) => Ok(Value::Dynamic(Box::new(ty), Box::new(inner))),
            _ => Err(ConvertError::new(
                "a value of an open type has a type and a value",
            )),
        }
    }
}

impl SerializeMap for Entries<'_> {
    type Ok = Value;
    type Error = ConvertError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), ConvertError> {
        self.key = Some(match to_json(key)? {
            serde_json::Value::String(text) => text,
            serde_json::Value::Number(number) => number.to_string(),
            serde_json::Value::Bool(flag) => flag.to_string(),
            _ => return Err(ConvertError::new("a key must be text")),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, entry: &T) -> Result<(), ConvertError> {
        match self.key.take() {
            Some(key) => self.add(key, entry),
            None => Err(ConvertError::new("a key comes before its value")),
        }
    }

    fn end(self) -> Result<Value, ConvertError> {
        Ok(self.finish())
    }
}

impl SerializeStruct for Entries<'_> {
    type Ok = Value;
    type Error = ConvertError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        entry: &T,
    ) -> Result<(), ConvertError> {
        self.add(name.to_owned(), entry)
    }

    fn end(self) -> Result<Value, ConvertError> {
        Ok(self.finish())
    }
}
