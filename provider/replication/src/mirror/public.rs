//! What of a source's settings would open a destination to everybody.
//!
//! A public bucket is often one by mistake, and a copy that nobody looks at is the worse place for it. So unless the user says
//! otherwise a mirror only ever closes: what would open the destination is withheld, and told.

use serde_json::Value;

use crate::bucket::PublicAccessBlock;
use crate::policy::evaluate::statements;

/// The condition keys by which S3 takes a statement for everybody as one for somebody, where their values are fixed. Source:
/// "The meaning of public" in the S3 user guide.
const NARROWING: [&str; 16] = [
    "aws:sourceip",
    "aws:sourcearn",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourceowner",
    "aws:sourceaccount",
    "aws:userid",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// The operators that hold a key to values.
const HOLDING: [&str; 6] = [
    "stringequals",
    "stringequalsignorecase",
    "stringlike",
    "arnequals",
    "arnlike",
    "ipaddress",
];

impl PublicAccessBlock {
    /// What both of them block.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            block_public_acls: self.block_public_acls || other.block_public_acls,
            ignore_public_acls: self.ignore_public_acls || other.ignore_public_acls,
            block_public_policy: self.block_public_policy || other.block_public_policy,
            restrict_public_buckets: self.restrict_public_buckets || other.restrict_public_buckets,
        }
    }

    /// That of a bucket that has none.
    pub const NOTHING: Self = Self {
        block_public_acls: false,
        ignore_public_acls: false,
        block_public_policy: false,
        restrict_public_buckets: false,
    };
}

/// Whether a bucket's policy lets everybody in. The block can cut that off for all but its own account.
pub(crate) fn lets_everybody_in(policy: &str, block: Option<&PublicAccessBlock>) -> bool {
    if block.is_some_and(|block| block.restrict_public_buckets) {
        return false;
    }
    statements(policy).iter().any(is_public)
}

/// Whether a statement allows something to everybody. In doubt it does.
pub(super) fn is_public(statement: &Value) -> bool {
    let allows = statement
        .get("Effect")
        .and_then(Value::as_str)
        .is_none_or(|effect| !effect.eq_ignore_ascii_case("Deny"));
    // Allowed to all but some is allowed to all.
    let everybody = statement.get("NotPrincipal").is_some()
        || statement.get("Principal").is_some_and(names_everybody);
    allows && everybody && !statement.get("Condition").is_some_and(narrows)
}

fn names_everybody(principal: &Value) -> bool {
    match principal {
        Value::String(name) => name == "*",
        Value::Array(names) => names.iter().any(names_everybody),
        Value::Object(kinds) => kinds.values().any(names_everybody),
        _ => false,
    }
}

/// Whether a condition holds what everybody may do to somebody: all conditions must be met, so one is enough.
fn narrows(condition: &Value) -> bool {
    let Value::Object(operators) = condition else {
        return false;
    };
    operators.iter().any(|(operator, keys)| {
        let Value::Object(keys) = keys else {
            return false;
        };
        HOLDING.contains(&operator.to_ascii_lowercase().as_str())
            && keys.iter().any(|(key, values)| {
                let key = key.to_ascii_lowercase();
                NARROWING.contains(&key.as_str()) && all_fixed(&key, values)
            })
    })
}

fn all_fixed(key: &str, values: &Value) -> bool {
    match values {
        Value::String(text) if key == "aws:sourceip" => is_narrow(text),
        Value::String(text) => !text.contains(['*', '?', '$']),
        Value::Array(all) => !all.is_empty() && all.iter().all(|one| all_fixed(key, one)),
        _ => false,
    }
}

/// Whether a range of addresses is less than what S3 calls public: wider than /8, or /32 of IPv6.
fn is_narrow(range: &str) -> bool {
    let Some((address, bits)) = range.split_once('/') else {
        return range.parse::<std::net::IpAddr>().is_ok();
    };
    let least = if address.contains(':') { 32 } else { 8 };
    address.parse::<std::net::IpAddr>().is_ok()
        && bits.parse::<u8>().is_ok_and(|bits| bits >= least)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_for_everybody() {
        let vpce = json!({ "StringEquals": { "aws:SourceVpce": ["vpce-1", "vpce-2"] } });
        for (statement, public) in [
            (json!({ "Effect": "Allow", "Principal": "*" }), true),
            (
                json!({ "Effect": "Allow", "Principal": { "AWS": ["x", "*"] } }),
                true,
            ),
            (
                json!({ "Effect": "Allow", "NotPrincipal": { "AWS": "x" } }),
                true,
            ),
            (json!({ "Effect": "Deny", "Principal": "*" }), false),
            (
                json!({ "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::1:root" } }),
                false,
            ),
            (
                json!({ "Effect": "Allow", "Principal": { "Service": "logging.s3.amazonaws.com" } }),
                false,
            ),
            (
                json!({ "Effect": "Allow", "Principal": "*", "Condition": vpce }),
                false,
            ),
            (
                json!({ "Effect": "Allow", "Principal": "*", "Condition": { "Bool": { "aws:SecureTransport": "true" } } }),
                true,
            ),
            (
                json!({ "Effect": "Allow", "Principal": "*", "Condition": { "StringNotEquals": { "aws:SourceVpce": "vpce-1" } } }),
                true,
            ),
            (
                json!({ "Effect": "Allow", "Principal": "*", "Condition": { "StringLike": { "aws:PrincipalArn": "arn:aws:iam::*" } } }),
                true,
            ),
            (
                json!({ "Effect": "Allow", "Principal": "*", "Condition": { "IpAddress": { "aws:SourceIp": ["192.0.2.0/24", "10.1.2.3"] } } }),
                false,
            ),
            (
                json!({ "Effect": "Allow", "Principal": "*", "Condition": { "IpAddress": { "aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/0"] } } }),
                true,
            ),
            (
                json!({ "Effect": "Allow", "Principal": "*", "Condition": { "StringEqualsIfExists": { "aws:PrincipalOrgID": "o-1" } } }),
                true,
            ),
        ] {
            assert_eq!(is_public(&statement), public, "{statement}");
        }
    }
}
