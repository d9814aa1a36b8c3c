//! The parts of a trigger, changed behind Terraform's back.

use acceptance_tests::gateway::call::Service;
use acceptance_tests::{Lab, LabError};
use aws_sdk_eventbridge::types::{RuleState, Target};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::Environment;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::json;

use super::{NAME, assert_gone, functions, queues, rules, script, with_function};
use crate::echo_mode::Scene;
use crate::ground::role_names;

/// The parts that [`drift`] changes.
pub const FACETS: [&str; 16] = [
    "dead_letter_queue",
    "queue",
    "queue_policy",
    "queue_tags",
    "rule",
    "rule_pattern",
    "rule_target",
    "rule_tags",
    "look",
    "function",
    "function_code",
    "function_configuration",
    "function_tags",
    "function_messages",
    "role_policy",
    "role_trust",
];

#[tokio::test]
async fn each_part_that_drifted_is_named_and_mended() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let folder = tempfile::tempdir().expect("a folder");
    let zip = script(folder.path(), "one")?;
    scene.configure(&with_function(&zip))?;
    scene.apply().await?;
    assert_eq!(functions(lab).await, [NAME]);
    drift(lab).await;
    let plan = scene.workdir.plan().await?;
    assert_eq!(plan.code, 2, "{plan}");
    for facet in FACETS {
        let named = format!("\"trigger.{facet}\"");
        assert!(plan.stdout.contains(&named), "{facet}: {plan}");
    }
    scene.apply().await?;
    // Another program under the same path is a change, too.
    script(folder.path(), "two")?;
    let plan = scene.workdir.plan().await?;
    assert!(
        plan.code == 2 && plan.stdout.contains("trigger.function_code"),
        "{plan}"
    );
    scene.apply().await?;
    // What is not wanted any more goes, and the rest stays.
    scene.configure("trigger = {}")?;
    scene.apply().await?;
    assert_eq!(functions(lab).await, Vec::<String>::new());
    assert_eq!(rules(lab).await, [NAME]);
    let roles = role_names(lab, east).await;
    assert!(!roles.contains(&NAME.to_owned()), "{roles:?}");
    // Paused, nothing is sent.
    scene.configure("paused = true\ntrigger = {}")?;
    let plan = scene.workdir.plan().await?;
    assert!(
        plan.stdout.contains("\"on\" -> \"off\"") && !plan.stdout.contains("PutBucketVersioning"),
        "what changes, without all that does not: {plan}"
    );
    scene.apply().await?;
    let rule = lab
        .admin_events(east)
        .describe_rule()
        .name(NAME)
        .send()
        .await;
    assert_eq!(rule.expect("the rule").state(), Some(&RuleState::Disabled));
    // Somebody took it away.
    for url in queues(lab).await {
        let gone = lab.admin_sqs(east).delete_queue().queue_url(url);
        gone.send().await.expect("deleted");
    }
    scene.apply().await?;
    assert_eq!(queues(lab).await.len(), 2);
    scene.workdir.destroy().await?;
    assert_gone(lab).await;
    assert_only_its_own(lab);
    Ok(())
}

/// All that Terraform asked of EventBridge and Lambda was about what carries the trigger's name: the documented policy lets it to
/// nothing else, which the emulator does not check.
fn assert_only_its_own(lab: &Lab) {
    let operator = &lab.site("east").operator.access_key;
    let mut asked = lab.calls();
    asked.0.retain(|call| {
        let call = &call.call;
        call.access_key == *operator
            && [Service::Events, Service::Lambda].contains(&call.service)
            && call.operation != "ListEventSourceMappings"
    });
    let of_mappings = |operation: &str| operation.ends_with("EventSourceMapping");
    assert!(
        asked
            .iter()
            .any(|call| call.call.operation == "CreateFunction")
    );
    for call in asked.iter().map(|call| &call.call) {
        assert!(
            call.resource.contains(NAME) || of_mappings(&call.operation),
            "{call:?}"
        );
    }
}

/// Changes everything of the trigger behind Terraform's back.
pub async fn drift(lab: &Lab) {
    let east = lab.site("east");
    let (sqs, events) = (lab.admin_sqs(east), lab.admin_events(east));
    let (lambda, iam) = (lab.admin_lambda(east), lab.admin_iam(east));
    for url in queues(lab).await {
        let set = sqs
            .set_queue_attributes()
            .queue_url(&url)
            .attributes(QueueAttributeName::MessageRetentionPeriod, "60")
            .attributes(QueueAttributeName::Policy, "");
        set.send().await.expect("set");
        let untag = sqs.untag_queue().queue_url(&url).tag_keys("crr:trigger-of");
        untag.send().await.expect("untagged");
    }
    let look = format!("{NAME}-look");
    for (name, schedule) in [(NAME, "rate(1 day)"), (&look, "rate(2 days)")] {
        let put = events.put_rule().name(name).schedule_expression(schedule);
        put.send().await.expect("put");
    }
    let elsewhere = Target::builder().id("crr").arn(format!(
        "arn:aws:sqs:{}:{}:elsewhere",
        east.region, east.account
    ));
    let put = events.put_targets().rule(NAME);
    let put = put.targets(elsewhere.build().expect("a target")).send();
    put.await.expect("put");
    let arn = format!(
        "arn:aws:events:{}:{}:rule/{NAME}",
        east.region, east.account
    );
    let untag = events.untag_resource().resource_arn(arn);
    let untag = untag.tag_keys("crr:trigger-of").send().await;
    untag.expect("untagged");
    let changed = lambda
        .update_function_configuration()
        .function_name(NAME)
        .memory_size(512)
        .environment(Environment::builder().variables("CRR_CONFIG", "{}").build());
    changed.send().await.expect("changed");
    let folder = tempfile::tempdir().expect("a folder");
    let zip = script(folder.path(), "theirs").expect("a zip");
    let code = std::fs::read(zip).expect("the zip");
    let code = lambda
        .update_function_code()
        .function_name(NAME)
        .zip_file(Blob::new(code));
    code.send().await.expect("changed");
    let arn = format!(
        "arn:aws:lambda:{}:{}:function:{NAME}",
        east.region, east.account
    );
    let untag = lambda.untag_resource().resource(arn);
    let untag = untag.tag_keys("crr:trigger-of").send().await;
    untag.expect("untagged");
    let mappings = lambda.list_event_source_mappings().send().await;
    for mapping in mappings.expect("mappings").event_source_mappings() {
        let off = lambda.update_event_source_mapping();
        let off = off.uuid(mapping.uuid().expect("an id")).batch_size(1);
        off.send().await.expect("changed");
    }
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "Service": "ec2.amazonaws.com" },
        "Action": "sts:AssumeRole",
    }] });
    let update = iam.update_assume_role_policy().role_name(NAME);
    let update = update.policy_document(trust.to_string()).send().await;
    update.expect("changed");
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Action": "s3:*",
        "Resource": "*",
    }] });
    let put = iam
        .put_role_policy()
        .role_name(NAME)
        .policy_name("crr-function");
    let put = put.policy_document(policy.to_string()).send().await;
    put.expect("changed");
}
