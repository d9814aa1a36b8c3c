//! The function of a trigger, and what leads messages to it.

use replication::trigger::{Architecture, Change, FunctionSettings, Mapping, Package};

use super::{FUNCTIONS, MAPPINGS, call, function, mappings_of_queue, queue, take};
use crate::tests::script::{Script, answer, json_error};
use crate::tests::{EAST, made_by};

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
