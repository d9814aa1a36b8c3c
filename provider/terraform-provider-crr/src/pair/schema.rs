//! The schema of `crr_pair`: the user's manual of every attribute.

use replication::pair::STORAGE_CLASSES;
use replication::{BucketName, KeyArn, RoleArn, RuleName, SiteName};
use tfplugin::{
    Attribute, Diagnostics, IdentityAttribute, IdentitySchema, Nested, Path, Schema, Type, Value,
};

use crate::validators::{parses_as, policy_arn};
use crate::{duration, facets};

pub mod mirror;
pub mod record;

/// The directions, in the words of the configuration.
pub const DIRECTIONS: [&str; 2] = ["one_way", "two_way"];

fn role_choice(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    if let Some(text) = value.as_str()
        && !matches!(text, "own" | "site")
        && let Err(error) = text.parse::<RoleArn>()
    {
        diagnostics.error_at(
            path.clone(),
            "Not a role",
            format!(
                "{error}; or write \"own\" for a role of the pair's own, \"site\" for the site's."
            ),
        );
    }
}

/// The identity of a pair: what `import` by identity takes.
pub fn identity() -> IdentitySchema {
    let text = |what: &str| IdentityAttribute::required(Type::String).describe(what);
    IdentitySchema::new(0)
        .attribute("source_site", text("The site of the source."))
        .attribute("source_bucket", text("The bucket of the source."))
        .attribute("destination_site", text("The site of the destination."))
        .attribute("destination_bucket", text("The bucket of the destination."))
}

/// The schema of the resource.
pub fn schema() -> Schema {
    Schema::new(0)
        .describe(include_str!("description.md"))
        .attribute("id", Attribute::string().computed().use_state_for_unknown().describe("`SITE:BUCKET->SITE:BUCKET`, as `terraform import` takes it."))
        .attribute("source", Attribute::single(side("source")).required().describe("Where objects come from."))
        .attribute("destination", Attribute::single(side("destination")).required().describe("Where objects go."))
        .attribute(
            "direction",
            Attribute::string().optional_computed().default("one_way").one_of(&DIRECTIONS).describe(
                "`one_way`: from source to destination. `two_way`: both ways; every rule then stands on both buckets, and no object goes round in circles, since S3 never replicates a replica.",
            ),
        )
        .attribute(
            "rules",
            Attribute::nested_map(rule()).optional().describe(
                "Which objects replicate, by name of the rule. Left out: one rule for everything. Each becomes a rule of the bucket's replication configuration with the ID `crr/DESTINATION/NAME`. Rules that others made stay as they are.",
            )
            .validate(|value: &Value, path: &Path, diagnostics: &mut Diagnostics| {
                let Value::Map(rules) = value else { return };
                for name in rules.keys() {
                    if let Err(error) = name.parse::<RuleName>() {
                        diagnostics.error_at(path.key(name), "Not a rule name", error.to_string());
                    }
                }
                if rules.is_empty() {
                    diagnostics.error_at(path.clone(), "No rules", "An empty map would replicate nothing. Leave `rules` out to replicate everything.");
                }
            }),
        )
        .attribute(
            "delete_markers",
            Attribute::bool().optional_computed().default(false).describe(
                "Whether a delete at one side hides the object at the other, too. Deletes of a single version never replicate.",
            ),
        )
        .attribute(
            "replica_modifications",
            Attribute::bool().optional_computed().describe(
                "Whether changes of a replica's tags, ACL or lock go back to where it came from (replica modification sync). Default: true for `two_way`, else false.",
            ),
        )
        .attribute(
            "rtc",
            Attribute::bool().optional_computed().default(false).describe(
                "S3 Replication Time Control: 99.9 % of objects within 15 minutes, by SLA, for a price by the GB. Needs `metrics`.",
            ),
        )
        .attribute(
            "metrics",
            Attribute::bool().optional_computed().default(true).describe(
                "Replication metrics in CloudWatch: bytes and operations pending, latency, failures. A switch of its own: RTC is not needed for it.",
            ),
        )
        .attribute(
            "owner_override",
            Attribute::bool().optional().describe(
                "Whether the destination's account owns the replicas. Default: where the two sites are in different accounts and the destination does not enforce bucket ownership.",
            ),
        )
        .attribute(
            "role",
            Attribute::string().optional_computed().default("own").validate(role_choice).describe(
                "The role that S3 replicates under: `own`, a role made for the source bucket and shared by all pairs on it; `site`, the `replication_role` of the side's `crr_site` under its default name, for fleets (one with a name or path of its own is named by `crr_site.NAME.replication_role_arn`); or the ARN of a role that exists, whose permissions are then its owner's concern. A side's own `role` goes before this.",
            ),
        )
        .attribute(
            "permissions_boundary",
            Attribute::string().optional().validate(policy_arn).describe("The ARN of a permissions boundary for roles that the pair makes. Pairs of one source bucket share its role, so they must want the same."),
        )
        .attribute(
            "tags",
            Attribute::map(Type::String).optional().describe(
                "Tags of the roles and buckets that the pair makes, besides the provider's `default_tags`. Pairs of one source bucket share its role, so they must want the same.",
            ),
        )
        .attribute("mirror_settings", mirror::settings())
        .attribute("mirror_exact", mirror::exact())
        .attribute("mirror_public", mirror::public())
        .attribute(
            "adopt",
            Attribute::bool().optional_computed().default(false).describe(
                "Whether replication rules of version V1 that others made on the bucket are rewritten as V2 with the same meaning. S3 refuses to mix the two, so without this they are an error.",
            ),
        )
        .attribute("timeouts", Attribute::single(timeouts()).optional().describe("How long each operation may take."))
        .attribute(
            "created",
            Attribute::single(
                Nested::new()
                    .attribute("source", Attribute::bool().computed().describe("Whether the source is."))
                    .attribute("destination", Attribute::bool().computed().describe("Whether the destination is.")),
            )
            .computed()
            .describe("Which of the buckets are ours: made by this provider, and known by their tag."),
        )
        .attribute(
            "facets",
            facets::attribute(
                "Every part of the pair as it is, by name: `source.versioning`, `source.role_policy`, `destination.rule.invoices` and so on. Change one behind Terraform's back and the plan shows it here. `unfinished_change` stands here after a change that failed half-way, until an apply has finished or undone it. Terraform does not tell providers which values are sensitive, so a prefix or tag that comes from a sensitive variable stands here in plain text.",
            ),
        )
}

fn side(label: &str) -> Nested {
    Nested::new()
        .attribute(
            "site",
            Attribute::string()
                .required()
                .requires_replace()
                .validate(parses_as::<SiteName>("Not a site name"))
                .describe("The name of one of the provider's sites: best `crr_site.NAME.name`, so that the site is proven first."),
        )
        .attribute(
            "bucket",
            Attribute::string()
                .required()
                .requires_replace()
                .validate(parses_as::<BucketName>("Not a bucket name"))
                .describe("The bucket's name."),
        )
        .attribute(
            "create",
            Attribute::bool().optional_computed().default(false).describe(
                "Whether to make the bucket where it is missing: closed to the public, owner-enforced, encrypted by default (with `kms_key_arn` where given), versioned, and with Object Lock where the other bucket has it. A bucket that is there already is used as it is.",
            ),
        )
        .attribute(
            "force_destroy",
            Attribute::bool().optional_computed().default(false).describe(
                "Whether destroying the pair deletes the bucket with every version of every object. Only ever done to a bucket that the provider made, and not while replication of others is seen on it: rules on the bucket, a statement in its policy that lets another account's bucket replicate into it, or the tags of an echo's target. Such a bucket stays, with a warning that names them, and goes with the last pair on it where one run destroys them all. The plan refuses where a pair of the same configuration stays on it. Otherwise bucket, objects and versioning stay.",
            ),
        )
        .attribute(
            "storage_class",
            Attribute::string().optional().one_of(&STORAGE_CLASSES).describe(
                "The storage class of replicas that arrive here. Default: that of the object they are made from.",
            ),
        )
        .attribute(
            "kms_key_arn",
            Attribute::string()
                .optional()
                .validate(parses_as::<KeyArn>("Not a KMS key ARN"))
                .describe(format!(
                    "The KMS key of the objects in this bucket, by ARN of the key or of an alias, in the bucket's region. Replicas that arrive are encrypted with it, and {} may be decrypted with it.",
                    if label == "source" { "objects that leave" } else { "in a `two_way` pair objects that leave" }
                )),
        )
        .attribute(
            "role",
            Attribute::string().optional().validate(role_choice).describe(
                "The role that rules on this bucket run under, in place of the pair's `role`. In the bucket's own account.",
            ),
        )
        .attribute("object_lock", record::object_lock())
        .attribute("access_log", record::access_log())
}

fn rule() -> Nested {
    let of_the_pair = |what: &str| {
        Attribute::bool()
            .optional()
            .describe(format!("{what} Default: that of the resource."))
    };
    Nested::new()
        .attribute(
            "id",
            Attribute::string().optional().describe(
                "The ID of the rule in S3, where it is not to be `crr/DESTINATION/NAME`: for rules that others made and that are now imported.",
            ),
        )
        .attribute(
            "enabled",
            Attribute::bool().optional_computed().default(true).describe("Whether the rule works. Default: true."),
        )
        .attribute(
            "prefix",
            Attribute::string().optional().describe("Only objects whose key begins with this. At most 1,024 bytes."),
        )
        .attribute(
            "tags",
            Attribute::map(Type::String).optional().describe(
                "Only objects that carry all of these tags. Such a rule cannot replicate delete markers.",
            ),
        )
        .attribute(
            "priority",
            Attribute::number().optional().validate(priority).describe(
                "Which rule decides for an object that several match: the highest. Each number once in a bucket, from 0 to 2147483647. Default: a free one, in the order of the rules' names.",
            ),
        )
        .attribute("delete_markers", of_the_pair("Whether delete markers replicate."))
        .attribute("replica_modifications", of_the_pair("Replica modification sync."))
        .attribute("rtc", of_the_pair("Replication Time Control."))
        .attribute("metrics", of_the_pair("Replication metrics."))
        .attribute(
            "storage_class",
            Attribute::string()
                .optional()
                .one_of(&STORAGE_CLASSES)
                .describe("The storage class of this rule's replicas. Default: the one of the side where they arrive."),
        )
}

fn priority(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    if let Value::Number(number) = value
        && number.as_u64().is_none_or(|n| n > 2_147_483_647)
    {
        diagnostics.error_at(
            path.clone(),
            "Not a priority",
            "S3 takes whole numbers from 0 to 2147483647.",
        );
    }
}

fn timeouts() -> Nested {
    Nested::new()
        .attribute("create", duration::attribute("Default: `20m`."))
        .attribute("read", duration::attribute("Default: `5m`."))
        .attribute("update", duration::attribute("Default: `20m`."))
        .attribute(
            "delete",
            duration::attribute("Default: `60m`, since emptying a bucket may take long."),
        )
}
