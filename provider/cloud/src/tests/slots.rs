//! How many requests are under way at once, and who waits for whom.

use futures::future::join;
use replication::observed::{BucketReads, Reads};
use tokio::time::{Duration, Instant};

use super::script::{Script, answer};
use super::{EAST, WEST, at, caller, cloud_of, site_name};

const VERSIONING: &str = "<VersioningConfiguration/>";

fn versionings(site: &str, buckets: &[&str]) -> Reads {
    let asked = BucketReads {
        versioning: true,
        ..BucketReads::default()
    };
    Reads {
        buckets: buckets
            .iter()
            .map(|bucket| (at(site, bucket), asked))
            .collect(),
        ..Reads::default()
    }
}

/// Time stands still but for those who sleep, so what is measured is who slept for whom.
#[tokio::test(start_paused = true)]
async fn who_waits_for_a_turn_at_a_slow_site_keeps_nobody_else_waiting() {
    let script = Script::default();
    caller(&script, "east", EAST);
    caller(&script, "west", WEST);
    let slow = ["a-1", "a-2", "a-3", "a-4", "a-5"];
    for bucket in slow {
        let call = format!("east s3 GET /{bucket}?versioning");
        script.expect(&call, answer(200).xml(VERSIONING));
    }
    script.expect(
        "west s3 GET /orders?versioning",
        answer(200).xml(VERSIONING),
    );
    let cloud = cloud_of(&script, |config| {
        config.max_concurrency = 2;
        let east = config.sites.get_mut(&site_name("east")).unwrap();
        east.calls_per_second = Some(1);
    });
    let began = Instant::now();
    let (reads, quick) = (versionings("east", &slow), versionings("west", &["orders"]));
    let quick = async {
        cloud.observe(&quick).await.unwrap();
        began.elapsed()
    };
    let (slow, quick) = join(cloud.observe(&reads), quick).await;
    slow.unwrap();
    assert!(
        began.elapsed() >= Duration::from_secs(5),
        "the slow site is slow"
    );
    assert!(quick < Duration::from_secs(1), "{quick:?}");
    script.finish();
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_under_way_than_there_are_slots() {
    let script = Script::default();
    caller(&script, "west", WEST);
    let buckets = ["a-1", "a-2", "a-3", "a-4"];
    for bucket in buckets {
        let call = format!("west s3 GET /{bucket}?versioning");
        script.expect(&call, answer(200).xml(VERSIONING).after(10));
    }
    let cloud = cloud_of(&script, |config| config.max_concurrency = 2);
    let began = Instant::now();
    cloud.observe(&versionings("west", &buckets)).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 20, "two at a time");
    script.finish();
}
