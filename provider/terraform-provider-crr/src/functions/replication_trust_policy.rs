//! `replication_trust_policy`: who may assume a replication role.

use replication::AccountId;
use replication::role::trust_policy;
use tfplugin::{Function, FunctionError, Parameter, Signature, Type, Value};

use super::{bucket_arn, text};

/// The function.
pub struct ReplicationTrustPolicy;

impl Function for ReplicationTrustPolicy {
    fn signature(&self) -> Signature {
        Signature::returns(Type::String)
            .summary("The trust policy of a replication role")
            .describe(
                "The JSON of a trust policy that lets S3 assume a replication role, on behalf of these buckets of this account and of no others: the guard against a confused deputy.",
            )
            .parameter(Parameter::new("account_id", Type::String).describe("The account of the role and the source buckets."))
            .parameter(Parameter::new("source", Type::String).describe("The source bucket, by name or ARN."))
            .variadic(Parameter::new("sources", Type::String).describe("Further source buckets."))
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let account: AccountId =
            text(&arguments, 0)?
                .parse()
                .map_err(|error: replication::NameError| {
                    FunctionError::argument(0, error.to_string())
                })?;
        let sources = (1..arguments.len())
            .map(|index| bucket_arn(&arguments, index))
            .collect::<Result<Vec<String>, _>>()?;
        Ok(Value::from(trust_policy(&account, &sources).to_json()))
    }
}
