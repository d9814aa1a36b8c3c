//! Functions run for real, and end with the lab.

use std::time::{Duration, Instant};

use acceptance_tests::lab::{function, python};
use acceptance_tests::{Lab, LabError, Site};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{FunctionCode, Runtime};

use super::make_role;

const LIMIT: Duration = Duration::from_secs(30);

/// A function that puts what it was woken by where the test finds it, and then waits for the next.
const PROGRAM: &str = r#"
import os, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(api + "next") as woken:
        request, body = woken.headers["Lambda-Runtime-Aws-Request-Id"], woken.read()
    with open(os.environ["INTO"] + ".new", "wb") as into:
        into.write(body)
    os.rename(os.environ["INTO"] + ".new", os.environ["INTO"])
    urllib.request.urlopen(urllib.request.Request(api + request + "/response", b"{}"))
"#;

/// What a function sees of who it is.
const KEY: &str = "os.environ[\"AWS_ACCESS_KEY_ID\"].encode() + b\" \" + ";

/// A queue, and a function on it that writes what comes to this file; the queue's URL.
async fn function_on_a_queue(lab: &Lab, site: &Site, folder: &std::path::Path) -> String {
    let program = folder.join("program");
    let text = format!(
        "#!{}\n{}",
        python().expect("python").display(),
        PROGRAM.replace("into.write(", &format!("into.write({KEY}"))
    );
    std::fs::write(&program, text).expect("the program");
    function::zip(&program, &folder.join("function.zip")).expect("a zip");
    let zip = std::fs::read(folder.join("function.zip")).expect("the zip");
    let sqs = lab.admin_sqs(site);
    let url = sqs.create_queue().queue_name("wakes").send().await;
    let url = url
        .expect("a queue")
        .queue_url()
        .expect("its URL")
        .to_owned();
    let role = make_role(lab, site, "crr-function").await;
    let environment = aws_sdk_lambda::types::Environment::builder()
        .variables("INTO", folder.join("woken").display().to_string())
        .build();
    let lambda = lab.admin_lambda(site);
    lambda
        .create_function()
        .function_name("shows")
        .runtime(Runtime::Providedal2023)
        .handler("bootstrap")
        .role(role)
        .environment(environment)
        .code(FunctionCode::builder().zip_file(Blob::new(zip)).build())
        .send()
        .await
        .expect("a function");
    lambda
        .create_event_source_mapping()
        .function_name("shows")
        .event_source_arn(format!(
            "arn:aws:sqs:{}:{}:wakes",
            site.region, site.account
        ))
        .send()
        .await
        .expect("a mapping");
    url
}

fn runs(process: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

#[tokio::test]
async fn a_message_wakes_a_function_and_no_process_of_it_outlives_the_lab() -> Result<(), LabError>
{
    let folder = tempfile::tempdir().expect("a folder");
    let lab = Lab::start().await?;
    let east = lab.site("east");
    let url = function_on_a_queue(&lab, east, folder.path()).await;
    let sent = lab.admin_sqs(east).send_message().queue_url(&url);
    sent.message_body("orders").send().await.expect("sent");
    let began = Instant::now();
    let woken = loop {
        if let Ok(woken) = std::fs::read_to_string(folder.path().join("woken")) {
            break woken;
        }
        assert!(began.elapsed() < LIMIT, "nothing woke it");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(
        woken.contains("\"body\": \"orders\"") || woken.contains("\"body\":\"orders\""),
        "{woken}"
    );
    // By that key the gateway knows the function's role, and checks whether it may pass another.
    let key = woken.split(' ').next().expect("a key");
    assert!(key.starts_with("ASIA"), "{woken}");
    assert_eq!(
        lab.gateway().session(key).as_deref(),
        Some("arn:aws:sts::111111111111:assumed-role/crr-function/shows")
    );
    let processes = lab.function_processes();
    assert!(!processes.is_empty() && processes.iter().all(|process| runs(*process)));
    let named = lab.calls().of("CreateFunction").on("shows").len();
    assert_eq!(named, 1, "{}", lab.calls().lines());
    drop(lab);
    let began = Instant::now();
    while processes.iter().any(|process| runs(*process)) {
        assert!(began.elapsed() < LIMIT, "{processes:?} are left behind");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}
