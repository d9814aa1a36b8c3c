//! A site of three hundred buckets.

use acceptance_tests::LabError;
use futures::StreamExt;

use super::{ECHO, Scene};
use crate::ground::{make_bucket, put, status};

const BUCKETS: usize = 300;

#[tokio::test]
async fn three_hundred_buckets() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    futures::stream::iter(0..BUCKETS)
        .for_each_concurrent(16, |number| async move {
            make_bucket(lab, east, &format!("b-{number:04}")).await;
        })
        .await;
    let applying = scene
        .workdir
        .spawn(&["apply", "-auto-approve", "-input=false", "-no-color"])?;
    let memory = applying.watch_provider();
    applying.wait().await?.ok()?;
    let peak = memory.peak_memory() / 1024 / 1024;
    assert!((1..120).contains(&peak), "{peak} MB");
    for number in [0, 150, 299] {
        let bucket = format!("b-{number:04}");
        put(lab, east, &bucket, "k").await;
        assert_eq!(
            status(lab, west, &format!("{bucket}-dr"), "k").await,
            "REPLICA"
        );
    }
    lab.reset_calls();
    let plan = scene.workdir.plan().await?;
    assert_eq!(plan.code, 0, "{plan}");
    let calls = lab.calls();
    let about_buckets = calls
        .names()
        .iter()
        .filter(|name| name.starts_with("GetBucket") || name.starts_with("GetObjectLock"))
        .count();
    assert_eq!(about_buckets, 4 * BUCKETS, "four calls a bucket");
    let state = scene.workdir.resource(ECHO).await?.to_string();
    assert!(
        state.len() < 4_000,
        "state does not grow with the site: {}",
        state.len()
    );

    for number in 0..150 {
        let name = format!("b-{number:04}");
        lab.admin_s3(east)
            .delete_bucket_replication()
            .bucket(&name)
            .send()
            .await
            .expect("deleted");
    }
    let plan = scene.workdir.plan().await?;
    assert_eq!(plan.code, 2, "{plan}");
    assert!(
        plan.words().contains("b-0000") && plan.words().lines().count() < 200,
        "{plan}"
    );
    scene.apply().await?;
    assert_eq!(scene.coverage().await?["protected"], BUCKETS);
    Ok(())
}
