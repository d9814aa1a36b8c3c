//! What a side keeps for the record: Object Lock and the access log.

use replication::BucketName;
use tfplugin::{Attribute, Diagnostics, Nested, Path, Value};

use crate::validators::parses_as;

/// The modes of a default retention.
const MODES: [&str; 2] = ["GOVERNANCE", "COMPLIANCE"];

/// The most days that S3 takes: a hundred years.
const MOST_DAYS: u64 = 36_500;

/// Object Lock of a bucket that is made here.
pub fn object_lock() -> Attribute {
    let nested = Nested::new()
        .attribute(
            "mode",
            Attribute::string().optional().one_of(&MODES).describe(
                "How new objects are locked: so that those with `s3:BypassGovernanceRetention` may lift it, or so that nobody may. Together with `days`.",
            ),
        )
        .attribute(
            "days",
            Attribute::number().optional().validate(days).describe(
                "For how many days each new object is locked that comes without a retention of its own. Together with `mode`.",
            ),
        );
    Attribute::single(nested).optional().describe(
        "Object Lock for a bucket that is made here, whether or not the other has it; `{}` for Object Lock without a retention of its own. Needs `create`. Locked objects cannot be deleted, by `force_destroy` neither.",
    )
}

fn days(value: &Value, path: &Path, diagnostics: &mut Diagnostics) {
    if let Value::Number(number) = value
        && !number
            .as_u64()
            .is_some_and(|n| (1..=MOST_DAYS).contains(&n))
    {
        diagnostics.error_at(
            path.clone(),
            "Not a number of days",
            format!("S3 takes whole numbers from 1 to {MOST_DAYS}."),
        );
    }
}

/// Where the access log of a side goes.
pub fn access_log() -> Attribute {
    let nested = Nested::new()
        .attribute(
            "bucket",
            Attribute::string()
                .required()
                .validate(parses_as::<BucketName>("Not a bucket name"))
                .describe("The bucket that takes it, at the same site: S3 delivers within one region and account. None of the pair's own."),
        )
        .attribute(
            "prefix",
            Attribute::string()
                .optional()
                .describe("What the keys of the log's objects begin with. Default: the name of the logged bucket and a slash."),
        )
        .attribute(
            "create",
            Attribute::bool().optional_computed().default(false).describe(
                "Whether to make the log's bucket where it is missing: closed to the public, owner-enforced, encrypted with S3's own keys. One that is there already is used as it is.",
            ),
        )
        .attribute(
            "force_destroy",
            Attribute::bool().optional_computed().default(false).describe(
                "Whether destroying the pair deletes the log's bucket with everything in it. Only ever done to one that the provider made.",
            ),
        );
    Attribute::single(nested).optional().describe(
        "S3 server access logging of this bucket. The log bucket's policy gets one statement that lets S3's log delivery write for this bucket and no other. Left out, logging is left as it is; and destroying the pair, or taking this out, leaves the log as it is.",
    )
}
