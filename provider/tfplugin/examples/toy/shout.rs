//! The function `shout`.

use tfplugin::{Function, FunctionError, Parameter, Signature, Type, Value};

pub struct Shout;

impl Function for Shout {
    fn signature(&self) -> Signature {
        Signature::returns(Type::String)
            .summary("Says it loud")
            .describe("Joins words and makes them capital letters.")
            .parameter(Parameter::new("word", Type::String).describe("The first word."))
            .variadic(Parameter::new("more", Type::String).describe("More words."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut words = Vec::new();
        for (index, argument) in arguments.iter().enumerate() {
            match argument.as_str() {
                Some("panic") => panic!("too loud"),
                Some("") => {
                    return Err(FunctionError::argument(index, "silence cannot be shouted"));
                }
                Some(word) => words.push(word.to_uppercase()),
                None => return Err(FunctionError::new("only words can be shouted")),
            }
        }
        Ok(Value::from(words.join(" ")))
    }
}
