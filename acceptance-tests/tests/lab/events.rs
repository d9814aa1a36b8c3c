//! Calls about buckets come as CloudTrail's events to the queues of the rules that match them.

use std::time::{Duration, Instant};

use acceptance_tests::gateway::Delivery;
use acceptance_tests::{Lab, LabError, Site};
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use super::make_bucket;

const LIMIT: Duration = Duration::from_secs(20);

/// A rule with this pattern and a queue that it may send to; the queue's URL.
async fn rule(lab: &Lab, site: &Site, name: &str, pattern: &Value, policy: bool) -> String {
    let (events, sqs) = (lab.admin_events(site), lab.admin_sqs(site));
    let made = events
        .put_rule()
        .name(name)
        .event_pattern(pattern.to_string())
        .send()
        .await
        .expect("a rule");
    let rule = made.rule_arn().expect("its ARN").to_owned();
    let queue = format!("arn:aws:sqs:{}:{}:{name}", site.region, site.account);
    let mut create = sqs.create_queue().queue_name(name);
    if policy {
        let policy = json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" }, "Action": "sqs:SendMessage", "Resource": queue,
              "Condition": { "ArnEquals": { "aws:SourceArn": rule } } },
            { "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": queue,
              "Condition": { "Bool": { "aws:SecureTransport": "false" } } },
        ] });
        create = create.attributes(QueueAttributeName::Policy, policy.to_string());
    }
    let url = create.send().await.expect("a queue");
    let target = aws_sdk_eventbridge::types::Target::builder()
        .id("queue")
        .arn(queue)
        .build()
        .expect("a target");
    events
        .put_targets()
        .rule(name)
        .targets(target)
        .send()
        .await
        .expect("a target");
    url.queue_url().expect("its URL").to_owned()
}

fn every() -> Value {
    json!({ "source": ["aws.s3"], "detail-type": ["AWS API Call via CloudTrail"], "detail": { "eventSource": ["s3.amazonaws.com"] } })
}

/// The next so many events on a queue.
async fn take(lab: &Lab, site: &Site, url: &str, many: usize) -> Vec<Value> {
    let began = Instant::now();
    let sqs = lab.admin_sqs(site);
    let mut taken = Vec::new();
    while taken.len() < many {
        let told = lab.gateway().told();
        assert!(began.elapsed() < LIMIT, "{taken:?}; {told:?}");
        let received = sqs
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(10)
            .wait_time_seconds(1)
            .send()
            .await
            .expect("messages");
        for message in received.messages() {
            taken.push(serde_json::from_str(message.body().expect("a body")).expect("JSON"));
            let handle = message.receipt_handle().expect("a handle");
            let deleted = sqs.delete_message().queue_url(url).receipt_handle(handle);
            deleted.send().await.expect("deleted");
        }
    }
    taken
}

/// Each event's name and bucket.
fn named(events: &[Value]) -> Vec<String> {
    let name = |event: &Value| {
        let bucket = event["detail"]["requestParameters"]["bucketName"].as_str();
        let name = event["detail"]["eventName"].as_str();
        format!("{} {}", name.expect("a name"), bucket.expect("a bucket"))
    };
    events.iter().map(name).collect()
}

async fn tag(s3: &aws_sdk_s3::Client, bucket: &str) {
    let tag = aws_sdk_s3::types::Tag::builder().key("dr").value("true");
    let tags = aws_sdk_s3::types::Tagging::builder().tag_set(tag.build().expect("a tag"));
    s3.put_bucket_tagging()
        .bucket(bucket)
        .tagging(tags.build().expect("tags"))
        .send()
        .await
        .expect("tagged");
}

#[tokio::test]
async fn each_change_of_a_bucket_comes_in_the_form_of_cloudtrail() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let url = rule(&lab, east, "all", &every(), true).await;
    make_bucket(&lab, west, "elsewhere").await;
    lab.s3(east)
        .create_bucket()
        .bucket("orders")
        .send()
        .await
        .expect("made");
    let s3 = lab.admin_s3(east);
    s3.put_object()
        .bucket("orders")
        .key("k")
        .send()
        .await
        .expect("put");
    tag(&s3, "orders").await;
    s3.get_bucket_tagging()
        .bucket("orders")
        .send()
        .await
        .expect("read");
    s3.delete_public_access_block()
        .bucket("orders")
        .send()
        .await
        .expect("open");
    s3.delete_bucket_lifecycle()
        .bucket("orders")
        .send()
        .await
        .expect("forever");
    assert!(s3.delete_bucket().bucket("orders").send().await.is_err());

    let mut events = take(&lab, east, &url, 5).await;
    // Each is sent as it comes; a standard queue keeps no order.
    events.sort_by_key(|event| named(std::slice::from_ref(event)));
    let wanted = [
        "CreateBucket orders",
        "DeleteBucket orders",
        "DeleteBucketLifecycle orders",
        "DeleteBucketPublicAccessBlock orders",
        "PutBucketTagging orders",
    ];
    assert_eq!(named(&events), wanted);
    let (made, refused, tagged) = (&events[0], &events[1], &events[4]);
    assert_eq!(made["source"], "aws.s3");
    assert_eq!(made["account"], east.account.as_str());
    assert_eq!(made["region"], "us-east-1");
    assert_eq!(
        made["detail"]["userIdentity"]["arn"],
        east.operator_arn().as_str()
    );
    assert_eq!(made["detail"].get("errorCode"), None);
    assert_eq!(refused["detail"]["errorCode"], "BucketNotEmpty");
    assert_eq!(tagged["detail"]["requestParameters"]["tagging"], "");
    assert_eq!(
        tagged["detail"]["resources"][0]["ARN"],
        "arn:aws:s3:::orders"
    );
    assert_eq!(tagged["detail"]["userIdentity"]["type"], "Root");
    assert_ne!(made["id"], tagged["id"]);
    assert!(lab.gateway().told().refused.is_empty());
    Ok(())
}

#[tokio::test]
async fn the_pattern_the_queue_s_policy_and_the_place_decide() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let mut pattern = every();
    pattern["detail"]["eventName"] = json!(["CreateBucket"]);
    pattern["detail"]["errorCode"] = json!([{ "exists": false }]);
    let made = rule(&lab, west, "made", &pattern, true).await;
    rule(&lab, east, "closed", &every(), false).await;
    make_bucket(&lab, west, "there").await;
    make_bucket(&lab, east, "here").await;
    tag(&lab.admin_s3(west), "there").await;
    make_bucket(&lab, west, "there-too").await;
    let mut names = named(&take(&lab, west, &made, 2).await);
    names.sort();
    assert_eq!(names, ["CreateBucket there", "CreateBucket there-too"]);
    let told = lab.gateway().told();
    assert_eq!(told.sent, 2, "{told:?}");
    assert!(
        told.refused
            .iter()
            .any(|why| why.contains("the policy of") && why.contains("closed")),
        "{told:?}"
    );

    // A rule that is taken away sends nothing more.
    let events = lab.admin_events(west);
    events
        .remove_targets()
        .rule("made")
        .ids("queue")
        .send()
        .await
        .expect("removed");
    events
        .delete_rule()
        .name("made")
        .send()
        .await
        .expect("deleted");
    make_bucket(&lab, west, "unseen").await;
    assert_eq!(lab.gateway().told().sent, 2);
    Ok(())
}

#[tokio::test]
async fn events_come_twice_late_and_in_another_order() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let east = lab.site("east");
    let url = rule(&lab, east, "all", &every(), true).await;
    let delivery = |copies, delay, reorder| Delivery {
        copies,
        delay,
        reorder,
    };
    lab.gateway().set_delivery(delivery(2, 10, 300));
    for bucket in ["first", "second", "third"] {
        make_bucket(&lab, east, bucket).await;
    }
    let names = named(&take(&lab, east, &url, 6).await);
    let wanted = ["third", "third", "second", "second", "first", "first"];
    assert_eq!(names, wanted.map(|bucket| format!("CreateBucket {bucket}")));
    lab.gateway().set_delivery(delivery(0, 0, 0));
    make_bucket(&lab, east, "lost").await;
    lab.gateway().set_delivery(Delivery::default());
    make_bucket(&lab, east, "found").await;
    assert_eq!(
        named(&take(&lab, east, &url, 1).await),
        ["CreateBucket found"]
    );
    Ok(())
}
