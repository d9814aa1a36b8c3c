//! kill -9 at each step, and Ctrl-C, then apply again.

use std::time::Duration;

use acceptance_tests::{Effect, Fault, LabError, When};

use super::Scene;
use super::fault::{stands_once, steps};

const LIMIT: Duration = Duration::from_mins(1);
const APPLY: [&str; 4] = ["apply", "-auto-approve", "-input=false", "-no-color"];

async fn killed_at_each_step(effect: Effect, terraform_too: bool) -> Result<(), LabError> {
    for (operation, which) in steps().await? {
        let scene = Scene::existing("vault", "direction = \"two_way\"").await?;
        let pause = scene
            .lab
            .inject(Fault::on(&operation, effect.clone()).when(When::Nth(which)));
        let running = scene.workdir.spawn(&APPLY)?;
        pause.reached(LIMIT).await?;
        if terraform_too {
            running.kill();
        } else {
            running.kill_provider();
        }
        let ended = running.wait().await?;
        assert_ne!(ended.code, 0, "{operation} {which}: {ended}");
        scene.lab.gateway().clear_faults();
        scene.workdir.apply().await?;
        stands_once(&scene).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_provider_killed_before_each_step() -> Result<(), LabError> {
    killed_at_each_step(Effect::PauseBefore, false).await
}

#[tokio::test]
async fn everything_killed_after_each_step() -> Result<(), LabError> {
    killed_at_each_step(Effect::PauseAfter, true).await
}

#[tokio::test]
async fn an_interrupt_keeps_what_was_made() -> Result<(), LabError> {
    let scene = Scene::existing("vault", "direction = \"two_way\"").await?;
    // Held for good: only a provider that listens to the interrupt comes to an end.
    let held = scene
        .lab
        .inject(Fault::on("PutBucketReplication", Effect::PauseBefore));
    let running = scene.workdir.spawn(&APPLY)?;
    held.reached(LIMIT).await?;
    running.interrupt();
    let ended = running.wait().await?;
    assert_ne!(ended.code, 0, "{ended}");
    let state = scene.workdir.resource("crr_pair.orders").await?;
    assert!(state.is_object(), "what was made is in the state: {ended}");
    scene.lab.gateway().clear_faults();
    scene.workdir.apply().await?;
    stands_once(&scene).await
}

#[tokio::test]
async fn an_interrupt_at_each_step_then_apply_again() -> Result<(), LabError> {
    for (operation, which) in steps().await? {
        let scene = Scene::existing("vault", "direction = \"two_way\"").await?;
        let held = scene
            .lab
            .inject(Fault::on(&operation, Effect::PauseBefore).when(When::Nth(which)));
        let running = scene.workdir.spawn(&APPLY)?;
        held.reached(LIMIT).await?;
        running.interrupt();
        // Terraform hands the interrupt on before anything else; then the call that was under way comes to its end.
        tokio::time::sleep(Duration::from_millis(500)).await;
        held.release();
        running.wait().await?;
        scene.workdir.apply().await?;
        stands_once(&scene).await?;
    }
    Ok(())
}
