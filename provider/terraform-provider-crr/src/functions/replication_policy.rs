//! `replication_policy`: what a replication role must be allowed.

use replication::KeyArn;
use replication::role::{KeyUse, Permissions};
use tfplugin::{Function, FunctionError, Parameter, Signature, Type, Value};

use super::{bucket_arn, options, switch};

const OPTIONS: [&str; 4] = [
    "source_kms_key_arn",
    "destination_kms_key_arn",
    "owner_override",
    "object_lock",
];

/// The function.
pub struct ReplicationPolicy;

impl Function for ReplicationPolicy {
    fn signature(&self) -> Signature {
        Signature::returns(Type::String)
            .summary("The policy that a replication role needs")
            .describe(
                "The JSON of the least permissions that S3 replication needs from one bucket to another: what `crr_pair` writes on a role of its own.\n\nOptions, as one object: `source_kms_key_arn`, `destination_kms_key_arn` (the keys of each side), `owner_override` (the destination's account is to own the replicas), `object_lock` (the source has Object Lock).",
            )
            .parameter(Parameter::new("source", Type::String).describe("The source bucket, by name or ARN."))
            .parameter(Parameter::new("destination", Type::String).describe("The destination bucket, by name or ARN."))
            .variadic(Parameter::new("options", Type::Dynamic).describe("Options, as one object."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let source = bucket_arn(&arguments, 0)?;
        let destination = bucket_arn(&arguments, 1)?;
        let options = options(&arguments, 2, &OPTIONS)?;
        let options = options.as_ref();
        let partition = source.split(':').nth(1).unwrap_or("aws");
        if destination.split(':').nth(1) != Some(partition) {
            return Err(FunctionError::argument(
                1,
                "S3 replicates within one partition only.",
            ));
        }
        let policy = Permissions {
            partition: partition.parse().map_err(|error: replication::NameError| {
                FunctionError::argument(0, error.to_string())
            })?,
            object_lock: switch(options, "object_lock", 2)?,
            owner_override: switch(options, "owner_override", 2)?,
            decrypt: key(options, "source_kms_key_arn")?,
            encrypt: key(options, "destination_kms_key_arn")?,
            sources: vec![source],
            destinations: vec![destination],
        };
        Ok(Value::from(policy.role_policy().to_json()))
    }
}

fn key(options: Option<&Value>, name: &str) -> Result<Vec<KeyUse>, FunctionError> {
    let text = match options.and_then(|options| options.get(name)) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(value) => value
            .as_str()
            .ok_or_else(|| FunctionError::argument(2, format!("Option \"{name}\" is a text.")))?,
    };
    let wrong = |error: replication::NameError| {
        FunctionError::argument(2, format!("Option \"{name}\": {error}"))
    };
    let key: KeyArn = text.parse().map_err(wrong)?;
    // A key is used through S3 of its own region only.
    let region = key.region().parse().map_err(wrong)?;
    Ok(vec![KeyUse { key, region }])
}
