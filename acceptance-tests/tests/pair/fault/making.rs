//! The same where the buckets are made too, with keys, both ways and across accounts: every kind of step that there is.

use std::collections::BTreeSet;
use std::time::Duration;

use acceptance_tests::{Effect, Fault, LabError, When};

use super::refusal;
use crate::ground::{bucket_policy, role_names, rule_ids, stands};
use crate::pair::Scene;

const SIDES: [&str; 2] = ["east", "vault"];

/// A pair of buckets that are to be made, each under a key of its own; and the keys.
async fn whole() -> Result<(Scene, [String; 2]), LabError> {
    let scene = Scene::empty("vault").await?;
    let mut keys = [String::new(), String::new()];
    for (name, arn) in SIDES.into_iter().zip(&mut keys) {
        let kms = scene.lab.admin_kms(scene.lab.site(name));
        let made = kms.create_key().send().await.expect("a key");
        let key = made.key_metadata().and_then(|key| key.arn());
        key.expect("an ARN").clone_into(arn);
    }
    let side = |key: &str| format!("create = true, force_destroy = true, kms_key_arn = \"{key}\"");
    scene.configure_sides(&side(&keys[0]), &side(&keys[1]), "direction = \"two_way\"")?;
    Ok((scene, keys))
}

/// The kinds of writes of a clean create.
async fn kinds() -> Result<BTreeSet<String>, LabError> {
    let (scene, _) = whole().await?;
    scene.lab.reset_calls();
    scene.workdir.apply().await?;
    let calls = scene.lab.calls().writes();
    let kinds: BTreeSet<_> = calls.names().into_iter().map(str::to_owned).collect();
    for kind in ["CreateBucket", "PutBucketEncryption", "PutKeyPolicy"] {
        assert!(kinds.contains(kind), "{kind}: {}", calls.lines());
    }
    Ok(kinds)
}

/// Applies again: all of it is there once. Then destroys: nothing is left of it.
async fn made_once_and_gone(scene: &Scene, keys: &[String; 2]) -> Result<(), LabError> {
    let lab = &scene.lab;
    scene.workdir.apply().await?;
    scene.workdir.expect_empty_plan().await?;
    let sides = || {
        let buckets = [&scene.source, &scene.destination];
        SIDES.into_iter().zip(buckets).zip(keys)
    };
    for ((site, bucket), key) in sides() {
        let site = lab.site(site);
        assert_eq!(role_names(lab, site).await.len(), 1, "{}", site.name);
        assert_eq!(rule_ids(lab, site, bucket).await.len(), 1, "{}", site.name);
        let statements = key_policy(scene, &site.name, key).await;
        assert_eq!(statements.matches("CrrKey").count(), 1, "{statements}");
        let statements = bucket_policy(lab, site, bucket).await;
        assert_eq!(statements.matches("CrrFrom").count(), 1, "{statements}");
    }
    scene.workdir.destroy().await?;
    for ((site, bucket), key) in sides() {
        let site = lab.site(site);
        assert_eq!(role_names(lab, site).await, Vec::<String>::new());
        assert!(!stands(lab, site, bucket).await, "{bucket} is left");
        let statements = key_policy(scene, &site.name, key).await;
        assert!(!statements.contains("CrrKey"), "{statements}");
    }
    Ok(())
}

async fn key_policy(scene: &Scene, site: &str, key: &str) -> String {
    let kms = scene.lab.admin_kms(scene.lab.site(site));
    let read = kms.get_key_policy().key_id(key).policy_name("default");
    let read = read.send().await.expect("a policy");
    read.policy().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_refusal_at_each_kind_of_step_then_apply_again() -> Result<(), LabError> {
    for kind in kinds().await? {
        let (scene, keys) = whole().await?;
        let fault = scene
            .lab
            .inject(Fault::on(&kind, refusal()).when(When::First(1)));
        let failed = scene.workdir.try_apply().await?;
        assert_eq!((failed.code, fault.hits()), (1, 1), "{kind}: {failed}");
        made_once_and_gone(&scene, &keys).await?;
    }
    Ok(())
}

#[tokio::test]
async fn everything_killed_after_each_kind_of_step() -> Result<(), LabError> {
    for kind in kinds().await? {
        let (scene, keys) = whole().await?;
        let pause = scene
            .lab
            .inject(Fault::on(&kind, Effect::PauseAfter).when(When::First(1)));
        let apply = ["apply", "-auto-approve", "-input=false", "-no-color"];
        let running = scene.workdir.spawn(&apply)?;
        pause.reached(Duration::from_mins(1)).await?;
        running.kill();
        running.wait().await?;
        scene.lab.gateway().clear_faults();
        made_once_and_gone(&scene, &keys).await?;
    }
    Ok(())
}
