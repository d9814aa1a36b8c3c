//! Settings that a bucket has because another has them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use replication::mirror::{MirroredLifecycle, OwnedTags};
use replication::{Lifecycle, Step};

use super::looking::{CORS, LIFECYCLE};
use super::script::{Answer, Script, answer, s3_error};
use super::shared_documents::crc32;
use super::{EAST, at, caller, cloud, execute, plan};
use crate::Job;

const PUT_LIFECYCLE: &str = "east s3 PUT /orders?lifecycle";
const PUT_CORS: &str = "east s3 PUT /orders?cors";

fn lifecycle(xml: &str) -> Lifecycle {
    Lifecycle {
        xml: xml.to_owned(),
        minimum_size: Some("varies_by_storage_class".to_owned()),
    }
}

fn put_lifecycle() -> Step {
    Step::PutLifecycle {
        at: at("east", "orders"),
        lifecycle: Some(lifecycle(LIFECYCLE)),
        mirrored: MirroredLifecycle {
            source: Some(lifecycle(LIFECYCLE)),
            exact: false,
        },
    }
}

/// Takes a step whose calls have these answers.
async fn take(step: Step, answers: &[(&str, Answer)]) -> Script {
    let script = Script::default();
    caller(&script, "east", EAST);
    for (call, answer) in answers {
        script.expect(call, answer.clone());
    }
    execute(&cloud(&script), step).await.unwrap();
    script
}

#[tokio::test(start_paused = true)]
async fn documents_are_sent_as_the_very_bytes_with_their_own_length_and_sums() {
    let cors = Step::PutCors {
        at: at("east", "orders"),
        document: Some(CORS.to_owned()),
    };
    for (step, call, document) in [
        (put_lifecycle(), PUT_LIFECYCLE, LIFECYCLE),
        (cors, PUT_CORS, CORS),
    ] {
        let busy = s3_error(503, "SlowDown", "Reduce your request rate");
        let script = take(step, &[(call, busy), (call, answer(200))]).await;
        let sent: Vec<_> = script
            .finish()
            .into_iter()
            .filter(|sent| sent.call == call)
            .collect();
        assert_eq!(sent.len(), 2);
        for request in sent {
            assert_eq!(request.body, document);
            let header = |name: &str| request.headers[name].as_str();
            assert_eq!(header("content-length"), document.len().to_string());
            assert_eq!(header("x-amz-expected-bucket-owner"), EAST);
            assert_eq!(
                header("x-amz-checksum-crc32"),
                STANDARD.encode(crc32(document.as_bytes()).to_be_bytes())
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_size_from_which_objects_move_goes_beside_the_lifecycle() {
    let script = take(put_lifecycle(), &[(PUT_LIFECYCLE, answer(200))]).await;
    let sent = script.finish().pop().unwrap();
    assert_eq!(
        sent.headers["x-amz-transition-default-minimum-object-size"],
        "varies_by_storage_class"
    );
}

#[tokio::test(start_paused = true)]
async fn after_a_wait_the_lifecycle_is_merged_into_what_stands_there_then() {
    let theirs = "<LifecycleConfiguration><Rule><ID>theirs</ID><Status>Disabled</Status></Rule></LifecycleConfiguration>";
    let busy = s3_error(409, "OperationAborted", "A conflicting operation");
    let script = take(
        put_lifecycle(),
        &[
            (PUT_LIFECYCLE, busy),
            ("east s3 GET /orders?lifecycle", answer(200).xml(theirs)),
            (PUT_LIFECYCLE, answer(200)),
        ],
    )
    .await;
    let body = &script.bodies(PUT_LIFECYCLE)[1];
    assert!(
        body.contains("<ID>theirs</ID>") && body.contains("<NotKnown>1</NotKnown>"),
        "{body}"
    );
}

/// S3 takes all tags or none, so a tag that somebody set during the wait would go.
#[tokio::test(start_paused = true)]
async fn after_a_wait_tags_are_merged_into_those_that_stand_there_then() {
    let ours = || [("team".to_owned(), "orders".to_owned())].into();
    let step = Step::PutBucketTags {
        at: at("east", "orders"),
        tags: ours(),
        owned: OwnedTags {
            set: ours(),
            alone: false,
        },
    };
    let theirs = "<Tagging><TagSet><Tag><Key>theirs</Key><Value>1</Value></Tag></TagSet></Tagging>";
    let put = "east s3 PUT /orders?tagging";
    let busy = s3_error(409, "OperationAborted", "A conflicting operation");
    let script = take(
        step,
        &[
            (put, busy),
            ("east s3 GET /orders?tagging", answer(200).xml(theirs)),
            (put, answer(204)),
        ],
    )
    .await;
    let body = &script.bodies(put)[1];
    assert!(
        body.contains("<Key>theirs</Key>") && body.contains("<Key>team</Key>"),
        "{body}"
    );
}

/// What a step writes late in a plan is read while the stage before it is taken.
#[tokio::test(start_paused = true)]
async fn shared_settings_are_read_ahead() {
    let theirs = "<LifecycleConfiguration><Rule><ID>theirs</ID><Status>Disabled</Status></Rule></LifecycleConfiguration>";
    let tagged = "<Tagging><TagSet><Tag><Key>theirs</Key><Value>1</Value></Tag></TagSet></Tagging>";
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect("east s3 PUT /orders?versioning", answer(200));
    let lifecycle = "east s3 GET /orders?lifecycle";
    script.expect(lifecycle, answer(200).xml(theirs));
    script.expect("east s3 GET /orders?tagging", answer(200).xml(tagged));
    script.expect(PUT_LIFECYCLE, answer(200));
    script.expect("east s3 PUT /orders?tagging", answer(204));
    let versioning = Step::PutVersioning {
        at: at("east", "orders"),
    };
    let tags = Step::PutBucketTags {
        at: at("east", "orders"),
        tags: [("team".to_owned(), "orders".to_owned())].into(),
        owned: OwnedTags {
            set: [("team".to_owned(), "orders".to_owned())].into(),
            alone: false,
        },
    };
    let plan = plan(vec![vec![versioning], vec![put_lifecycle(), tags]]);
    let cloud = cloud(&script);
    cloud.execute(&plan, &Job::default()).await.unwrap();
    assert!(script.bodies(PUT_LIFECYCLE)[0].contains("<ID>theirs</ID>"));
    assert!(script.bodies("east s3 PUT /orders?tagging")[0].contains("<Key>theirs</Key>"));
}

#[tokio::test(start_paused = true)]
async fn what_is_to_go_is_deleted_and_may_be_gone() {
    let at = || at("east", "orders");
    let steps: [(Step, &str, &str); 5] = [
        (
            Step::PutLifecycle {
                at: at(),
                lifecycle: None,
                mirrored: MirroredLifecycle::default(),
            },
            "lifecycle",
            "NoSuchLifecycleConfiguration",
        ),
        (
            Step::PutCors {
                at: at(),
                document: None,
            },
            "cors",
            "NoSuchCORSConfiguration",
        ),
        (
            Step::DeletePublicAccessBlock { at: at() },
            "publicAccessBlock",
            "NoSuchPublicAccessBlockConfiguration",
        ),
        (
            Step::DeleteOwnership { at: at() },
            "ownershipControls",
            "OwnershipControlsNotFoundError",
        ),
        (
            Step::PutBucketTags {
                at: at(),
                tags: std::collections::BTreeMap::new(),
                owned: OwnedTags::default(),
            },
            "tagging",
            "NoSuchTagSet",
        ),
    ];
    for (step, part, gone) in steps {
        let call = format!("east s3 DELETE /orders?{part}");
        for end in [answer(204), s3_error(404, gone, "gone")] {
            let script = take(step.clone(), &[(call.as_str(), end)]).await;
            assert_eq!(script.calls(), [call.as_str()]);
        }
        let script = Script::default();
        caller(&script, "east", EAST);
        script.expect(&call, s3_error(403, "AccessDenied", "no"));
        assert!(
            execute(&cloud(&script), step).await.is_err(),
            "{part}: what may not be deleted is not gone"
        );
    }
}
