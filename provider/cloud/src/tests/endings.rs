//! How waits end.

use std::time::Duration;

use replication::step::Target;
use replication::{OwnedRules, Step};
use tokio::time::Instant;

use super::looking::FOREIGN;
use super::script::{Script, answer, s3_error};
use super::{EAST, at, caller, cloud, plan};
use crate::{ErrorKind, Job};

const CALL: &str = "east s3 PUT /orders?versioning";

fn versioning() -> Step {
    Step::PutVersioning {
        at: at("east", "orders"),
    }
}

fn script(answers: usize) -> Script {
    let script = Script::default();
    caller(&script, "east", EAST);
    for _ in 0..answers {
        script.expect(
            CALL,
            s3_error(
                409,
                "OperationAborted",
                "A conflicting conditional operation is currently in progress",
            ),
        );
    }
    script
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_over_says_for_what_and_how_long() {
    let script = script(100);
    let began = Instant::now();
    let error = cloud(&script)
        .execute(&plan(vec![vec![versioning()]]), &Job::default())
        .await
        .unwrap_err();
    assert!(
        began.elapsed() >= Duration::from_mins(2),
        "as long as its bound"
    );
    assert!(began.elapsed() < Duration::from_secs(130));
    let failure = &error.failures[0];
    assert_eq!(failure.kind, ErrorKind::TimedOut);
    assert_eq!(failure.code.as_deref(), Some("OperationAborted"));
    assert!(
        failure
            .message
            .contains("waited 120 s for another change to finish"),
        "{failure}"
    );
    assert_eq!(failure.target, Some(Target::Bucket(at("east", "orders"))));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_a_wait_before_its_bound() {
    let script = script(100);
    let began = Instant::now();
    let job = Job {
        deadline: Some(began + Duration::from_secs(10)),
        ..Job::default()
    };
    let error = cloud(&script)
        .execute(&plan(vec![vec![versioning()]]), &job)
        .await
        .unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 10);
    assert_eq!(error.failures[0].kind, ErrorKind::TimedOut);
    assert!(error.failures[0].message.contains("waited 10 s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_cancel_ends_a_wait_at_once_and_nothing_more_is_begun() {
    let script = script(100);
    let job = Job::default();
    let cancel = job.cancel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(7)).await;
        cancel.cancel();
    });
    let began = Instant::now();
    let error = cloud(&script)
        .execute(&plan(vec![vec![versioning(), versioning()]]), &job)
        .await
        .unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 7);
    let failure = &error.failures[0];
    assert_eq!(failure.kind, ErrorKind::Cancelled);
    assert!(
        failure
            .message
            .contains("cancelled while waiting for another change"),
        "{failure}"
    );
    assert_eq!((error.taken, error.left), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_job_begins_nothing() {
    let script = Script::default();
    let job = Job::default();
    job.cancel.cancel();
    let error = cloud(&script)
        .execute(&plan(vec![vec![versioning()]]), &job)
        .await
        .unwrap_err();
    assert_eq!(error.failures[0].kind, ErrorKind::Cancelled);
    assert!(script.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_call_under_way_is_given_a_while_and_no_more() {
    for (takes, kind) in [(9, None), (60, Some(ErrorKind::Cancelled))] {
        let script = script(0);
        script.expect(CALL, answer(200).after(takes));
        let job = Job::default();
        let cancel = job.cancel.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            cancel.cancel();
        });
        let result = cloud(&script)
            .execute(&plan(vec![vec![versioning()]]), &job)
            .await;
        assert_eq!(result.err().map(|e| e.failures[0].kind), kind);
    }
}

#[tokio::test(start_paused = true)]
async fn replication_waits_for_versioning_that_was_just_switched_on() {
    let script = script(0);
    let put = "east s3 PUT /orders?replication";
    let get = "east s3 GET /orders?replication";
    for _ in 0..5 {
        script.expect(
            put,
            s3_error(
                400,
                "InvalidRequest",
                "Destination bucket must have versioning enabled.",
            ),
        );
        script.expect(get, answer(200).xml(FOREIGN));
    }
    script.expect(put, answer(200));
    let step = Step::PutReplicationRules {
        at: at("east", "orders"),
        document: Some(FOREIGN.to_owned()),
        owned: OwnedRules {
            prefix: "crr-".to_owned(),
            ..OwnedRules::default()
        },
    };
    cloud(&script)
        .execute(&plan(vec![vec![step]]), &Job::default())
        .await
        .unwrap();
    assert_eq!(script.bodies(put).len(), 6);
}
