//! The parts of a trigger: looked at, made, changed and deleted.

mod function;
mod looking;

use std::collections::BTreeMap;

use replication::Step;
use replication::trigger::{Change, EventRule, ResourceRef, When};

use super::script::{Answer, Script, answer, json_error};
use super::{EAST, cloud, execute, made_by, site_name};

fn at(service: &str, name: &str) -> ResourceRef {
    ResourceRef {
        site: site_name("east"),
        arn: format!("arn:aws:{service}:us-east-1:{EAST}:{name}"),
    }
}

fn queue() -> ResourceRef {
    at("sqs", "crr-echo")
}

fn rule() -> ResourceRef {
    at("events", "rule/crr-echo")
}

fn function() -> ResourceRef {
    at("lambda", "function:crr-echo")
}

const FUNCTIONS: &str = "/2015-03-31/functions";
const MAPPINGS: &str = "/2015-03-31/event-source-mappings";
const OURS: &str = "{\"Tags\":{\"crr:made-by\":\"terraform-provider-crr\"}}";

fn call(service: &str, call: &str) -> String {
    format!("east {service} {call}")
}

fn no_queue() -> Answer {
    json_error(400, "QueueDoesNotExist", "no such queue").header(
        "x-amzn-query-error",
        "AWS.SimpleQueueService.NonExistentQueue;Sender",
    )
}

fn url() -> Answer {
    answer(200).json("{\"QueueUrl\":\"http://sqs.east.test/q\"}")
}

async fn take(script: &Script, at: ResourceRef, change: Change) -> Result<(), crate::ExecuteError> {
    execute(&cloud(script), Step::Trigger { at, change }).await
}

fn creation() -> Change {
    Change::CreateQueue {
        attributes: [("VisibilityTimeout".to_owned(), "300".to_owned())].into(),
        tags: made_by(),
    }
}

fn mappings_of_queue() -> String {
    let queue = queue().arn.replace(':', "%3A");
    call("lambda", &format!("GET {MAPPINGS}?EventSourceArn={queue}"))
}

#[tokio::test(start_paused = true)]
async fn a_queue_whose_name_was_just_given_up_is_waited_for() {
    let script = Script::default();
    let recently = json_error(400, "QueueDeletedRecently", "wait 60 seconds").header(
        "x-amzn-query-error",
        "AWS.SimpleQueueService.QueueDeletedRecently;Sender",
    );
    script.expect(&call("sqs", "CreateQueue"), recently);
    script.expect(&call("sqs", "CreateQueue"), url());
    take(&script, queue(), creation()).await.unwrap();
    let body = &script.bodies(&call("sqs", "CreateQueue"))[1];
    for part in [
        "\"QueueName\":\"crr-echo\"",
        "\"VisibilityTimeout\":\"300\"",
        "\"crr:made-by\":\"terraform-provider-crr\"",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_of_others_is_not_taken_over_and_one_of_ours_is_mended() {
    for (tags, ours) in [("{}", false), (OURS, true)] {
        let script = Script::default();
        let exists = json_error(400, "QueueNameExists", "other attributes")
            .header("x-amzn-query-error", "QueueAlreadyExists;Sender");
        script.expect(&call("sqs", "CreateQueue"), exists);
        script.expect(&call("sqs", "GetQueueUrl"), url());
        script.expect(&call("sqs", "ListQueueTags"), answer(200).json(tags));
        if ours {
            script.expect(&call("sqs", "GetQueueUrl"), url());
            script.expect(&call("sqs", "SetQueueAttributes"), answer(200).json("{}"));
        }
        let taken = take(&script, queue(), creation()).await;
        assert_eq!(taken.is_ok(), ours);
        if let Err(error) = taken {
            let remedy = error.failures[0].remedy.clone().unwrap_or_default();
            assert!(remedy.contains("does not carry our tag"), "{remedy}");
        }
        script.finish();
    }
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_gone_is_deleted() {
    let script = Script::default();
    script.expect(&call("sqs", "GetQueueUrl"), no_queue());
    take(&script, queue(), Change::DeleteQueue).await.unwrap();
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_rule_is_made_with_its_tags_and_written_without() {
    let script = Script::default();
    let put = |tags| Change::PutRule {
        rule: EventRule {
            when: When::Schedule("rate(15 minutes)".to_owned()),
            enabled: false,
            description: "looks".to_owned(),
        },
        tags,
    };
    for tags in [made_by(), BTreeMap::new()] {
        script.expect(&call("events", "PutRule"), answer(200).json("{}"));
        take(&script, rule(), put(tags)).await.unwrap();
    }
    let bodies = script.bodies(&call("events", "PutRule"));
    assert!(bodies[0].contains("\"Tags\":[{") && !bodies[1].contains("Tags"));
    assert!(
        bodies[0].contains("\"State\":\"DISABLED\""),
        "{}",
        bodies[0]
    );
    assert!(bodies[0].contains("rate(15 minutes)") && !bodies[0].contains("EventPattern"));
}

#[tokio::test(start_paused = true)]
async fn a_target_that_was_refused_in_a_good_answer_is_a_failure() {
    let script = Script::default();
    script.expect(
        &call("events", "PutTargets"),
        answer(200).json("{\"FailedEntryCount\":1,\"FailedEntries\":[{\"TargetId\":\"crr\",\"ErrorCode\":\"InternalException\",\"ErrorMessage\":\"on purpose\"}]}"),
    );
    let change = Change::PutTarget {
        queue: queue().arn,
        others: Vec::new(),
    };
    let error = take(&script, rule(), change).await.unwrap_err();
    assert!(error.to_string().contains("on purpose"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn targets_of_others_are_taken_off_after_the_queue_is_one() {
    let script = Script::default();
    script.expect(&call("events", "PutTargets"), answer(200).json("{}"));
    script.expect(&call("events", "RemoveTargets"), answer(200).json("{}"));
    let change = Change::PutTarget {
        queue: queue().arn,
        others: vec!["theirs".to_owned()],
    };
    take(&script, rule(), change).await.unwrap();
    let body = &script.bodies(&call("events", "RemoveTargets"))[0];
    assert!(body.contains("[\"theirs\"]"), "{body}");
}

#[tokio::test(start_paused = true)]
async fn a_rule_goes_with_all_its_targets() {
    let script = Script::default();
    script.expect(
        &call("events", "ListTargetsByRule"),
        answer(200).json(
            "{\"Targets\":[{\"Id\":\"crr\",\"Arn\":\"a\"},{\"Id\":\"theirs\",\"Arn\":\"b\"}]}",
        ),
    );
    script.expect(&call("events", "RemoveTargets"), answer(200).json("{}"));
    script.expect(&call("events", "DeleteRule"), answer(200).json("{}"));
    take(&script, rule(), Change::DeleteRule).await.unwrap();
    let body = &script.bodies(&call("events", "RemoveTargets"))[0];
    assert!(body.contains("[\"crr\",\"theirs\"]"), "{body}");
}
