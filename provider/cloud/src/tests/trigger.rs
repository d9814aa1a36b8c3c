//! The parts of a trigger: looked at, made, changed and deleted.

use std::collections::BTreeMap;

use replication::observed::Reads;
use replication::trigger::{
    Architecture, Change, EventRule, FunctionSettings, Mapping, ObservedTrigger, Package,
    ResourceRef, TriggerReads, When,
};
use replication::{Seen, Step};

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

fn settings() -> FunctionSettings {
    FunctionSettings {
        runtime: "provided.al2023".to_owned(),
        handler: "bootstrap".to_owned(),
        role: format!("arn:aws:iam::{EAST}:role/crr/crr-echo"),
        memory: 256,
        timeout: 300,
        configuration: "{\"source\":\"east\"}".to_owned(),
        description: "Keeps".to_owned(),
    }
}

fn package() -> Package {
    Package {
        sha256: "hash".to_owned(),
        bytes: b"zip".to_vec().into(),
    }
}

fn make_function() -> Change {
    Change::CreateFunction {
        package: package(),
        architecture: Architecture::Arm,
        settings: settings(),
        tags: made_by(),
    }
}

fn mapping() -> Mapping {
    Mapping {
        enabled: true,
        batch: 10,
        reports_failures: true,
        at_once: Some(5),
    }
}

async fn look(script: &Script) -> ObservedTrigger {
    let reads = Reads {
        trigger: Some(TriggerReads {
            queues: vec![queue()],
            rules: vec![rule()],
            function: function(),
            queue: queue(),
        }),
        ..Reads::default()
    };
    let observed = cloud(script).observe(&reads).await.unwrap();
    *observed.trigger.unwrap()
}

fn mappings_of_queue() -> String {
    let queue = queue().arn.replace(':', "%3A");
    call("lambda", &format!("GET {MAPPINGS}?EventSourceArn={queue}"))
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_absent() {
    let script = Script::default();
    script.expect(&call("sqs", "GetQueueUrl"), no_queue());
    let none = || json_error(400, "ResourceNotFoundException", "no such rule");
    for name in ["DescribeRule", "ListTargetsByRule", "ListTagsForResource"] {
        script.expect(&call("events", name), none());
    }
    script.expect(
        &call("lambda", &format!("GET {FUNCTIONS}/crr-echo")),
        json_error(404, "ResourceNotFoundException", "no such function"),
    );
    script.expect(
        &mappings_of_queue(),
        answer(200).json("{\"EventSourceMappings\":[]}"),
    );
    let found = look(&script).await;
    assert_eq!(found.queues[&queue().arn], Seen::Absent);
    assert_eq!(found.rules[&rule().arn], Seen::Absent);
    assert_eq!(
        (found.function, found.mapping),
        (Seen::Absent, Seen::Absent)
    );
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn what_is_there_is_told_with_its_tags() {
    let script = Script::default();
    script.expect(&call("sqs", "GetQueueUrl"), url());
    script.expect(
        &call("sqs", "GetQueueAttributes"),
        answer(200).json("{\"Attributes\":{\"VisibilityTimeout\":\"300\",\"NotKnown\":\"1\"}}"),
    );
    script.expect(&call("sqs", "ListQueueTags"), answer(200).json(OURS));
    script.expect(
        &call("events", "DescribeRule"),
        answer(200).json("{\"Name\":\"crr-echo\",\"EventPattern\":\"{}\",\"State\":\"DISABLED\"}"),
    );
    script.expect(
        &call("events", "ListTargetsByRule"),
        answer(200)
            .json("{\"Targets\":[{\"Id\":\"theirs\",\"Arn\":\"arn:theirs\"}],\"NextToken\":\"t\"}"),
    );
    script.expect(
        &call("events", "ListTargetsByRule"),
        answer(200).json("{\"Targets\":[{\"Id\":\"crr\",\"Arn\":\"arn:ours\"}]}"),
    );
    script.expect(
        &call("events", "ListTagsForResource"),
        answer(200).json("{\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}"),
    );
    script.expect(
        &call("lambda", &format!("GET {FUNCTIONS}/crr-echo")),
        answer(200).json("{\"Configuration\":{\"CodeSha256\":\"hash\",\"Architectures\":[\"arm64\"],\"Runtime\":\"provided.al2023\",\"Handler\":\"bootstrap\",\"Role\":\"arn:role\",\"MemorySize\":256,\"Timeout\":300,\"Environment\":{\"Variables\":{\"CRR_CONFIG\":\"{}\",\"OTHER\":\"x\"}}},\"Tags\":{\"crr:made-by\":\"terraform-provider-crr\"}}"),
    );
    let leads = |state: &str, id: &str, to: &str| {
        format!(
            "{{\"UUID\":\"{id}\",\"FunctionArn\":\"{to}\",\"State\":\"{state}\",\"BatchSize\":10,\"FunctionResponseTypes\":[\"ReportBatchItemFailures\"],\"ScalingConfig\":{{\"MaximumConcurrency\":5}}}}"
        )
    };
    let ours = function().arn;
    script.expect(
        &mappings_of_queue(),
        answer(200).json(&format!(
            "{{\"EventSourceMappings\":[{},{},{}]}}",
            leads("Enabled", "theirs", "arn:theirs"),
            leads("Deleting", "gone", &ours),
            leads("Disabling", "ours", &ours),
        )),
    );
    let found = look(&script).await;
    let of_queue = found.queues[&queue().arn].present().unwrap();
    assert_eq!(of_queue.url, "http://sqs.east.test/q");
    assert_eq!(of_queue.tags, made_by());
    let attributes: BTreeMap<String, String> = [("NotKnown", "1"), ("VisibilityTimeout", "300")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    assert_eq!(of_queue.attributes, attributes);
    let of_rule = found.rules[&rule().arn].present().unwrap();
    assert_eq!(
        of_rule.target.as_deref(),
        Some("arn:ours"),
        "on the second page"
    );
    assert!(!of_rule.enabled);
    let of_function = found.function.present().unwrap();
    assert_eq!(of_function.configuration.as_deref(), Some("{}"));
    assert_eq!(of_function.architecture, "arm64");
    let of_mapping = found.mapping.present().unwrap();
    assert_eq!(
        (of_mapping.id.as_str(), of_mapping.enabled),
        ("ours", false)
    );
    assert_eq!((of_mapping.batch, of_mapping.at_once), (10, Some(5)));
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn a_function_whose_tags_may_not_be_read_is_not_taken_for_somebody_elses() {
    let script = Script::default();
    script.expect(
        &call("lambda", &format!("GET {FUNCTIONS}/crr-echo")),
        answer(200).json("{\"Configuration\":{},\"TagsError\":{\"ErrorCode\":\"AccessDeniedException\",\"Message\":\"no\"}}"),
    );
    script.expect(&mappings_of_queue(), answer(200).json("{}"));
    let reads = Reads {
        trigger: Some(TriggerReads {
            queues: Vec::new(),
            rules: Vec::new(),
            function: function(),
            queue: queue(),
        }),
        ..Reads::default()
    };
    let observed = cloud(&script).observe(&reads).await.unwrap();
    let Seen::Denied { action, .. } = observed.trigger.unwrap().function else {
        panic!("it was told");
    };
    assert_eq!(action, "lambda:ListTags");
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
    let change = Change::PutTarget { queue: queue().arn };
    let error = take(&script, rule(), change).await.unwrap_err();
    assert!(error.to_string().contains("on purpose"), "{error}");
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

#[tokio::test(start_paused = true)]
async fn a_function_waits_until_lambda_is_let_into_its_role() {
    let script = Script::default();
    let create = call("lambda", &format!("POST {FUNCTIONS}"));
    script.expect(
        &create,
        json_error(
            400,
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        ),
    );
    script.expect(&create, answer(201).json("{}"));
    take(&script, function(), make_function()).await.unwrap();
    let body = &script.bodies(&create)[1];
    for part in [
        "\"ZipFile\":\"emlw\"",
        "\"Architectures\":[\"arm64\"]",
        "\"Runtime\":\"provided.al2023\"",
        "\"CRR_CONFIG\":\"{\\\"source\\\":\\\"east\\\"}\"",
        "\"MemorySize\":256",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_whose_answer_was_lost_is_known_by_our_tag() {
    for (tags, ours) in [("{}", false), ("{\"crr:made-by\":\"x\"}", true)] {
        let script = Script::default();
        let create = call("lambda", &format!("POST {FUNCTIONS}"));
        script.expect(&create, answer(201).lost());
        script.expect(
            &create,
            json_error(409, "ResourceConflictException", "Function already exist"),
        );
        script.expect(
            &call("lambda", &format!("GET {FUNCTIONS}/crr-echo")),
            answer(200).json(&format!("{{\"Configuration\":{{}},\"Tags\":{tags}}}")),
        );
        let taken = take(&script, function(), make_function()).await;
        assert_eq!(taken.is_ok(), ours, "{tags}");
        script.finish();
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_that_is_being_changed_is_waited_for() {
    let script = Script::default();
    let put = call("lambda", &format!("PUT {FUNCTIONS}/crr-echo/configuration"));
    script.expect(
        &put,
        json_error(409, "ResourceConflictException", "An update is in progress"),
    );
    script.expect(&put, answer(200).json("{}"));
    let change = Change::PutFunctionSettings {
        settings: settings(),
    };
    take(&script, function(), change).await.unwrap();
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn messages_are_led_to_a_function_once_its_role_may_take_them() {
    let script = Script::default();
    let create = call("lambda", &format!("POST {MAPPINGS}"));
    script.expect(
        &create,
        json_error(
            400,
            "InvalidParameterValueException",
            "The provided execution role does not have permissions to call ReceiveMessage on SQS",
        ),
    );
    // The one of before is on its way out.
    script.expect(
        &create,
        json_error(409, "ResourceConflictException", "it already exists"),
    );
    script.expect(&mappings_of_queue(), answer(200).json("{}"));
    script.expect(&create, answer(202).json("{}"));
    let change = Change::CreateMapping {
        queue: queue().arn,
        mapping: mapping(),
    };
    take(&script, function(), change).await.unwrap();
    let body = &script.bodies(&create)[2];
    for part in [
        "\"FunctionName\":\"crr-echo\"",
        "\"BatchSize\":10",
        "\"FunctionResponseTypes\":[\"ReportBatchItemFailures\"]",
        "\"MaximumConcurrency\":5",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_function_goes_after_what_leads_messages_to_it() {
    let script = Script::default();
    let delete = call("lambda", &format!("DELETE {MAPPINGS}/id"));
    script.expect(
        &delete,
        json_error(400, "ResourceInUseException", "it is being made"),
    );
    script.expect(&delete, answer(202).json("{}"));
    script.expect(
        &call("lambda", &format!("DELETE {FUNCTIONS}/crr-echo")),
        json_error(404, "ResourceNotFoundException", "gone"),
    );
    let change = Change::DeleteFunction {
        mapping: Some("id".to_owned()),
    };
    take(&script, function(), change).await.unwrap();
    script.finish();
}
