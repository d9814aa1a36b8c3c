//! What is there of a trigger.

use std::collections::BTreeMap;

use replication::Seen;
use replication::observed::Reads;
use replication::trigger::{ObservedTrigger, TriggerReads};

use super::{FUNCTIONS, OURS, call, function, mappings_of_queue, no_queue, queue, rule, url};
use crate::tests::script::{Script, answer, json_error};
use crate::tests::{cloud, made_by};

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
