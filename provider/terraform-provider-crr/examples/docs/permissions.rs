//! The section "Permissions": the policy that the acceptance tests run under, and what each statement is for.

// Writing to a String cannot fail, hence `let _` below.
use std::error::Error;
use std::fmt::Write;

use serde_json::Value;

/// The policy, which the lab gives to the user that Terraform runs as.
pub const POLICY: &str = "acceptance-tests/lab/operator-policy.json";

/// What the statements are for. One that is not here is an error: nobody is asked to grant what is not explained.
const REASONS: [(&str, &str); 15] = [
    (
        "FindBuckets",
        "`crr_site` asks for the name of one bucket, to prove that S3 answers; `crr_echo_mode` and `crr_coverage` for all.",
    ),
    (
        "ConfigureBuckets",
        "To look at the buckets of a pair and to configure them. Narrow `Resource` to your buckets. Without `create` and `mirror_settings`, leave out `s3:CreateBucket`, `s3:DeleteBucket`, `s3:PutEncryptionConfiguration`, `s3:PutBucketOwnershipControls`, `s3:PutBucketPublicAccessBlock`, `s3:PutBucketObjectLockConfiguration`, `s3:PutBucketTagging` and `s3:TagResource`. `s3:ListBucketVersions` is for `crr_echo_mode` too: it asks for one version, to see whether a bucket that was there before is empty, and reads its policy and public access block, to see whether it is open to others, and its lifecycle (`s3:GetLifecycleConfiguration`), to see whether it deletes.",
    ),
    (
        "MirrorSettings",
        "For `mirror_settings` with `lifecycle` or `cors`, and `s3:GetLifecycleConfiguration` for `crr_echo_mode` in any case. The other settings need what `ConfigureBuckets` lists for reading and writing them, on both sides.",
    ),
    (
        "WriteAccessLogs",
        "For `access_log` alone. The bucket that takes the log needs what `ConfigureBuckets` lists for bucket policies.",
    ),
    (
        "EmptyBucketsThatAreForceDestroyed",
        "For `force_destroy` alone, with `s3:ListBucketVersions`. Leave it out if you never set it.",
    ),
    (
        "ManageReplicationRoles",
        "To make and mend the replication roles. They lie under the path `/crr/`, so the policy reaches no other role. Where roles are made by others (`role` with an ARN), leave out what writes.",
    ),
    (
        "HandReplicationRolesToS3",
        "S3 asks for `iam:PassRole` of whoever writes a replication configuration. For a role of others, add its ARN.",
    ),
    ("KnowTheAccount", "To prove whose credentials a site has."),
    (
        "CheckKeysAndGrantThem",
        "For `kms_key_arn` alone: to check the keys and, where the destination's account is another, to write one statement in its key's policy. Narrow `Resource` to the keys.",
    ),
    (
        "ManageTriggers",
        "For `trigger` of `crr_echo_mode` alone, at its source: the rules that send events. All of a trigger has names that begin with `crr-echo-`.",
    ),
    (
        "ManageTheirQueues",
        "For `trigger`: the queue and its dead-letter queue. No message is read or sent.",
    ),
    (
        "ManageTheirFunctions",
        "For `trigger.function` alone. Without it, keep `lambda:GetFunction` and `lambda:ListTags`: by those an echo sees that no function is left of an earlier configuration.",
    ),
    (
        "FindWhatLeadsMessages",
        "For `trigger`: what leads messages from the queue to a function has an id of Lambda's own, and the listing can be narrowed to nothing.",
    ),
    (
        "LeadMessagesToTheirFunctions",
        "For `trigger.function` alone. Lambda knows these by ids of its own, so the condition narrows them by the function.",
    ),
    (
        "HandFunctionRolesToLambda",
        "For `trigger.function` without `role_arn`: Lambda asks for it of whoever makes the function. Add the ARN of a role of your own.",
    ),
];

/// The section.
pub fn section(policy: &str) -> Result<String, Box<dyn Error>> {
    let parsed: Value = serde_json::from_str(policy)?;
    let statements = parsed
        .get("Statement")
        .and_then(Value::as_array)
        .ok_or("the operator's policy has no statements")?;
    let mut rows = String::new();
    for statement in statements {
        let sid = statement
            .get("Sid")
            .and_then(Value::as_str)
            .ok_or("a statement of the operator's policy has no Sid")?;
        let (_, reason) = REASONS
            .iter()
            .find(|(known, _)| *known == sid)
            .ok_or_else(|| format!("{POLICY}: say in permissions.rs what {sid} is for"))?;
        let _ = writeln!(rows, "| `{sid}` | {reason} |");
    }
    Ok(format!(
        "## Permissions\n\nThe credentials of each site need the following in the site's account. The provider's own tests run with exactly this policy. It grants nothing on objects except for `force_destroy`: the provider neither reads nor writes one.\n\n```json\n{policy}\n```\n\n| statement | what it is for |\n|---|---|\n{rows}\nS3 itself works under the replication roles, whose policies the provider writes with the least that each pair needs; the functions [`replication_policy`](functions/replication_policy.md), [`replication_trust_policy`](functions/replication_trust_policy.md) and [`destination_bucket_policy`](functions/destination_bucket_policy.md) show them."
    ))
}
