//! In what order steps are taken.

use replication::{PublicAccessBlock, Step};

use super::script::{Script, answer, s3_error};
use super::{EAST, WEST, at, caller, cloud, plan};
use crate::Job;

fn versioning(site: &str, bucket: &str) -> Step {
    Step::PutVersioning {
        at: at(site, bucket),
    }
}

fn block(site: &str, bucket: &str) -> Step {
    Step::PutPublicAccessBlock {
        at: at(site, bucket),
        block: PublicAccessBlock::ALL,
    }
}

fn both_sites() -> Script {
    let script = Script::default();
    caller(&script, "east", EAST);
    caller(&script, "west", WEST);
    script
}

#[tokio::test(start_paused = true)]
async fn targets_go_at_once_and_the_steps_on_one_target_in_their_order() {
    let script = both_sites();
    // East takes so long that all of west is done before its second step begins.
    script.expect("east s3 PUT /orders?versioning", answer(200).after(9));
    script.expect("east s3 PUT /orders?publicAccessBlock", answer(204));
    script.expect(
        "west s3 PUT /orders-dr?publicAccessBlock",
        answer(204).after(1),
    );
    script.expect("west s3 PUT /orders-dr?versioning", answer(200).after(1));
    script.expect("east s3 DELETE /orders", answer(204));
    let plan = plan(vec![
        vec![
            versioning("east", "orders"),
            block("west", "orders-dr"),
            block("east", "orders"),
            versioning("west", "orders-dr"),
        ],
        vec![Step::DeleteBucket {
            at: at("east", "orders"),
        }],
    ]);
    cloud(&script)
        .execute(&plan, &Job::default())
        .await
        .unwrap();
    assert_eq!(
        script.calls(),
        [
            "east s3 PUT /orders?versioning",
            "west s3 PUT /orders-dr?publicAccessBlock",
            "west s3 PUT /orders-dr?versioning",
            "east s3 PUT /orders?publicAccessBlock",
            "east s3 DELETE /orders",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_ends_its_target_and_the_stages_after_but_not_the_others_of_its_stage() {
    let script = both_sites();
    let refused = || s3_error(403, "AccessDenied", "Access Denied");
    script.expect("east s3 PUT /orders?versioning", refused());
    script.expect("west s3 PUT /orders-dr?versioning", answer(200).after(5));
    script.expect("west s3 PUT /orders-dr?publicAccessBlock", answer(204));
    let plan = plan(vec![
        vec![
            versioning("east", "orders"),
            block("east", "orders"),
            versioning("west", "orders-dr"),
            block("west", "orders-dr"),
        ],
        vec![versioning("west", "orders-dr")],
    ]);
    let error = cloud(&script)
        .execute(&plan, &Job::default())
        .await
        .unwrap_err();
    assert_eq!((error.taken, error.left), (2, 3));
    let [failure] = error.failures.as_slice() else {
        panic!("{error}");
    };
    assert_eq!(failure.operation, "s3:PutBucketVersioning");
    assert_eq!(
        failure.summary(),
        "Could not enable versioning on east:orders"
    );
    assert!(failure.detail().contains("Request id: REQ1"));
    assert_eq!(script.calls().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn all_failures_of_a_stage_are_told() {
    let script = both_sites();
    let refused = || s3_error(403, "AccessDenied", "Access Denied");
    script.expect("east s3 PUT /orders?versioning", refused());
    script.expect("west s3 PUT /orders-dr?versioning", refused());
    let plan = plan(vec![vec![
        versioning("east", "orders"),
        versioning("west", "orders-dr"),
    ]]);
    let error = cloud(&script)
        .execute(&plan, &Job::default())
        .await
        .unwrap_err();
    assert_eq!(error.failures.len(), 2);
    script.finish();
}

/// `orders` is deleted between the stage before and this one, while the way back to it is written.
#[tokio::test(start_paused = true)]
async fn what_waits_is_given_up_when_another_step_of_its_stage_has_failed() {
    let script = both_sites();
    let gone = s3_error(404, "NoSuchBucket", "The specified bucket does not exist");
    script.expect("east s3 PUT /orders?publicAccessBlock", gone.after(3));
    for _ in 0..9 {
        let busy = s3_error(409, "OperationAborted", "Another operation is in progress");
        script.expect("west s3 PUT /orders-dr?publicAccessBlock", busy);
    }
    let plan = plan(vec![vec![
        block("east", "orders"),
        block("west", "orders-dr"),
    ]]);
    let began = tokio::time::Instant::now();
    let error = cloud(&script)
        .execute(&plan, &Job::default())
        .await
        .unwrap_err();
    assert_eq!(began.elapsed().as_secs(), 3);
    let said: Vec<String> = error.failures.iter().map(ToString::to_string).collect();
    assert_eq!(error.failures.len(), 2, "{said:?}");
    assert!(
        said[1].contains("since another step has failed"),
        "{said:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bucket_of_others_that_was_deleted_since_it_took_a_step_is_not_waited_for() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect("east s3 PUT /orders?versioning", answer(200));
    let gone = s3_error(404, "NoSuchBucket", "The specified bucket does not exist");
    script.expect("east s3 PUT /orders?publicAccessBlock", gone);
    let plan = plan(vec![
        vec![versioning("east", "orders")],
        vec![block("east", "orders")],
    ]);
    let error = cloud(&script)
        .execute(&plan, &Job::default())
        .await
        .unwrap_err();
    assert_eq!(error.failures[0].status, Some(404));
    script.finish();
}
