//! Faults while mirrored settings are written.

use acceptance_tests::{Effect, Fault, LabError, When};

use super::{EVERYTHING, Scene, cors, furnish, lifecycle, tags};

/// The calls that write a mirrored setting.
const WRITES: [&str; 5] = [
    "PutBucketTagging",
    "PutBucketLifecycleConfiguration",
    "PutBucketCors",
    "PutBucketOwnershipControls",
    "PutBucketPolicy",
];

/// A pair whose source has something of each setting, and these faults at each write of one. Answers how often each struck.
async fn apply_with(
    writes: &[&str],
    effect: &Effect,
    when: When,
    code: Option<i32>,
) -> Result<(), LabError> {
    let scene = Scene::existing("west", EVERYTHING).await?;
    let (east, west) = (scene.lab.site("east"), scene.lab.site("west"));
    furnish(&scene.lab, east, &scene.source).await;
    let faults: Vec<_> = writes
        .iter()
        .map(|write| {
            scene
                .lab
                .inject(Fault::on(write, effect.clone()).when(when))
        })
        .collect();
    let applied = scene.workdir.try_apply().await?;
    for (write, fault) in writes.iter().zip(&faults) {
        assert!(fault.hits() > 0, "{write} {effect:?}: {applied}");
    }
    if let Some(code) = code {
        assert_eq!(applied.code, code, "{writes:?} {effect:?}: {applied}");
    }
    if code == Some(1) {
        assert!(applied.words().contains("on purpose"), "{applied}");
    }
    scene.workdir.apply().await?;
    scene.workdir.expect_empty_plan().await?;
    let to = &scene.destination;
    assert_eq!(tags(&scene.lab, west, to).await["team"], "orders");
    assert_eq!(lifecycle(&scene.lab, west, to).await.len(), 2);
    assert_eq!(cors(&scene.lab, west, to).await.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_refused_setting_is_an_error_and_the_next_apply_goes_on() -> Result<(), LabError> {
    let refusal = Effect::Answer {
        status: 400,
        code: "InvalidRequest".to_owned(),
        message: "on purpose".to_owned(),
    };
    for write in WRITES {
        apply_with(&[write], &refusal, When::First(1), Some(1)).await?;
    }
    Ok(())
}

#[tokio::test]
async fn throttled_settings_are_waited_for() -> Result<(), LabError> {
    apply_with(&WRITES, &Effect::SlowDown, When::First(2), Some(0)).await
}

#[tokio::test]
async fn settings_whose_answer_is_lost_are_written_once() -> Result<(), LabError> {
    apply_with(&WRITES, &Effect::DropAfter, When::First(1), None).await
}
