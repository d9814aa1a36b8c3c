//! The schema of `crr_site`.

use replication::{KeyArn, SiteName};
use tfplugin::{Attribute, Diagnostics, Nested, Path, Schema, Type, Value};

use crate::facets;
use crate::validators::{parses_as, policy_arn};

/// The schema of the resource.
pub fn schema() -> Schema {
    Schema::new(0)
        .describe(
            "One of the provider's sites, proven to answer: STS says who we are there, S3 that it can be reached. Refer to `name` in pairs, so that a site is proven before anything is made there.\n\nA site whose credentials suddenly belong to another account is an error, never a silent move. An account has one site of a name: the role of site NAME is `crr-site-NAME`, so two configurations of one account that both have a `replication_role` for a site NAME would share it, and write over each other. Give their sites different names, or the role a `name`. Destroying the resource touches nothing but the `replication_role` that it made.",
        )
        .attribute(
            "name",
            Attribute::string()
                .required()
                .requires_replace()
                .validate(parses_as::<SiteName>("Not a site name"))
                .describe("The site's name in the provider block's `sites`."),
        )
        .attribute(
            "replication_role",
            Attribute::single(role()).optional().describe(
                "One replication role for the whole site, for fleets: IAM gives an account 1,000 roles by default, and a role's inline policies 10,240 characters. Pairs use it with `role = \"site\"`. Made, updated in place, watched for drift, and removed on destroy only if it is ours. A role has one `crr_site`: two of one configuration are an error of the plan, and where another configuration wrote the role, a warning says so. Others take it by `replication_role_arn`.",
            ),
        )
        .attribute("account_id", computed("The account of the site's credentials."))
        .attribute("partition", computed("The partition of that account: `aws`, `aws-cn`, `aws-us-gov`."))
        .attribute("region", computed("The region that the site speaks to."))
        .attribute("caller_arn", computed("Whose credentials they are, as STS says."))
        .attribute(
            "endpoints",
            Attribute::map(Type::String)
                .computed()
                .use_state_for_unknown()
                .describe("The endpoints that the provider block gives for the site, by service. For all others the AWS SDK's own."),
        )
        .attribute(
            "replication_role_arn",
            Attribute::string().computed().describe("The ARN of the site's replication role, where it has one."),
        )
        .attribute(
            "facets",
            facets::attribute("Every part of the replication role as it is: trust, policy, tags, boundary. `roles_left` names roles of ours that could not be removed yet; the next apply tries again."),
        )
}

fn computed(description: &str) -> Attribute {
    Attribute::string()
        .computed()
        .use_state_for_unknown()
        .describe(description)
}

/// Bucket names, of which any part may be `*` or `?`.
fn pattern(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let Value::Set(patterns) = value else { return };
    if patterns.is_empty() {
        diagnostics.error_at(
            path.clone(),
            "No patterns",
            "Name at least one bucket or pattern, such as \"orders-*\".",
        );
    }
    for text in patterns.iter().filter_map(Value::as_str) {
        let allowed = |c: char| {
            c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '*' | '?')
        };
        if text.is_empty() || text.len() > 63 || !text.chars().all(allowed) {
            diagnostics.error_at(
                path.clone(),
                "Not a bucket name pattern",
                format!(
                    "\"{text}\": use lower-case letters, digits, '.', '-', and '*' or '?' for any."
                ),
            );
        }
    }
}

fn keys(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let Value::Set(keys) = value else { return };
    for key in keys {
        parses_as::<KeyArn>("Not a KMS key ARN")(key, path, diagnostics);
    }
}

fn role_name(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if let Some(name) = value.as_str()
        && (name.is_empty() || name.len() > 64 || !name.chars().all(allowed))
    {
        diagnostics.error_at(
            path.clone(),
            "Not a role name",
            format!("\"{name}\": IAM takes 1 to 64 letters, digits and _+=,.@-"),
        );
    }
}

fn role_path(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    if let Some(text) = value.as_str()
        && !(text.starts_with('/') && text.ends_with('/') && text.len() <= 512)
    {
        diagnostics.error_at(
            path.clone(),
            "Not a path",
            format!("\"{text}\" must begin and end with \"/\"."),
        );
    }
}

fn role() -> Nested {
    Nested::new()
        .attribute(
            "read",
            Attribute::set(Type::String)
                .required()
                .validate(pattern)
                .describe(
                    "Names or patterns of the buckets that objects leave, such as `orders-*`.",
                ),
        )
        .attribute(
            "write",
            Attribute::set(Type::String)
                .required()
                .validate(pattern)
                .describe("Names or patterns of the buckets that they go to."),
        )
        .attribute(
            "name",
            Attribute::string()
                .optional()
                .validate(role_name)
                .describe("The role's name. Default: `crr-site-NAME`. Another name is another role: the old one goes before the site's pairs have moved to the new one in the same apply, so objects written in those seconds fail to replicate."),
        )
        .attribute(
            "path",
            Attribute::string()
                .optional()
                .validate(role_path)
                .describe("The role's path. Default: `/crr/`."),
        )
        .attribute(
            "permissions_boundary",
            Attribute::string()
                .optional()
                .validate(policy_arn)
                .describe("The ARN of its permissions boundary."),
        )
        .attribute(
            "object_lock",
            Attribute::bool().optional().describe(
                "Whether it may read retentions and legal holds: for sources with Object Lock.",
            ),
        )
        .attribute(
            "owner_override",
            Attribute::bool().optional().describe(
                "Whether it may give replicas to the destination's owner: for other accounts.",
            ),
        )
        .attribute(
            "decrypt",
            Attribute::set(Type::String)
                .optional()
                .validate(keys)
                .describe("ARNs of the KMS keys of objects that leave."),
        )
        .attribute(
            "encrypt",
            Attribute::set(Type::String)
                .optional()
                .validate(keys)
                .describe("ARNs of the KMS keys that replicas are encrypted with."),
        )
        .attribute(
            "tags",
            Attribute::map(Type::String)
                .optional()
                .describe("Its tags, besides the provider's `default_tags`."),
        )
}

/// What an import knows.
pub fn empty(name: &SiteName) -> Value {
    let mut state = Value::object(Vec::<(String, Value)>::new());
    for (attribute, _) in schema().attributes() {
        state.set(attribute, Value::Null);
    }
    state.set("name", Value::from(name.to_string()));
    state
}
