//! The schema of `crr_echo_mode`: what is its own, and every option of `crr_pair` in the words that stand there.

use replication::echo::{Glob, TargetName};
use replication::pair::STORAGE_CLASSES;
use replication::{KeyArn, RoleArn, SiteName};
use tfplugin::{Attribute, Diagnostics, Nested, Path, Schema, Type, Value};

use super::trigger::schema as trigger;
use super::{accounts, coverage};
use crate::validators::parses_as;

/// The attributes of `crr_pair` that are about its two buckets, or computed: an echo has its own in their place.
const OF_ONE_PAIR: [&str; 7] = [
    "id",
    "source",
    "destination",
    "role",
    // An echo makes no role.
    "permissions_boundary",
    "created",
    "facets",
];

/// What may happen to what was made when the echo goes.
pub const ON_DESTROY: [&str; 2] = ["keep", "remove"];

/// The target's name where none is given.
pub const TARGET_BUCKET: &str = "{bucket}-dr";

/// The names of the options that an echo shares with a pair.
pub fn options() -> Vec<String> {
    crate::pair::schema::schema()
        .attributes()
        .map(|(name, _)| name.to_owned())
        .filter(|name| !OF_ONE_PAIR.contains(&name.as_str()))
        .collect()
}

/// The sites, the selection and the names: what the resource and the data source share.
pub fn site(what: &str) -> Attribute {
    Attribute::string()
        .validate(parses_as::<SiteName>("Not a site name"))
        .describe(what)
}

/// Nothing to choose from is every bucket to the model. Whoever writes so seldom means it: a variable is empty, most often.
fn not_empty(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    let empty = match value {
        Value::Set(members) | Value::List(members) => members.is_empty(),
        Value::Map(members) => members.is_empty(),
        _ => false,
    };
    if empty {
        diagnostics.error_at(
            path.clone(),
            "An empty selection would take every bucket",
            "Where every bucket is meant, leave it out, or give null. Else name what is to be protected; where a variable or another resource gives it, that is empty.",
        );
    }
}

/// The selection.
pub fn select() -> Attribute {
    let globs = |what: &str| {
        Attribute::set(Type::String)
            .optional()
            .describe(what)
            .validate(
                |value: &Value, path: &Path, diagnostics: &mut Diagnostics| {
                    let Value::Set(globs) = value else { return };
                    for glob in globs.iter().filter_map(Value::as_str) {
                        if let Err(error) = glob.parse::<Glob>() {
                            diagnostics.error_at(path.clone(), "Not a pattern", error.to_string());
                        }
                    }
                },
            )
    };
    let nested = Nested::new()
        .attribute("include", globs("Only buckets whose names match one of these patterns: `*` stands for any characters, `?` for one. Left out: every name. An empty list is an error.").validate(not_empty))
        .attribute("exclude", globs("No bucket whose name matches one of these. It goes before `include`."))
        .attribute(
            "tags",
            Attribute::map(Type::String)
                .optional()
                .validate(not_empty)
                .describe("Only buckets that carry all of these tags. Left out: whatever tags they have. An empty map is an error. Costs one call more for each bucket whose name is selected."),
        );
    Attribute::single(nested).optional().describe(
        "Which buckets of the source. Left out: every bucket. The targets of an echo or a pair that points back are never taken for buckets of this one: their tags, or the rules between the two, say so.",
    )
}

/// The template of the targets' names.
pub fn target_bucket() -> Attribute {
    Attribute::string()
        .validate(parses_as::<TargetName>("Not a template"))
        .describe(format!(
            "What a bucket's target is called: `{{bucket}}`, `{{account}}` and `{{region}}` are those of the source. Default: `{TARGET_BUCKET}`. In one partition of AWS no two buckets have one name, so `{{bucket}}` alone is an error there; it is for two systems that speak S3, each at an endpoint of its own (`endpoints.s3` of the sites)."
        ))
}

fn role_choice(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    if let Some(text) = value.as_str()
        && text != "site"
        && let Err(error) = text.parse::<RoleArn>()
    {
        diagnostics.error_at(
            path.clone(),
            "Not a role",
            format!(
                "{error}; or write \"site\" for the `replication_role` of the site's `crr_site`."
            ),
        );
    }
}

fn role(of: &str) -> Attribute {
    let which = match of {
        "source" => "objects leave the source under",
        _ => "objects leave the target under, in a `two_way` echo",
    };
    Attribute::string().optional().validate(role_choice).describe(format!(
        "The role that {which}, in place of `role`. Where the `replication_role` of the site has a `name` or `path` of its own, give it here as `crr_site.NAME.replication_role_arn`: an apply that does not touch the site does not know its resource."
    ))
}

fn key(what: &str) -> Attribute {
    Attribute::string()
        .optional()
        .validate(parses_as::<KeyArn>("Not a KMS key ARN"))
        .describe(what)
}

/// The schema of the resource.
pub fn schema() -> Schema {
    let own = Schema::new(0)
        .describe(include_str!("description.md"))
        .attribute("id", Attribute::string().computed().use_state_for_unknown().describe("`SOURCE->TARGET`, as `terraform import` takes it."))
        .attribute("source", site("The site whose buckets are protected.").required().requires_replace())
        .attribute("target", site("The site that they are replicated to.").required().requires_replace())
        .attribute("accounts", accounts::schema::attribute())
        .attribute(
            "target_account_id",
            Attribute::string().computed().use_state_for_unknown().describe("The account that the target is in. Where the site's credentials, or the account's name, lead to another one, the plan warns and the apply refuses, until the echo is replaced, such as with `terraform apply -replace=ADDRESS`: objects never go where nobody sent them."),
        )
        .attribute("select", select())
        .attribute("target_bucket", target_bucket().optional_computed().default(TARGET_BUCKET).requires_replace())
        .attribute(
            "role",
            Attribute::string().optional_computed().default("site").validate(role_choice).describe(
                "The role that S3 replicates under: `site`, the `replication_role` of each site's `crr_site`, so that the ten-thousandth bucket needs no call to IAM; or the ARN of a role that exists.",
            ),
        )
        .attribute("source_role", role("source"))
        .attribute("target_role", role("target"))
        .attribute("storage_class", Attribute::string().optional().one_of(&STORAGE_CLASSES).describe("The storage class of replicas at the target. Default: that of the object they are made from."))
        .attribute("source_kms_key_arn", key("The KMS key of the objects at the source."))
        .attribute("target_kms_key_arn", key("The KMS key of the objects at the target: replicas are encrypted with it, and so are target buckets that are made."))
        .attribute(
            "merge",
            Attribute::bool().optional_computed().default(false).describe(
                "Whether to stand beside rules of others that replicate a bucket elsewhere, or only a part of it. S3 takes one role a bucket, so the permissions then go on their role as an inline policy. Default: false; such a bucket is left alone and reported as a conflict.",
            ),
        )
        .attribute(
            "adopt_targets",
            Attribute::bool().optional_computed().default(false).describe(
                "Whether a bucket that stands under a target's name may become the target although it has objects in it that may not be copies of the source's, a policy that lets everybody or another account in, or a lifecycle rule that deletes objects. Default: false; such a bucket is left alone and reported as a conflict. Another empty bucket, one that an echo made as this target, and one that replicates to the source are targets in any case.",
            ),
        )
        .attribute(
            "paused",
            Attribute::bool().optional_computed().default(false).describe(
                "Whether apply touches no bucket. What stands keeps replicating, and the coverage is still looked at and shown. Resuming looks at the whole site first, so nothing that happened meanwhile is missed. Neither site needs to answer: with `-refresh=false` an echo can be paused while one is lost.",
            ),
        )
        .attribute(
            "on_destroy",
            Attribute::string().optional_computed().default("keep").one_of(&ON_DESTROY).describe(
                "What happens to what the echo made when it is destroyed, and on buckets that it is no longer for: `keep` leaves it in place, and it works as long as the role that its rules run under is there; `remove` takes its rules and its statements in bucket policies off. Buckets, objects and versioning stay in either case.",
            ),
        );
    let mut schema = own;
    for (name, attribute) in crate::pair::schema::schema().attributes() {
        if OF_ONE_PAIR.contains(&name) {
            continue;
        }
        let mut attribute = attribute.clone();
        if name == "rules" {
            attribute = attribute.describe("Which objects of each bucket replicate, by name of the rule. Left out: one rule for everything. Each becomes a rule of the bucket's replication configuration with the ID `crr/TARGET/echo.NAME`. Rules that others made stay as they are.");
        }
        if name == "tags" {
            attribute = attribute.describe("Tags of the target buckets and of the trigger that the echo makes, besides the provider's `default_tags`.");
        }
        schema = schema.attribute(name, attribute);
    }
    schema
        .attribute("trigger", trigger::attribute())
        .attribute("coverage", coverage::attribute())
        .attribute(trigger::SHOWN, trigger::shown())
        .attribute(
            "agent_config",
            Attribute::string().computed().describe("This configuration and how its two sites are reached, as JSON without any key: for `crr_coverage`, and for the agent that keeps the site protected between applies."),
        )
}

/// What an import knows.
pub fn empty(source: &str, target: &str) -> Value {
    let mut state = Value::object(Vec::<(String, Value)>::new());
    for (name, attribute) in schema().attributes() {
        state.set(
            name,
            attribute.default_value().cloned().unwrap_or(Value::Null),
        );
    }
    state.set("source", Value::from(source));
    state.set("target", Value::from(target));
    state.set("id", Value::from(format!("{source}->{target}")));
    state
}
