//! kill -9 at each step, and a new agent.

use std::time::Duration;

use acceptance_tests::{Effect, Fault, LabError};

use super::{applied, desk, replicates, settings};

const LIMIT: Duration = Duration::from_mins(1);

#[tokio::test]
async fn killed_at_each_step_a_new_one_comes_to_the_same_end() -> Result<(), LabError> {
    let scene = applied("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    let desk = desk(&scene).await?;
    let arguments = ["--interval", "100ms"];

    // Undisturbed: this is how it should look, and these are the steps.
    let mut agent = desk.start(&arguments).await?;
    agent.until_all_protected(0).await?;
    lab.reset_calls();
    scene.buckets(&["calm"]).await;
    agent.until_all_protected(1).await?;
    agent.kill().await;
    let steps: Vec<_> = lab
        .calls()
        .writes()
        .iter()
        .filter(|call| call.call.access_key == east.operator.access_key)
        .map(|call| {
            (
                call.call.operation.clone(),
                call.call.resource.ends_with("-dr"),
            )
        })
        .collect();
    assert!(steps.len() > 4, "{steps:?}");
    let wanted = (
        settings(&scene, east, "calm").await,
        settings(&scene, west, "calm-dr").await,
    );

    for (number, (operation, at_target)) in steps.iter().enumerate() {
        for effect in [Effect::PauseBefore, Effect::PauseAfter] {
            let when = if effect == Effect::PauseBefore {
                "before"
            } else {
                "after"
            };
            let bucket = format!("step-{number}-{when}");
            let resource = if *at_target {
                format!("{bucket}-dr")
            } else {
                bucket.clone()
            };
            let mut agent = desk.start(&arguments).await?;
            agent
                .until("a first look", async |agent: &_| {
                    Ok(agent.buckets("protected").await? > 0.5)
                })
                .await?;
            let pause = lab.inject(Fault::on(operation, effect).resource(&resource));
            scene.buckets(&[&bucket]).await;
            pause.reached(LIMIT).await?;
            agent.kill().await;
            lab.gateway().clear_faults();

            let mut again = desk.start(&arguments).await?;
            again
                .until(&format!("{bucket} protected again"), async |agent: &_| {
                    Ok(agent.buckets("protected").await? > 0.5
                        && agent.buckets("pending").await? < 0.5
                        && agent.buckets("drifted").await? < 0.5
                        && agent.buckets("failed").await? < 0.5
                        && crate::ground::replication(lab, east, &bucket)
                            .await
                            .is_some())
                })
                .await?;
            again.terminate().await?;
            let found = (
                settings(&scene, east, &bucket).await,
                settings(&scene, west, &format!("{bucket}-dr")).await,
            );
            assert_eq!(found, wanted, "killed {when} {operation} on {resource}");
            replicates(&scene, &bucket, "k").await;
        }
    }
    scene.apply().await
}
