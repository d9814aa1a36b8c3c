use super::spread::Spread;
use replication::bucket::BucketRef;
use replication::{OwnedRules, OwnedStatements, RoleArn, Rule};

use super::*;
use crate::operation::{
    DELETE_ROLE, Operation, PUT_BUCKET_POLICY, PUT_BUCKET_REPLICATION, PUT_KEY_POLICY,
    PUT_ROLE_POLICY, PUT_ROLE_TRUST,
};

const OLD: New = New {
    role: false,
    bucket: false,
    destination: false,
};
const ROLE: New = New { role: true, ..OLD };
const BUCKET: New = New {
    bucket: true,
    ..OLD
};
const OTHER_BUCKET: New = New {
    destination: true,
    ..OLD
};

fn of(operation: Operation, code: &str, message: &str, new: New) -> Option<Spread> {
    let mut failure = Failure::unusable(operation, message.to_owned());
    failure.kind = ErrorKind::Service;
    failure.code = Some(code.to_owned());
    spread(&failure, new)
}

const SOURCE: &str =
    "Versioning must be 'Enabled' on the bucket to apply a replication configuration";
const DESTINATION: &str = "Destination bucket must have versioning enabled.";
const NO_DESTINATION: &str = "Destination bucket must exist.";
const PRINCIPAL: &str = "Invalid principal in policy";
const PRINCIPALS: &str = "Policy contains a statement with one or more invalid principals.";
const PASSING: &str = "User: arn:aws:iam::1:user/ops is not authorized to perform: iam:PassRole";

/// Call, code, message, what is new, what to wait for.
type Row = (Operation, &'static str, &'static str, New, Option<Spread>);

#[rustfmt::skip]
const TABLE: [Row; 27] = [
    (PUT_BUCKET_REPLICATION, "InvalidRequest", SOURCE, OLD, Some(Spread::Versioning)),
    (PUT_BUCKET_REPLICATION, "InvalidRequest", DESTINATION, OLD, Some(Spread::Versioning)),
    (PUT_BUCKET_POLICY, "InvalidRequest", SOURCE, OLD, None),
    (PUT_BUCKET_REPLICATION, "InvalidRequest", NO_DESTINATION, OTHER_BUCKET, Some(Spread::Bucket)),
    (PUT_BUCKET_REPLICATION, "InvalidRequest", NO_DESTINATION, OLD, None),
    (PUT_BUCKET_REPLICATION, "AccessDenied", "Access Denied", ROLE, Some(Spread::Role)),
    (PUT_BUCKET_REPLICATION, "AccessDenied", "Access Denied", OLD, None),
    (PUT_BUCKET_REPLICATION, "AccessDenied", PASSING, ROLE, None),
    (PUT_BUCKET_REPLICATION, "InvalidArgument", "Invalid role", ROLE, Some(Spread::Role)),
    (PUT_BUCKET_REPLICATION, "InvalidArgument", "Invalid role", OLD, None),
    (PUT_BUCKET_REPLICATION, "MalformedXML", "not well-formed", ROLE, None),
    (PUT_BUCKET_REPLICATION, "NoSuchBucket", "none", BUCKET, Some(Spread::Bucket)),
    (PUT_BUCKET_REPLICATION, "NoSuchBucket", "none", OTHER_BUCKET, None),
    (PUT_BUCKET_REPLICATION, "NoSuchBucket", "none", OLD, None),
    (PUT_BUCKET_REPLICATION, "OperationAborted", "busy", OLD, Some(Spread::Conflict)),
    (PUT_BUCKET_POLICY, "OperationAborted", "busy", OLD, Some(Spread::Conflict)),
    (PUT_BUCKET_POLICY, "MalformedPolicy", PRINCIPAL, ROLE, Some(Spread::NewPrincipal)),
    (PUT_BUCKET_POLICY, "MalformedPolicy", PRINCIPAL, OLD, Some(Spread::Principal)),
    (PUT_BUCKET_POLICY, "MalformedPolicy", "Unknown action", ROLE, None),
    (PUT_BUCKET_POLICY, "AccessDenied", "Access Denied", ROLE, None),
    (PUT_KEY_POLICY, "MalformedPolicyDocumentException", PRINCIPALS, ROLE, Some(Spread::NewPrincipal)),
    (PUT_ROLE_TRUST, "MalformedPolicyDocument", PRINCIPAL, OLD, Some(Spread::Principal)),
    (PUT_ROLE_POLICY, "NoSuchEntity", "none", ROLE, Some(Spread::Role)),
    (PUT_ROLE_POLICY, "NoSuchEntity", "none", OLD, None),
    (PUT_ROLE_POLICY, "LimitExceeded", "quota", ROLE, None),
    (PUT_ROLE_POLICY, "ConcurrentModification", "busy", OLD, Some(Spread::Conflict)),
    (DELETE_ROLE, "DeleteConflict", "policies", OLD, Some(Spread::Detached)),
];

#[test]
fn what_passes_by_itself_and_what_does_not() {
    for (operation, code, message, new, expected) in TABLE {
        let found = of(operation, code, message, new);
        assert_eq!(found, expected, "{operation} {code} {message} {new:?}");
    }
}

#[test]
fn only_what_a_step_is_about_is_new_to_it() {
    let role = |name: &str| -> RoleArn {
        format!("arn:aws:iam::111122223333:role/{name}")
            .parse()
            .unwrap()
    };
    let at = |bucket: &str| BucketRef {
        site: "east".parse().unwrap(),
        bucket: bucket.parse().unwrap(),
    };
    let rules = |name: &str| Step::PutReplicationRules {
        at: at("orders"),
        document: None,
        owned: OwnedRules {
            role: Some(role(name)),
            rules: vec![Rule::to("r", "arn:aws:s3:::orders-dr")],
            ..OwnedRules::default()
        },
    };
    let policy = Step::PutBucketPolicy {
        at: at("other"),
        policy: None,
        owned: vec![OwnedStatements::default()],
    };
    let recent = Recent::default();
    assert_eq!(New::of(&rules("a"), &recent), OLD);
    recent.note(Target::Role(role("a")));
    recent.note(Target::Bucket(at("orders")));
    assert!(!New::of(&rules("a"), &recent).destination);
    recent.note(Target::Bucket(at("orders-dr")));
    let both = New {
        role: true,
        bucket: true,
        destination: true,
    };
    assert_eq!(New::of(&rules("a"), &recent), both);
    assert!(!New::of(&rules("b"), &recent).role);
    // A policy may name any role.
    let new = New::of(&policy, &recent);
    assert!(new.role && !new.bucket && !new.destination);
}

#[tokio::test(start_paused = true)]
async fn what_was_written_is_new_for_a_while_and_then_forgotten() {
    let recent = Recent::default();
    let role: RoleArn = "arn:aws:iam::111122223333:role/a".parse().unwrap();
    recent.note(Target::Role(role.clone()));
    sleep(Duration::from_secs(119)).await;
    assert!(recent.any(|target| *target == Target::Role(role.clone())));
    sleep(Duration::from_secs(1)).await;
    assert!(!recent.any(|_| true));
}

#[test]
fn only_what_a_service_said_passes_by_itself() {
    let mut failure = Failure::unusable(PUT_BUCKET_POLICY, "no route".to_owned());
    failure.code = Some("OperationAborted".to_owned());
    failure.kind = ErrorKind::Connection;
    assert_eq!(spread(&failure, OLD), None);
}

#[test]
fn pauses_grow_to_the_longest_and_differ() {
    for number in 0..40 {
        let whole = FIRST_PAUSE * 2_u32.pow(number.min(10));
        let whole = whole.min(LONGEST_PAUSE);
        let pause = pause(number);
        assert!(pause <= whole && pause * 2 >= whole, "{number}: {pause:?}");
    }
    let pauses: std::collections::BTreeSet<Duration> = (0..50).map(|_| pause(9)).collect();
    assert!(pauses.len() > 1);
}
