//! What the function may do: what a sweep of its echo does, on the echo's buckets, and no more.
//!
//! Roles, keys and buckets of others it may not touch, and it deletes no bucket and no object.

use std::collections::BTreeSet;

use super::Trigger;
use crate::arn::RoleArn;
use crate::echo::Echo;
use crate::mirror::Setting;
use crate::name::Partition;
use crate::pair::{Direction, RoleChoice, Side};
use crate::policy::{PolicyDocument, Statement};

/// What is looked at in every bucket.
const LOOK: [&str; 6] = [
    "s3:GetBucketLocation",
    "s3:GetBucketVersioning",
    "s3:GetReplicationConfiguration",
    "s3:GetBucketTagging",
    "s3:GetBucketObjectLockConfiguration",
    // Whether objects are left behind for want of a key.
    "s3:GetEncryptionConfiguration",
];
/// What a bucket needs whose objects leave it.
const LEAVE: [&str; 2] = ["s3:PutBucketVersioning", "s3:PutReplicationConfiguration"];
/// What a target needs besides: it is made where it is missing, closed, encrypted and tagged.
const ARRIVE: [&str; 15] = [
    "s3:CreateBucket",
    "s3:ListBucket",
    // Whether one that was there before is empty, who may look into it, and what deletes there.
    "s3:ListBucketVersions",
    "s3:GetBucketPolicy",
    "s3:GetLifecycleConfiguration",
    "s3:PutBucketVersioning",
    "s3:GetEncryptionConfiguration",
    "s3:PutEncryptionConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:PutBucketOwnershipControls",
    "s3:GetBucketPublicAccessBlock",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:TagResource",
    "s3:PutBucketObjectLockConfiguration",
];
/// Where objects arrive from another account, the bucket's policy must let them.
const POLICY: [&str; 4] = [
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "s3:GetBucketOwnershipControls",
];

/// What is read at the source, and read and written at the target, for a setting that is mirrored.
fn of_setting(setting: Setting) -> (&'static str, &'static [&'static str]) {
    match setting {
        Setting::Tags => ("s3:GetBucketTagging", &["s3:PutBucketTagging"]),
        Setting::Lifecycle => (
            "s3:GetLifecycleConfiguration",
            &[
                "s3:GetLifecycleConfiguration",
                "s3:PutLifecycleConfiguration",
            ],
        ),
        Setting::Encryption => (
            "s3:GetEncryptionConfiguration",
            &["s3:PutEncryptionConfiguration"],
        ),
        Setting::Ownership => (
            "s3:GetBucketOwnershipControls",
            &["s3:PutBucketOwnershipControls"],
        ),
        Setting::Cors => (
            "s3:GetBucketCORS",
            &["s3:GetBucketCORS", "s3:PutBucketCORS"],
        ),
        Setting::PublicAccessBlock => (
            "s3:GetBucketPublicAccessBlock",
            &["s3:PutBucketPublicAccessBlock"],
        ),
        Setting::Policy => (
            "s3:GetBucketPolicy",
            &[
                "s3:GetBucketPolicy",
                "s3:PutBucketPolicy",
                "s3:DeleteBucketPolicy",
            ],
        ),
    }
}

/// The policy of the function's role. `assumed` are the roles by which it reaches the target; none: it is of the same
/// account, and reaches it as it is.
pub fn of_function(trigger: &Trigger, echo: &Echo, assumed: &[RoleArn]) -> PolicyDocument {
    let pair = &echo.template;
    let (source, target) = (&pair.source, &pair.destination);
    let two_way = pair.direction == Direction::TwoWay;
    let crosses = source.site.account != target.site.account;
    let mut at_source: BTreeSet<&str> = LOOK.into_iter().chain(LEAVE).collect();
    let mut at_target: BTreeSet<&str> = LOOK.into_iter().chain(ARRIVE).collect();
    for setting in &pair.mirror.settings {
        let (read, write) = of_setting(*setting);
        at_source.insert(read);
        at_target.extend(write);
    }
    if two_way {
        at_target.extend(LEAVE);
        if crosses {
            at_source.extend(POLICY);
        }
    }
    let mut statements = vec![
        Statement::allow("FindBuckets", ["s3:ListAllMyBuckets"], ["*"]),
        Statement::allow("ProtectBuckets", at_source, sources(echo)),
    ];
    let mut roles = passed(source);
    if assumed.is_empty() {
        statements.push(Statement::allow("MakeTargets", at_target, targets(echo)));
        if two_way {
            roles.extend(passed(target));
        }
    } else {
        let roles = assumed.iter().map(ToString::to_string);
        statements.push(Statement::allow(
            "ReachTheTarget",
            ["sts:AssumeRole"],
            roles,
        ));
    }
    if !roles.is_empty() {
        statements.push(Statement::allow(
            "SeeRoles",
            ["iam:GetRole", "iam:GetRolePolicy"],
            roles.clone(),
        ));
        let to_s3 = Statement::allow("HandRolesToS3", ["iam:PassRole"], roles);
        statements.push(to_s3.when("StringEquals", "iam:PassedToService", ["s3.amazonaws.com"]));
    }
    let mut keys: BTreeSet<String> = source.key.iter().map(ToString::to_string).collect();
    if assumed.is_empty() {
        keys.extend(target.key.iter().map(ToString::to_string));
    }
    // A policy cannot name an alias as a resource.
    if keys.iter().any(|key| key.contains(":alias/")) {
        keys = ["*".to_owned()].into();
    }
    if !keys.is_empty() {
        statements.push(Statement::allow("SeeKeys", ["kms:DescribeKey"], keys));
    }
    statements.extend(of_the_trigger(trigger));
    PolicyDocument { statements }
}

/// Its queue and its log.
fn of_the_trigger(trigger: &Trigger) -> [Statement; 2] {
    let site = &trigger.source;
    let log = format!(
        "arn:{}:logs:{}:{}:log-group:/aws/lambda/{}",
        site.partition,
        site.region,
        site.account,
        trigger.name()
    );
    [
        Statement::allow(
            "TakeMessages",
            [
                "sqs:ReceiveMessage",
                "sqs:DeleteMessage",
                "sqs:ChangeMessageVisibility",
                "sqs:GetQueueAttributes",
                "sqs:GetQueueUrl",
                // Whether a later apply has changed the echo.
                "sqs:ListQueueTags",
                // A bucket that failed is put back, to be tried later.
                "sqs:SendMessage",
            ],
            [trigger.queue().arn],
        ),
        Statement::allow(
            "Log",
            [
                "logs:CreateLogGroup",
                "logs:CreateLogStream",
                "logs:PutLogEvents",
            ],
            [log.clone(), format!("{log}:*")],
        ),
    ]
}

/// The role that rules on a side's buckets run under.
fn passed(side: &Side) -> Vec<String> {
    match &side.role {
        RoleChoice::Existing(role) => vec![role.to_string()],
        RoleChoice::Own => Vec::new(),
    }
}

fn arn(partition: &Partition, pattern: &str) -> String {
    format!("arn:{partition}:s3:::{pattern}")
}

/// The patterns by which an echo selects; policies know the same two wildcards.
fn patterns(echo: &Echo) -> Vec<String> {
    let include = &echo.selection.include;
    if include.is_empty() {
        return vec!["*".to_owned()];
    }
    include.iter().map(ToString::to_string).collect()
}

fn sources(echo: &Echo) -> Vec<String> {
    let site = &echo.template.source.site;
    patterns(echo)
        .iter()
        .map(|pattern| arn(&site.partition, pattern))
        .collect()
}

fn targets(echo: &Echo) -> Vec<String> {
    let (source, target) = (&echo.template.source.site, &echo.template.destination.site);
    patterns(echo)
        .iter()
        .map(|pattern| {
            let name = echo.target_bucket.pattern_for(source, pattern);
            arn(&target.partition, &name)
        })
        .collect()
}
