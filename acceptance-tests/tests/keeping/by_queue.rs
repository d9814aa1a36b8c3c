//! What becomes of the messages of a queue.

use acceptance_tests::agent::{Agent, Desk};
use acceptance_tests::lab::Keys;
use acceptance_tests::{Effect, Fault, LabError, Site, When};
use aws_sdk_sqs::types::QueueAttributeName as Attribute;

use super::{applied, desk_with, replicates};
use crate::echo_mode::Scene;
use crate::ground::replication;

/// A queue at `east`, which the agent takes messages of.
async fn queue(scene: &Scene) -> String {
    let sqs = scene.lab.admin_sqs(scene.lab.site("east"));
    let made = sqs.create_queue().queue_name("wake").send().await;
    made.expect("a queue").queue_url.expect("its URL")
}

/// A desk of somebody who may use that queue.
async fn desk<'a>(scene: &'a Scene, url: &str) -> Result<Desk<'a>, LabError> {
    let desk = desk_with(scene, |config| {
        config["queue_url"] = url.into();
        config["sites"]["east"]["endpoints"]["sqs"] = scene.lab.endpoint().into();
    })
    .await?;
    let profile = |name: &str| {
        let keys = Keys::root(&scene.lab.site(name).account);
        format!(
            "[profile {name}]\naws_access_key_id = {}\naws_secret_access_key = {}\n\n",
            keys.access_key, keys.secret_key
        )
    };
    desk.write("aws-config", &(profile("east") + &profile("west")))?;
    Ok(desk)
}

async fn send(scene: &Scene, url: &str, body: &str) {
    let sqs = scene.lab.admin_sqs(scene.lab.site("east"));
    let sent = sqs.send_message().queue_url(url).message_body(body);
    sent.send().await.expect("sent");
}

fn event(site: &Site, call: &str, bucket: &str) -> String {
    serde_json::json!({
        "version": "0", "id": "1", "detail-type": "AWS API Call via CloudTrail", "source": "aws.s3",
        "account": site.account, "time": "2026-01-02T03:04:05Z", "region": site.region, "resources": [],
        "detail": {
            "eventTime": "2026-01-02T03:04:05Z", "eventSource": "s3.amazonaws.com", "eventName": call,
            "awsRegion": site.region, "requestParameters": { "bucketName": bucket },
            "recipientAccountId": site.account, "eventType": "AwsApiCall",
        },
    })
    .to_string()
}

/// Those in the queue: to be had now, in somebody's hands, kept back.
async fn waiting(scene: &Scene, url: &str) -> [u32; 3] {
    let sqs = scene.lab.admin_sqs(scene.lab.site("east"));
    let asked = [
        Attribute::ApproximateNumberOfMessages,
        Attribute::ApproximateNumberOfMessagesNotVisible,
        Attribute::ApproximateNumberOfMessagesDelayed,
    ];
    let request = sqs
        .get_queue_attributes()
        .queue_url(url)
        .set_attribute_names(Some(asked.to_vec()));
    let found = request.send().await.expect("attributes");
    let found = found.attributes.unwrap_or_default();
    asked.map(|name| found[&name].parse().expect("a number"))
}

async fn until_waiting(
    scene: &Scene,
    url: &str,
    agent: &mut Agent<'_>,
    wanted: [u32; 3],
) -> Result<(), LabError> {
    let what = format!("{wanted:?} messages to be had, in hands, kept back");
    agent
        .until(&what, async |_: &_| Ok(waiting(scene, url).await == wanted))
        .await?;
    Ok(())
}

/// No look at the whole site but the first: what is done is done for a message.
const LONG: [&str; 2] = ["--look-every", "1h"];

#[tokio::test]
async fn a_message_is_deleted_when_its_bucket_is_protected_or_nobody_s() -> Result<(), LabError> {
    let scene = applied("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    let url = queue(&scene).await;
    let desk = desk(&scene, &url).await?;
    let mut agent = desk.start(&LONG).await?;
    agent.until_all_protected(0).await?;
    scene.buckets(&["orders"]).await;
    for _ in 0..3 {
        send(&scene, &url, &event(east, "CreateBucket", "orders")).await;
    }
    send(&scene, &url, &event(east, "PutBucketTagging", "never-was")).await;
    agent.until_all_protected(1).await?;
    until_waiting(&scene, &url, &mut agent, [0, 0, 0]).await?;
    replicates(&scene, "orders", "k").await;

    // Of the target, by its name.
    lab.admin_s3(west)
        .put_bucket_versioning()
        .bucket("orders-dr")
        .versioning_configuration(
            aws_sdk_s3::types::VersioningConfiguration::builder()
                .status(aws_sdk_s3::types::BucketVersioningStatus::Suspended)
                .build(),
        )
        .send()
        .await
        .ok();
    lab.admin_s3(east)
        .delete_bucket_replication()
        .bucket("orders")
        .send()
        .await
        .expect("deleted");
    send(
        &scene,
        &url,
        &event(west, "PutBucketVersioning", "orders-dr"),
    )
    .await;
    agent
        .until("it is replicated again", async |_: &_| {
            Ok(replication(lab, east, "orders").await.is_some())
        })
        .await?;

    send(&scene, &url, "nobody can read this").await;
    until_waiting(&scene, &url, &mut agent, [0, 1, 0]).await?;
    let poison = [("end", "poison")];
    let metrics = agent.metrics().await?;
    assert!(
        metrics.sum("crr_queue_messages_total", &poison) > 0.5,
        "{}",
        metrics.text()
    );
    agent.terminate().await?;
    Ok(())
}

#[tokio::test]
async fn a_failure_is_in_the_queue_before_its_message_is_deleted() -> Result<(), LabError> {
    let scene = applied("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let url = queue(&scene).await;
    let desk = desk(&scene, &url).await?;
    let mut agent = desk.start(&LONG).await?;
    agent.until_all_protected(0).await?;
    let denied = Fault::on("PutBucketReplication", Effect::AccessDenied);
    lab.inject(denied.resource("orders").when(When::Every));
    scene.buckets(&["orders"]).await;
    send(&scene, &url, &event(east, "CreateBucket", "orders")).await;
    agent
        .until("it failed", async |agent: &_| {
            Ok(agent.buckets("failed").await? > 0.5)
        })
        .await?;
    // Killed, it leaves nothing but what is in the queue: enough for whoever comes next.
    agent
        .until("the failure is in the queue", async |_: &_| {
            let [now, taken, later] = waiting(&scene, &url).await;
            Ok((now + later, taken) == (1, 0))
        })
        .await?;
    agent.kill().await;
    lab.gateway().clear_faults();
    lab.reset_calls();
    let mut agent = desk.start(&LONG).await?;
    agent.until_all_protected(1).await?;
    until_waiting(&scene, &url, &mut agent, [0, 0, 0]).await?;
    agent.terminate().await?;
    replicates(&scene, "orders", "k").await;
    Ok(())
}

#[tokio::test]
async fn told_to_stop_it_hands_back_what_it_has_not_begun() -> Result<(), LabError> {
    let scene = applied("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let url = queue(&scene).await;
    let desk = desk(&scene, &url).await?;
    let mut agent = desk
        .start(&["--look-every", "1h", "--concurrency", "1", "--grace", "1m"])
        .await?;
    // The first look must be over: it would find the buckets without their messages.
    agent
        .until("its first look", async |agent: &_| {
            Ok(agent.metrics().await?.sum("crr_whole_looks_total", &[]) > 0.5)
        })
        .await?;
    let held = Fault::on("PutBucketVersioning", Effect::PauseBefore).resource("first");
    let held = lab.inject(held.when(When::First(1)));
    scene.buckets(&["first", "second"]).await;
    send(&scene, &url, &event(east, "CreateBucket", "first")).await;
    held.reached(std::time::Duration::from_mins(1)).await?;
    send(&scene, &url, &event(east, "CreateBucket", "second")).await;
    until_waiting(&scene, &url, &mut agent, [0, 2, 0]).await?;
    agent.ask_to_stop();
    until_waiting(&scene, &url, &mut agent, [1, 1, 0]).await?;
    held.release();
    agent.terminate().await?;
    assert!(replication(lab, east, "first").await.is_some());
    assert_eq!(replication(lab, east, "second").await, None);
    assert_eq!(waiting(&scene, &url).await, [1, 0, 0], "for another agent");
    Ok(())
}
