//! `parse_pair_id`: the parts of a pair's name.

use replication::PairId;
use tfplugin::{Function, FunctionError, Parameter, Signature, Type, Value};

use super::text;

const PARTS: [&str; 4] = [
    "source_site",
    "source_bucket",
    "destination_site",
    "destination_bucket",
];

/// The function.
pub struct ParsePairId;

impl Function for ParsePairId {
    fn signature(&self) -> Signature {
        Signature::returns(Type::Object(PARTS.iter().map(|part| ((*part).to_owned(), Type::String)).collect()))
            .summary("The parts of a pair's id")
            .describe("Takes `SITE:BUCKET->SITE:BUCKET` apart: an object with `source_site`, `source_bucket`, `destination_site` and `destination_bucket`.")
            .parameter(Parameter::new("id", Type::String).describe("The id of a pair, such as `crr_pair.orders.id`."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let id: PairId =
            text(&arguments, 0)?
                .parse()
                .map_err(|error: replication::NameError| {
                    FunctionError::argument(0, error.to_string())
                })?;
        Ok(crate::pair::identity_value(&id))
    }
}
