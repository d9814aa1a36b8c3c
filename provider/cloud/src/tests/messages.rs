//! Messages of a queue: taken, kept, deleted, sent.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::script::{Script, answer, json_error};
use super::{cloud, site_name};
use crate::{Queue, Receipt};

const URL: &str = "http://sqs.east.test/1/wake";

fn queue(script: &Script) -> Queue {
    cloud(script).queue(site_name("east"), URL)
}

fn bodies(script: &Script, call: &str) -> Vec<Value> {
    script
        .bodies(&format!("east sqs {call}"))
        .iter()
        .map(|body| serde_json::from_str(body).unwrap())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_message_is_taken_with_its_age_and_its_count() {
    let script = Script::default();
    let message = json!({ "Messages": [
        { "MessageId": "1", "ReceiptHandle": "r1", "Body": "hello", "Attributes": { "SentTimestamp": "5000", "ApproximateReceiveCount": "3" } },
        { "MessageId": "2", "Body": "without a receipt" },
    ] });
    script.expect(
        "east sqs ReceiveMessage",
        answer(200).json(&message.to_string()),
    );
    let taken = queue(&script)
        .receive(Duration::from_mins(1), Duration::from_millis(1500))
        .await
        .unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!((taken[0].body.as_str(), taken[0].taken), ("hello", 3));
    let sent = taken[0].sent.unwrap();
    assert_eq!(sent, SystemTime::UNIX_EPOCH + Duration::from_secs(5));
    let asked = &bodies(&script, "ReceiveMessage")[0];
    assert_eq!(asked["QueueUrl"], URL);
    assert_eq!(asked["WaitTimeSeconds"], 20, "the most that SQS waits");
    assert_eq!(asked["VisibilityTimeout"], 2, "never less than asked for");
}

#[tokio::test(start_paused = true)]
async fn many_go_ten_at_a_time_and_what_fails_is_counted() {
    let script = Script::default();
    let failed = json!({ "Successful": [], "Failed": [{ "Id": "0", "SenderFault": true, "Code": "ReceiptHandleIsInvalid" }] });
    script.expect(
        "east sqs DeleteMessageBatch",
        answer(200).json("{\"Successful\":[],\"Failed\":[]}"),
    );
    script.expect(
        "east sqs DeleteMessageBatch",
        answer(200).json(&failed.to_string()),
    );
    let receipts: Vec<Receipt> = (0..12).map(|n| Receipt::from(format!("r{n}"))).collect();
    assert_eq!(queue(&script).delete(&receipts).await.unwrap(), 1);
    let sent = bodies(&script, "DeleteMessageBatch");
    let sizes: Vec<usize> = sent
        .iter()
        .map(|body| body["Entries"].as_array().unwrap().len())
        .collect();
    assert_eq!(sizes, [10, 2]);
    assert_eq!(sent[1]["Entries"][1]["ReceiptHandle"], "r11");
}

#[tokio::test(start_paused = true)]
async fn given_back_a_message_is_seen_at_once_and_sent_not_before_its_time() {
    let script = Script::default();
    script.expect(
        "east sqs ChangeMessageVisibilityBatch",
        answer(200).json("{\"Successful\":[],\"Failed\":[]}"),
    );
    for _ in 0..2 {
        script.expect(
            "east sqs SendMessage",
            answer(200).json("{\"MessageId\":\"1\"}"),
        );
    }
    let queue = queue(&script);
    let receipt = [Receipt::from("r1".to_owned())];
    queue.keep(&receipt, Duration::ZERO).await.unwrap();
    queue
        .send("again", Duration::from_millis(100))
        .await
        .unwrap();
    queue.send("later", Duration::from_hours(1)).await.unwrap();
    let kept = bodies(&script, "ChangeMessageVisibilityBatch");
    assert_eq!(kept[0]["Entries"][0]["VisibilityTimeout"], 0);
    let sent = bodies(&script, "SendMessage");
    assert_eq!(sent[0]["DelaySeconds"], 1);
    assert_eq!(
        sent[1]["DelaySeconds"], 900,
        "the most that SQS keeps one back"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_names_the_queue_and_the_permission_and_is_counted() {
    let script = Script::default();
    script.expect(
        "east sqs ReceiveMessage",
        json_error(403, "AccessDenied", "no"),
    );
    let cloud = cloud(&script);
    let queue = cloud.queue(site_name("east"), URL);
    let error = queue
        .receive(Duration::from_secs(1), Duration::from_secs(1))
        .await
        .unwrap_err();
    assert!(error.summary().contains(URL), "{error}");
    assert!(
        error.detail().contains("sqs:ReceiveMessage"),
        "{}",
        error.detail()
    );
    let counts = cloud.calls();
    let of_queue = counts.iter().find(|c| c.operation == "sqs:ReceiveMessage");
    let of_queue = of_queue.unwrap();
    assert_eq!((of_queue.calls, of_queue.failures["AccessDenied"]), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_is_gone_says_what_to_start_with_instead() {
    let script = Script::default();
    for code in [
        "AWS.SimpleQueueService.NonExistentQueue",
        "QueueDoesNotExist",
    ] {
        script.expect(
            "east sqs ReceiveMessage",
            json_error(400, code, "The specified queue does not exist."),
        );
        let error = queue(&script)
            .receive(Duration::from_secs(1), Duration::from_secs(1))
            .await
            .unwrap_err();
        let remedy = error.remedy.clone().unwrap_or_default();
        assert!(remedy.contains("without `queue_url`"), "{error:?}");
    }
}
