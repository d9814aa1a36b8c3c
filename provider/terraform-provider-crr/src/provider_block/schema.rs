//! The schema of the provider block.

use replication::AccountId;
use tfplugin::{Attribute, Diagnostics, Nested, Path, Schema, Type, Value};

use crate::duration;

/// The services whose endpoints can be given.
const SERVICES: [(&str, &str); 10] = [
    ("s3", "Buckets and objects."),
    (
        "s3control",
        "Batch jobs. No resource of this version asks for one; it is shown in `crr_site.endpoints`.",
    ),
    ("iam", "Roles."),
    ("sts", "Who we are, and roles to assume."),
    ("kms", "Keys."),
    (
        "organizations",
        "Accounts of an organization, where an echo's `accounts` asks for them.",
    ),
    (
        "vault",
        "Accounts of Scality Vault: the API of its administrators, where an echo's `accounts` asks for it.",
    ),
    ("sqs", "Queues, which the agent is woken by."),
    (
        "events",
        "EventBridge, whose rules send events to the queue.",
    ),
    ("lambda", "The function that takes the place of the agent."),
];

/// The schema of the provider block.
pub fn schema() -> Schema {
    Schema::new(0)
        .describe(
            "Keeps S3 buckets replicated across regions, accounts and sites for disaster recovery.\n\nOne provider block serves any number of regions and accounts: each is a *site*, named in `sites`. No aliases are needed. Credentials are held in memory only and are never written to state, plans or logs.",
        )
        .attribute(
            "sites",
            Attribute::nested_map(site()).required().describe(
                "The sites by name. A site is a region of an account, or an S3-compatible system. Whatever is left out comes from the AWS SDK's usual chain: environment, shared configuration and SSO profiles, web identity, container and instance roles.",
            ),
        )
        .attribute(
            "default_tags",
            Attribute::map(Type::String)
                .optional()
                .describe("Tags for every role and bucket that the provider makes."),
        )
        .attribute(
            "trusted_account_ids",
            Attribute::set(Type::String)
                .optional()
                .describe(
                    "The accounts that may take part in a pair. A pair with a site of any other account is an error at plan: replication is a way to leak data. Left out, every account that `sites` has credentials for is trusted.",
                )
                .validate(|value: &Value, path: &Path, diagnostics: &mut Diagnostics| {
                    let Value::Set(ids) = value else { return };
                    for id in ids.iter().filter_map(Value::as_str) {
                        if let Err(error) = id.parse::<AccountId>() {
                            diagnostics.error_at(path.clone(), "Not an account id", error.to_string());
                        }
                    }
                }),
        )
        .attribute(
            "max_concurrency",
            Attribute::number().optional().validate(at_least_one).describe(
                "How many calls may be in flight at once, over all sites. Default: 64.",
            ),
        )
        .attribute(
            "retry",
            Attribute::single(
                Nested::new()
                    .attribute(
                        "attempts",
                        Attribute::number()
                            .optional()
                            .validate(at_least_one)
                            .describe("How often a call is tried at most, the first try counted. Default: 5."),
                    )
                    .attribute(
                        "adaptive",
                        Attribute::bool().optional().describe(
                            "Whether all calls of a site slow down while the service throttles one. Default: false.",
                        ),
                    ),
            )
            .optional()
            .describe("What to do when a service is busy, throttles, or the connection breaks."),
        )
}

fn at_least_one(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    if let Value::Number(number) = value
        && !number.as_u64().is_some_and(|n| (1..=10_000).contains(&n))
    {
        diagnostics.error_at(
            path.clone(),
            "Out of range",
            "Use a whole number from 1 to 10,000.",
        );
    }
}

fn endpoint(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    if let Some(url) = value.as_str()
        && !(url.starts_with("http://") || url.starts_with("https://"))
    {
        diagnostics.error_at(
            path.clone(),
            "Not an endpoint",
            format!("\"{url}\" does not begin with http:// or https://."),
        );
    }
}

fn site() -> Nested {
    let endpoints = SERVICES.iter().fold(Nested::new(), |nested, (name, what)| {
        nested.attribute(
            *name,
            Attribute::string()
                .optional()
                .validate(endpoint)
                .describe(*what),
        )
    });
    Nested::new()
        .attribute(
            "region",
            Attribute::string()
                .optional()
                .describe("The region, such as `us-east-1`. Default: the profile's or the environment's."),
        )
        .attribute(
            "profile",
            Attribute::string()
                .optional()
                .describe("A profile of the shared AWS configuration files."),
        )
        .attribute(
            "admin_profile",
            Attribute::string()
                .optional()
                .describe("The profile whose credentials administrate the accounts of Scality Vault, at the endpoint `vault`. Default: the site's own credentials."),
        )
        .attribute("assume_role", Attribute::single(assume_role()).optional().describe("A role to assume with the credentials found, such as one of another account."))
        .attribute(
            "endpoints",
            Attribute::single(endpoints)
                .optional()
                .describe("URLs to call in place of AWS's own, for S3-compatible systems and VPC endpoints."),
        )
        .attribute(
            "path_style",
            Attribute::bool().optional().describe(
                "Whether the bucket stands in the URL's path instead of its host name, as many S3-compatible systems want it. Default: false.",
            ),
        )
        .attribute(
            "access_key",
            Attribute::string().optional().sensitive().describe("An access key. Better: a profile or a role."),
        )
        .attribute(
            "secret_key",
            Attribute::string().optional().sensitive().describe("The secret of the access key."),
        )
        .attribute(
            "session_token",
            Attribute::string().optional().sensitive().describe("The token of temporary credentials."),
        )
        .attribute(
            "ca_bundle",
            Attribute::string().optional().describe(
                "Certificates to trust besides the system's: the path of a PEM file, or PEM text.",
            ),
        )
        .attribute(
            "calls_per_second",
            Attribute::number().optional().validate(at_least_one).describe(
                "How many requests a second the site gets at most, retries counted. For systems that others work with at the same time. Default: no limit but `max_concurrency`.",
            ),
        )
}

fn assume_role() -> Nested {
    Nested::new()
        .attribute("role_arn", Attribute::string().required().describe("The role's ARN."))
        .attribute(
            "external_id",
            Attribute::string().optional().describe("The external id that its trust policy asks for."),
        )
        .attribute(
            "session_name",
            Attribute::string().optional().describe("The session's name, as CloudTrail shows it. Default: `crr`."),
        )
        .attribute(
            "duration",
            duration::attribute("How long the session lasts, such as `1h`: from 15 minutes to what the role allows. It is renewed in time."),
        )
        .attribute(
            "tags",
            Attribute::map(Type::String).optional().describe("The session's tags."),
        )
}
