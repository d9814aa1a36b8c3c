//! A thousand buckets, and a site that allows few calls.

use acceptance_tests::LabError;

use super::{applied, desk, desk_with, make_buckets, names, replicates};

#[tokio::test]
async fn a_thousand_buckets() -> Result<(), LabError> {
    let scene = applied("").await?;
    let buckets = names("b", 1_000);
    make_buckets(&scene, &buckets).await;
    let desk = desk(&scene).await?;
    let mut agent = desk.start(&[]).await?;
    agent.until_all_protected(1_000).await?;
    for bucket in buckets.iter().step_by(333) {
        replicates(&scene, bucket, "k").await;
    }
    let peak = agent.peak_memory() / 1_048_576;
    assert!((1..120).contains(&peak), "{peak} MB");
    agent.terminate().await?;
    // None was worked on twice.
    let writes = scene.lab.calls();
    assert_eq!(writes.of("PutBucketReplication").len(), 1_000);
    assert_eq!(
        writes.of("CreateBucket").len(),
        2_000,
        "the buckets and their targets"
    );
    Ok(())
}

#[tokio::test]
async fn at_five_calls_a_second_it_still_finishes() -> Result<(), LabError> {
    let scene = applied("").await?;
    make_buckets(&scene, &names("b", 2)).await;
    let desk = desk_with(&scene, |config| {
        for site in ["east", "west"] {
            config["sites"][site]["calls_per_second"] = 5.into();
        }
    })
    .await?;
    scene.lab.reset_calls();
    let mut agent = desk.start(&["--interval", "500ms"]).await?;
    agent.until_all_protected(2).await?;
    agent.terminate().await?;
    replicates(&scene, "b-0001", "k").await;
    Ok(())
}
