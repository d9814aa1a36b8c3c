//! Writing JSON.

use crate::codec::{CodecError, attributes_of, index_step};
use crate::path::Step;
use crate::ty::Type;
use crate::value::Value;

pub(super) fn value(out: &mut String, value: &Value, ty: &Type) -> Result<(), CodecError> {
    match (ty, value) {
        (_, Value::Null) => {
            out.push_str("null");
            Ok(())
        }
        (_, Value::Unknown(_)) => Err(CodecError::new("an unknown value has no form in JSON")),
        (Type::Bool, Value::Bool(flag)) => {
            out.push_str(if *flag { "true" } else { "false" });
            Ok(())
        }
        (Type::Number, Value::Number(number)) => {
            out.push_str(&number.to_string());
            Ok(())
        }
        (Type::String, Value::String(text)) => string(out, text),
        (Type::Dynamic, Value::Dynamic(ty, inner)) => dynamic(out, ty, inner),
        (Type::List(element), Value::List(elements)) => array(
            out,
            elements.iter().map(|value| (value, &**element)),
            |index| Some(index_step(index)),
        ),
        (Type::Set(element), Value::Set(elements)) => array(
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
            array(out, elements.iter().zip(types), |index| {
                Some(index_step(index))
            })
        }
        (Type::Map(element), Value::Map(elements)) => {
            let entries = elements
                .iter()
                .map(|(key, value)| (key.as_str(), &**element, value));
            object(out, entries, |key| Step::Key(key.to_owned()))
        }
        (Type::Object(types), Value::Object(attributes)) => {
            object(out, attributes_of(types, attributes)?.into_iter(), |name| {
                Step::Attribute(name.to_owned())
            })
        }
        _ => Err(CodecError::mismatch(ty, value.kind())),
    }
}

fn string(out: &mut String, text: &str) -> Result<(), CodecError> {
    let quoted = serde_json::to_string(text).map_err(|error| CodecError::new(error.to_string()))?;
    out.push_str(&quoted);
    Ok(())
}

fn dynamic(out: &mut String, ty: &Type, inner: &Value) -> Result<(), CodecError> {
    if *ty == Type::Dynamic {
        return value(out, inner, ty);
    }
    out.push_str("{\"value\":");
    value(out, inner, ty)?;
    out.push_str(",\"type\":");
    out.push_str(&String::from_utf8_lossy(&ty.to_json()));
    out.push('}');
    Ok(())
}

fn array<'a>(
    out: &mut String,
    elements: impl Iterator<Item = (&'a Value, &'a Type)>,
    step: impl Fn(usize) -> Option<Step>,
) -> Result<(), CodecError> {
    out.push('[');
    for (index, (element, ty)) in elements.enumerate() {
        if index > 0 {
            out.push(',');
        }
        value(out, element, ty).map_err(|error| error.inside_some(step(index)))?;
    }
    out.push(']');
    Ok(())
}

fn object<'a>(
    out: &mut String,
    entries: impl Iterator<Item = (&'a str, &'a Type, &'a Value)>,
    step: impl Fn(&str) -> Step,
) -> Result<(), CodecError> {
    out.push('{');
    for (index, (key, ty, entry)) in entries.enumerate() {
        if index > 0 {
            out.push(',');
        }
        string(out, key)?;
        out.push(':');
        value(out, entry, ty).map_err(|error| error.inside(step(key)))?;
    }
    out.push('}');
    Ok(())
}
