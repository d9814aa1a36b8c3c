//! Making a bucket, and finding again what a lost answer made.

use std::collections::BTreeMap;

use replication::Step;

use super::script::{Script, answer, s3_error};
use super::{EAST, WEST, at, caller, cloud, execute, made_by};

fn create(site: &str, region: &str, object_lock: bool, tags: BTreeMap<String, String>) -> Step {
    Step::CreateBucket {
        at: at(site, "orders-dr"),
        region: region.parse().unwrap(),
        object_lock,
        tags,
    }
}

const TAGS: &str = "<Tagging><TagSet><Tag><Key>crr:made-by</Key><Value>terraform-provider-crr</Value></Tag></TagSet></Tagging>";

#[tokio::test(start_paused = true)]
async fn the_first_region_is_not_named_and_every_other_is() {
    let script = Script::default();
    caller(&script, "east", EAST);
    caller(&script, "west", WEST);
    let cloud = cloud(&script);
    script.expect("east s3 PUT /orders-dr", answer(200));
    execute(&cloud, create("east", "us-east-1", false, BTreeMap::new()))
        .await
        .unwrap();
    script.expect("west s3 PUT /orders-dr", answer(200));
    script.expect("west s3 PUT /orders-dr?tagging", answer(204));
    execute(&cloud, create("west", "us-west-2", true, made_by()))
        .await
        .unwrap();
    assert_eq!(script.bodies("east s3 PUT /orders-dr")[0], "");
    let body = &script.bodies("west s3 PUT /orders-dr")[0];
    assert!(
        body.contains("<LocationConstraint>us-west-2</LocationConstraint>"),
        "{body}"
    );
    assert!(body.contains("<Key>crr:made-by</Key>"), "{body}");
    for sent in script.finish() {
        let locked = sent.headers.get("x-amz-bucket-object-lock-enabled");
        let expected = sent.call == "west s3 PUT /orders-dr";
        assert_eq!(
            locked.map(String::as_str),
            expected.then_some("true"),
            "{}",
            sent.call
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_system_that_refuses_tags_gets_them_right_after() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(
        "east s3 PUT /orders-dr",
        s3_error(400, "MalformedXML", "what?"),
    );
    script.expect("east s3 PUT /orders-dr", answer(200));
    script.expect("east s3 PUT /orders-dr?tagging", answer(204));
    execute(
        &cloud(&script),
        create("east", "us-east-1", false, made_by()),
    )
    .await
    .unwrap();
    let bodies = script.bodies("east s3 PUT /orders-dr");
    assert!(bodies[0].contains("crr:made-by"));
    assert_eq!(bodies[1], "");
    assert!(script.bodies("east s3 PUT /orders-dr?tagging")[0].contains("crr:made-by"));
}

#[tokio::test(start_paused = true)]
async fn a_bucket_whose_answer_was_lost_is_known_by_our_tag() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect("east s3 PUT /orders-dr", answer(200).lost());
    script.expect(
        "east s3 PUT /orders-dr",
        s3_error(409, "BucketAlreadyOwnedByYou", "you own it"),
    );
    script.expect("east s3 GET /orders-dr?tagging", answer(200).xml(TAGS));
    script.expect("east s3 PUT /orders-dr?tagging", answer(204));
    execute(
        &cloud(&script),
        create("east", "us-east-1", false, made_by()),
    )
    .await
    .unwrap();
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_bucket_of_the_account_without_our_tag_is_not_taken_over() {
    for theirs in [
        s3_error(404, "NoSuchTagSet", "none"),
        answer(200).xml(&TAGS.replace("crr:made-by", "made-by")),
        answer(200).xml(&TAGS.replace("terraform-provider-crr", "somebody")),
    ] {
        let script = Script::default();
        caller(&script, "east", EAST);
        script.expect(
            "east s3 PUT /orders-dr",
            s3_error(409, "BucketAlreadyOwnedByYou", "you own it"),
        );
        script.expect("east s3 GET /orders-dr?tagging", theirs);
        let error = execute(
            &cloud(&script),
            create("east", "us-east-1", false, made_by()),
        )
        .await
        .unwrap_err();
        assert_eq!(
            error.failures[0].code.as_deref(),
            Some("BucketAlreadyOwnedByYou")
        );
        assert!(error.failures[0].remedy.is_some());
        script.finish();
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_of_a_stranger_is_an_error_at_once() {
    let script = Script::default();
    caller(&script, "east", EAST);
    script.expect(
        "east s3 PUT /orders-dr",
        s3_error(409, "BucketAlreadyExists", "not available"),
    );
    let error = execute(
        &cloud(&script),
        create("east", "us-east-1", false, made_by()),
    )
    .await
    .unwrap_err();
    assert!(
        error.failures[0].detail().contains("Choose another"),
        "{error}"
    );
    assert_eq!(script.calls().len(), 1);
}
