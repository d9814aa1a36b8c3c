//! `destination_bucket_policy`: what a bucket in another account must let a replication role do.

use replication::RoleArn;
use replication::policy::PolicyDocument;
use replication::role::destination_statement;
use tfplugin::{Function, FunctionError, Parameter, Signature, Type, Value};

use super::{bucket_arn, options, switch, text};

/// The function.
pub struct DestinationBucketPolicy;

impl Function for DestinationBucketPolicy {
    fn signature(&self) -> Signature {
        Signature::returns(Type::String)
            .summary("The bucket policy of a destination in another account")
            .describe(
                "The JSON of a bucket policy that lets a replication role of another account write replicas: for the team that owns the destination.\n\nOption, as an object: `owner_override` (the destination's account is to own the replicas).",
            )
            .parameter(Parameter::new("role_arn", Type::String).describe("The replication role."))
            .parameter(Parameter::new("destination", Type::String).describe("The destination bucket, by name or ARN."))
            .variadic(Parameter::new("options", Type::Dynamic).describe("Options, as one object."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let role: RoleArn =
            text(&arguments, 0)?
                .parse()
                .map_err(|error: replication::NameError| {
                    FunctionError::argument(0, error.to_string())
                })?;
        let bucket = bucket_arn(&arguments, 1)?;
        let options = options(&arguments, 2, &["owner_override"])?;
        let owner_override = switch(options.as_ref(), "owner_override", 2)?;
        let policy = PolicyDocument {
            statements: vec![destination_statement(
                "CrrReplicas".to_owned(),
                role.as_str(),
                &bucket,
                owner_override,
            )],
        };
        Ok(Value::from(policy.to_json()))
    }
}
