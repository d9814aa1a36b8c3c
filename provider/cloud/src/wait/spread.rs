//! Which failures pass by themselves. IAM and parts of S3 are eventually consistent: what one part of them has
//! accepted, another does not know yet.

use std::fmt;
use std::time::Duration;

use replication::arn::bucket_of_arn;
use replication::step::Target;
use replication::{BucketName, Step};

use crate::error::ErrorKind;
use crate::failure::Failure;
use crate::operation::{
    CREATE_FUNCTION, CREATE_MAPPING, CREATE_QUEUE, DELETE_ROLE, PUT_BUCKET_REPLICATION,
    PUT_FUNCTION_SETTINGS, PUT_ROLE_BOUNDARY, PUT_ROLE_POLICY, PUT_ROLE_TRUST, PUT_TARGETS,
    SET_QUEUE_ATTRIBUTES, TAG_ROLE,
};
use crate::recent::Recent;

/// What this process wrote a moment ago: only then can a failure be a matter of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct New {
    /// The role that the step is about, or any where it may be about several.
    pub role: bool,
    /// The step's bucket.
    pub bucket: bool,
    /// A bucket that the step's rules replicate to.
    pub destination: bool,
}

impl New {
    /// What of it matters to a step.
    pub(crate) fn of(step: &Step, recent: &Recent) -> Self {
        let target = step.target();
        let role = match step {
            Step::PutReplicationRules { owned, .. } => owned.role.clone().map(Target::Role),
            _ => Some(target.clone()).filter(|target| matches!(target, Target::Role(_))),
        };
        Self {
            role: recent.any(|written| match &role {
                Some(role) => written == role,
                None => matches!(written, Target::Role(_)),
            }),
            bucket: recent.any(|written| *written == target && matches!(target, Target::Bucket(_))),
            destination: recent.any(|written| match written {
                Target::Bucket(at) => destinations(step).any(|bucket| bucket == at.bucket),
                _ => false,
            }),
        }
    }
}

/// The buckets that the step's rules replicate to.
fn destinations(step: &Step) -> impl Iterator<Item = BucketName> {
    let rules = match step {
        Step::PutReplicationRules { owned, .. } => owned.rules.as_slice(),
        _ => &[],
    };
    rules
        .iter()
        .filter_map(|rule| bucket_of_arn(&rule.destination))
}

/// What has not yet spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Versioning was switched on, and replication does not see it yet.
    Versioning,
    /// S3 or IAM does not know the new role yet.
    Role,
    /// A policy names a principal that the service does not know yet, and it was made a moment ago …
    NewPrincipal,
    /// … or by somebody else, or before a crash.
    Principal,
    /// The bucket was made a moment ago.
    Bucket,
    /// Another change is going on.
    Conflict,
    /// IAM still counts policies that were taken off the role.
    Detached,
    /// SQS gives a queue's name again only a minute after it was deleted.
    Deleted,
    /// The queue, rule or function was made a moment ago.
    Resource,
    /// Lambda is not let into the function's role yet, or that role not to the queue.
    Execution,
}

impl Spread {
    /// How long to wait for it at most.
    pub(crate) fn bound(self) -> Duration {
        Duration::from_secs(match self {
            Self::Versioning | Self::NewPrincipal | Self::Bucket | Self::Conflict => 120,
            Self::Deleted => 90,
            Self::Role | Self::Execution => 60,
            Self::Principal | Self::Resource => 30,
            Self::Detached => 20,
        })
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Versioning => "versioning to be in force on both buckets",
            Self::Role => "the new role to be known everywhere",
            Self::NewPrincipal | Self::Principal => "the policy's principals to be known",
            Self::Bucket => "the new bucket to be known everywhere",
            Self::Conflict => "another change to finish",
            Self::Detached => "the role's policies to be gone",
            Self::Deleted => "SQS to give the deleted queue's name again",
            Self::Resource => "what was just made to be known everywhere",
            Self::Execution => "the function's role to be usable",
        })
    }
}

/// What to wait for; none: the failure is the user's to mend.
pub(crate) fn spread(failure: &Failure, new: New) -> Option<Spread> {
    if failure.kind != ErrorKind::Service {
        return None;
    }
    if failure.is(&[
        "OperationAborted",
        "ConcurrentModification",
        "ConcurrentModificationException",
        "EntityTemporarilyUnmodifiable",
        "ResourceConflictException",
        "ResourceInUseException",
    ]) {
        return Some(Spread::Conflict);
    }
    let words = failure.message.to_ascii_lowercase();
    if failure.is(&[
        "MalformedPolicy",
        "MalformedPolicyDocument",
        "MalformedPolicyDocumentException",
    ]) && words.contains("invalid principal")
        || words.contains("one or more invalid principals")
    {
        return Some(if new.role {
            Spread::NewPrincipal
        } else {
            Spread::Principal
        });
    }
    if failure.operation == PUT_BUCKET_REPLICATION
        && let Some(spread) = replication(failure, &words, new)
    {
        return Some(spread);
    }
    if let Some(spread) = of_trigger(failure, &words) {
        return Some(spread);
    }
    if new.bucket && failure.is_no_bucket() {
        return Some(Spread::Bucket);
    }
    let on_role = [PUT_ROLE_POLICY, PUT_ROLE_TRUST, PUT_ROLE_BOUNDARY, TAG_ROLE];
    if new.role && on_role.contains(&failure.operation) && failure.is(&["NoSuchEntity"]) {
        return Some(Spread::Role);
    }
    (failure.operation == DELETE_ROLE && failure.is(&["DeleteConflict"]))
        .then_some(Spread::Detached)
}

fn replication(failure: &Failure, words: &str, new: New) -> Option<Spread> {
    if words.contains("versioning must be 'enabled'")
        || words.contains("must have versioning enabled")
    {
        return Some(Spread::Versioning);
    }
    if new.destination && words.contains("destination bucket must exist") {
        return Some(Spread::Bucket);
    }
    // Where the caller himself lacks a permission, the message names him and it.
    let of_the_role =
        failure.is(&["AccessDenied"]) && !words.contains("is not authorized to perform");
    (new.role && (of_the_role || failure.is(&["InvalidArgument"]))).then_some(Spread::Role)
}

/// What a trigger's parts wait for. They refer to each other by ARN, and each is known to the next service a little later.
fn of_trigger(failure: &Failure, words: &str) -> Option<Spread> {
    let deleted = [
        "QueueDeletedRecently",
        "AWS.SimpleQueueService.QueueDeletedRecently",
    ];
    if failure.is(&deleted) {
        return Some(Spread::Deleted);
    }
    let refers = [CREATE_QUEUE, SET_QUEUE_ATTRIBUTES, CREATE_MAPPING];
    if refers.contains(&failure.operation)
        && (words.contains("dead letter target does not exist")
            || words.contains("nonexistentqueue"))
    {
        return Some(Spread::Resource);
    }
    let follows = [PUT_TARGETS, CREATE_MAPPING];
    if follows.contains(&failure.operation) && failure.is(&["ResourceNotFoundException"]) {
        return Some(Spread::Resource);
    }
    let runs = [CREATE_FUNCTION, PUT_FUNCTION_SETTINGS, CREATE_MAPPING];
    let not_yet = words.contains("cannot be assumed by lambda")
        || words.contains("execution role does not have permissions");
    (runs.contains(&failure.operation)
        && failure.is(&["InvalidParameterValueException"])
        && not_yet)
        .then_some(Spread::Execution)
}
