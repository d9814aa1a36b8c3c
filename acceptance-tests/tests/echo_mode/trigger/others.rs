//! A trigger and what others do: a configuration whose sites have the same names, and a target that somebody added by hand.

use acceptance_tests::{LabError, Workdir};
use aws_sdk_eventbridge::types::Target;

use super::{NAME, assert_gone, queues, rules, script, with_function, without_echo};
use crate::echo_mode::Scene;

/// Another configuration of the same account, with an echo between the same sites.
const OTHER: &str = "resource \"crr_echo_mode\" \"other\" {\n  source = \"east\"\n  target = \"west\"\n  select = { include = [\"invoices\"] }\n  trigger = {}\n}\n";

#[tokio::test]
async fn another_state_takes_it_over_only_with_a_warning_and_nobody_deletes_it_from_under_it()
-> Result<(), LabError> {
    let scene = Scene::new("select = { include = [\"orders\"] }\ntrigger = {}").await?;
    let lab = &scene.lab;
    scene.apply().await?;
    let other = Workdir::in_lab(lab, OTHER).await?;
    let plan = other.plan().await?;
    let said = "Otherwise it is in another state";
    assert!(plan.code == 2 && plan.words().contains(said), "{plan}");
    assert!(!scene.workdir.plan().await?.words().contains(said));
    other.apply().await?;
    other.expect_empty_plan().await?;
    let plan = scene.workdir.plan().await?;
    assert!(
        plan.code == 2 && plan.words().contains(said) && plan.stdout.contains("trigger.queue_tags"),
        "{plan}"
    );
    without_echo(&scene)?;
    let removed = scene.workdir.apply().await?;
    assert!(
        removed.words().contains("stays: it is in another state"),
        "{removed}"
    );
    assert_eq!((queues(lab).await.len(), rules(lab).await.len()), (2, 1));
    other.expect_empty_plan().await?;
    other.destroy().await?;
    assert_gone(lab).await;
    Ok(())
}

#[tokio::test]
async fn a_target_that_somebody_added_is_named_and_taken_off() -> Result<(), LabError> {
    let scene = Scene::new("trigger = {}").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.apply().await?;
    let arn = format!("arn:aws:sqs:{}:999988887777:strangers", east.region);
    let events = lab.admin_events(east);
    let target = Target::builder().id("theirs").arn(&arn);
    let put = events.put_targets().rule(NAME);
    let put = put.targets(target.build().expect("a target")).send();
    put.await.expect("put");
    let plan = scene.workdir.plan().await?;
    assert!(plan.code == 2 && plan.stdout.contains(&arn), "{plan}");
    scene.apply().await?;
    let left = events.list_targets_by_rule().rule(NAME).send().await;
    let left = left.expect("targets");
    let ids: Vec<&str> = left.targets().iter().map(Target::id).collect();
    assert_eq!(ids, ["crr"]);
    Ok(())
}

#[tokio::test]
async fn a_program_that_is_not_in_the_checkout_stops_no_destroy() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let folder = tempfile::tempdir().expect("a folder");
    let zip = script(folder.path(), "one")?;
    scene.configure(&with_function(&zip))?;
    scene.apply().await?;
    std::fs::remove_file(&zip).expect("the zip goes");
    let plan = scene.workdir.plan().await?;
    assert!(
        plan.code == 0 && plan.words().contains("cannot be read"),
        "{plan}"
    );
    // Whatever needs the program says so before it is written.
    scene.buckets(&["orders"]).await;
    let failed = scene.workdir.try_apply().await?;
    assert!(
        failed.code == 1 && failed.words().contains("cannot be read"),
        "{failed}"
    );
    scene.workdir.destroy().await?;
    assert_gone(&scene.lab).await;
    Ok(())
}
