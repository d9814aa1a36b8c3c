//! A thousand buckets, and a site that allows few calls.

use acceptance_tests::LabError;

use super::{applied, desk, desk_with, make_buckets, names, replicates};

/// The gateway holds them by itself: the emulator would take minutes.
#[tokio::test]
async fn a_thousand_buckets() -> Result<(), LabError> {
    let scene = applied("").await?;
    let (gateway, east) = (scene.lab.gateway(), scene.lab.site("east"));
    gateway.set_canned(true);
    for name in names("b", 1_000) {
        gateway.make_canned(&east.account, &east.region, &name);
    }
    let desk = desk(&scene).await?;
    scene.lab.reset_calls();
    let mut agent = desk.start(&[]).await?;
    agent.until_all_protected(1_000).await?;
    assert_eq!(gateway.canned_with("BucketReplication"), 1_000);
    assert_eq!(gateway.canned_with("BucketVersioning"), 2_000);
    let peak = agent.peak_memory() / 1_048_576;
    assert!((1..120).contains(&peak), "{peak} MB");
    agent.terminate().await?;
    // None was worked on twice.
    let calls = scene.lab.calls();
    for step in ["CreateBucket", "PutBucketReplication"] {
        assert_eq!(calls.of(step).len(), 1_000, "{step}");
    }
    scene.apply().await?;
    assert_eq!(scene.coverage().await?["protected"], 1_000);
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
