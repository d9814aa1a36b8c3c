//! Functions: the policies that the provider would write, for those who must hand policies to another team.

use std::sync::Arc;

use tfplugin::{Function, FunctionError, Value};

mod destination_bucket_policy;
mod parse_pair_id;
mod replication_policy;
mod replication_trust_policy;

/// Every function by its name.
pub fn all() -> Vec<(&'static str, Arc<dyn Function>)> {
    vec![
        (
            "replication_policy",
            Arc::new(replication_policy::ReplicationPolicy),
        ),
        (
            "replication_trust_policy",
            Arc::new(replication_trust_policy::ReplicationTrustPolicy),
        ),
        (
            "destination_bucket_policy",
            Arc::new(destination_bucket_policy::DestinationBucketPolicy),
        ),
        ("parse_pair_id", Arc::new(parse_pair_id::ParsePairId)),
    ]
}

/// The text of an argument.
fn text(arguments: &[Value], index: usize) -> Result<&str, FunctionError> {
    arguments
        .get(index)
        .and_then(Value::as_str)
        .ok_or_else(|| FunctionError::argument(index, "A text is needed."))
}

/// A bucket, by name (of the partition `aws`) or by ARN.
fn bucket_arn(arguments: &[Value], index: usize) -> Result<String, FunctionError> {
    let text = text(arguments, index)?;
    let wrong = |error: replication::NameError| FunctionError::argument(index, error.to_string());
    if text.starts_with("arn:") {
        return match replication::arn::bucket_of_arn(text) {
            Some(_) => Ok(text.to_owned()),
            None => Err(FunctionError::argument(
                index,
                format!("\"{text}\" is no ARN of a bucket."),
            )),
        };
    }
    let bucket: replication::BucketName = text.parse().map_err(wrong)?;
    let partition: replication::Partition = "aws".parse().map_err(wrong)?;
    Ok(replication::bucket_arn(&partition, &bucket))
}

/// The options that follow the required arguments, as an object; none where there are none.
fn options(
    arguments: &[Value],
    index: usize,
    known: &[&str],
) -> Result<Option<Value>, FunctionError> {
    let mut given = arguments.get(index..).unwrap_or_default().iter();
    let Some(options) = given.next() else {
        return Ok(None);
    };
    if given.next().is_some() {
        return Err(FunctionError::argument(
            index + 1,
            "There is one object of options only.",
        ));
    }
    let options = match options {
        Value::Dynamic(_, value) => value.as_ref(),
        other => other,
    };
    let (Value::Object(map) | Value::Map(map)) = options else {
        return Err(FunctionError::argument(
            index,
            "The options are an object, such as { object_lock = true }.",
        ));
    };
    if let Some(unknown) = map.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(FunctionError::argument(
            index,
            format!(
                "There is no option \"{unknown}\". There are: {}.",
                known.join(", ")
            ),
        ));
    }
    Ok(Some(options.clone()))
}

/// A switch among the options.
fn switch(options: Option<&Value>, name: &str, index: usize) -> Result<bool, FunctionError> {
    match options.and_then(|options| options.get(name)) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(on)) => Ok(*on),
        Some(_) => Err(FunctionError::argument(
            index,
            format!("Option \"{name}\" is true or false."),
        )),
    }
}

#[cfg(test)]
mod tests;
