//! Two agents on one queue, whose events come twice and out of order.

use acceptance_tests::LabError;
use acceptance_tests::gateway::Delivery;
use aws_sdk_sqs::types::QueueAttributeName as Name;

use super::{applied, desk, exported, make_buckets, names, replicates, settings};
use crate::echo_mode::ECHO;

#[tokio::test]
async fn two_share_a_queue_and_do_each_thing_once() -> Result<(), LabError> {
    let scene = applied("trigger = { look_every = null }").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    let config: serde_json::Value = serde_json::from_str(&exported(&scene).await?).expect("JSON");
    let queue = config["queue_url"].as_str().expect("a queue").to_owned();
    let trigger = scene.workdir.resource(ECHO).await?["trigger"].clone();
    let dead = trigger["dead_letter_queue_url"]
        .as_str()
        .expect("a queue")
        .to_owned();
    let (first_desk, second_desk) = (desk(&scene).await?, desk(&scene).await?);
    let mut first = first_desk.start(&["--look-every", "1h"]).await?;
    let mut second = second_desk.start(&["--look-every", "1h"]).await?;
    first.until_all_protected(0).await?;
    second.until_all_protected(0).await?;
    lab.gateway().set_delivery(Delivery {
        copies: 2,
        delay: 0,
        reorder: 150,
    });
    let buckets = names("b", 20);
    make_buckets(&scene, &buckets).await;

    let sqs = lab.admin_sqs(east);
    let depth = async |url: &str| {
        let names = [
            Name::ApproximateNumberOfMessages,
            Name::ApproximateNumberOfMessagesNotVisible,
            Name::ApproximateNumberOfMessagesDelayed,
        ];
        let asked = sqs
            .get_queue_attributes()
            .queue_url(url)
            .set_attribute_names(Some(names.to_vec()));
        let answer = asked.send().await.expect("a depth");
        let numbers = answer.attributes().expect("attributes").values();
        numbers
            .map(|number| number.parse::<u32>().expect("a number"))
            .sum::<u32>()
    };
    first
        .until("all protected and the queue empty", async |_: &_| {
            for bucket in &buckets {
                if crate::ground::replication(lab, east, bucket)
                    .await
                    .is_none()
                {
                    return Ok(false);
                }
            }
            Ok(depth(&queue).await == 0)
        })
        .await?;
    assert_eq!(depth(&dead).await, 0, "no message was too much for them");
    let wanted = (
        settings(&scene, east, &buckets[0]).await,
        settings(&scene, west, &format!("{}-dr", buckets[0])).await,
    );
    for bucket in &buckets {
        let found = (
            settings(&scene, east, bucket).await,
            settings(&scene, west, &format!("{bucket}-dr")).await,
        );
        assert_eq!(found, wanted, "{bucket}");
        replicates(&scene, bucket, "k").await;
    }
    first.terminate().await?;
    second.terminate().await?;
    scene.apply().await
}

#[tokio::test]
async fn what_no_event_tells_of_the_next_look_finds() -> Result<(), LabError> {
    let scene = applied("trigger = { look_every = null }").await?;
    let desk = desk(&scene).await?;
    let mut agent = desk.start(&["--look-every", "1s"]).await?;
    agent.until_all_protected(0).await?;
    let lost = Delivery {
        copies: 0,
        ..Delivery::default()
    };
    scene.lab.gateway().set_delivery(lost);
    scene.buckets(&["orders"]).await;
    agent.until_all_protected(1).await?;
    assert_eq!(scene.lab.gateway().told().sent, 0);
    agent.terminate().await?;
    Ok(())
}
