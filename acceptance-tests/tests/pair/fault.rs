//! A fault at each step, then apply again: it converges, with nothing orphaned and nothing twice.

mod making;

use acceptance_tests::{Effect, Fault, LabError, When};

use super::Scene;
use crate::ground::{bucket_policy, role_names, rule_ids};

const TWO_WAY: &str = "direction = \"two_way\"";

/// The writes of a clean create across accounts, each by its name and which of that name it is.
pub async fn steps() -> Result<Vec<(String, u32)>, LabError> {
    let scene = Scene::existing("vault", TWO_WAY).await?;
    scene.lab.reset_calls();
    scene.workdir.apply().await?;
    let calls = scene.lab.calls().writes();
    let mut steps: Vec<(String, u32)> = Vec::new();
    for name in calls.names() {
        let earlier = steps.iter().filter(|(other, _)| other == name).count();
        steps.push((name.to_owned(), u32::try_from(earlier).unwrap_or(0) + 1));
    }
    assert!(
        steps.len() >= 10,
        "versioning, role, policy, bucket policy and rules, both ways: {}",
        calls.lines()
    );
    Ok(steps)
}

/// What a finished two-way pair across accounts has: one of each on each side.
pub async fn stands_once(scene: &Scene) -> Result<(), LabError> {
    scene.workdir.expect_empty_plan().await?;
    for (site, bucket) in [("east", &scene.source), ("vault", &scene.destination)] {
        let site = scene.lab.site(site);
        assert_eq!(
            role_names(&scene.lab, site).await.len(),
            1,
            "one role at {}",
            site.name
        );
        assert_eq!(
            rule_ids(&scene.lab, site, bucket).await.len(),
            1,
            "one rule at {}",
            site.name
        );
        let policy = bucket_policy(&scene.lab, site, bucket).await;
        assert_eq!(
            policy.matches("\"Sid\"").count(),
            1,
            "one statement at {}: {policy}",
            site.name
        );
    }
    Ok(())
}

async fn clean_up(scene: &Scene) -> Result<(), LabError> {
    scene.workdir.destroy().await?;
    for (site, bucket) in [("east", &scene.source), ("vault", &scene.destination)] {
        let site = scene.lab.site(site);
        assert_eq!(
            role_names(&scene.lab, site).await,
            Vec::<String>::new(),
            "no role is left"
        );
        assert_eq!(
            rule_ids(&scene.lab, site, bucket).await,
            Vec::<String>::new()
        );
        assert_eq!(bucket_policy(&scene.lab, site, bucket).await, "");
    }
    Ok(())
}

// Not AccessDenied: that is waited out where a role is new.
fn refusal() -> Effect {
    Effect::Answer {
        status: 400,
        code: "InvalidRequest".to_owned(),
        message: "on purpose".to_owned(),
    }
}

#[tokio::test]
async fn a_refusal_at_each_step_then_apply_again() -> Result<(), LabError> {
    for (operation, which) in steps().await? {
        let scene = Scene::existing("vault", TWO_WAY).await?;
        let fault = scene
            .lab
            .inject(Fault::on(&operation, refusal()).when(When::Nth(which)));
        let failed = scene.workdir.try_apply().await?;
        assert_eq!(
            (failed.code, fault.hits()),
            (1, 1),
            "{operation} {which}: {failed}"
        );
        assert!(
            failed.words().contains("on purpose"),
            "the service's own words: {failed}"
        );
        scene.workdir.apply().await?;
        stands_once(&scene).await?;
        clean_up(&scene).await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_lost_at_each_step_does_nothing_twice() -> Result<(), LabError> {
    for (operation, which) in steps().await? {
        let scene = Scene::existing("vault", TWO_WAY).await?;
        let fault = scene
            .lab
            .inject(Fault::on(&operation, Effect::DropAfter).when(When::Nth(which)));
        scene.workdir.try_apply().await?;
        assert_eq!(fault.hits(), 1, "{operation} {which}");
        scene.workdir.apply().await?;
        stands_once(&scene).await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_has_not_spread_yet_is_waited_out() -> Result<(), LabError> {
    for (operation, effect) in [
        ("PutBucketReplication", Effect::SourceNotVersioned),
        ("PutBucketReplication", Effect::DestinationNotVersioned),
        ("PutBucketReplication", Effect::UnknownRole),
        ("PutBucketReplication", Effect::OperationAborted),
        ("PutBucketPolicy", Effect::InvalidPrincipal),
        ("PutBucketPolicy", Effect::OperationAborted),
        ("PutBucketVersioning", Effect::SlowDown),
        ("CreateRole", Effect::Throttling),
        ("GetBucketReplication", Effect::HalfBody),
        ("PutBucketReplication", Effect::InternalError),
    ] {
        let scene = Scene::existing("vault", "").await?;
        let fault = scene
            .lab
            .inject(Fault::on(operation, effect.clone()).when(When::First(2)));
        let applied = scene.workdir.try_apply().await?;
        assert_eq!(
            (applied.code, fault.hits()),
            (0, 2),
            "{operation} {effect:?}: {applied}"
        );
        scene.workdir.expect_empty_plan().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_refusal_while_destroying_then_destroy_again() -> Result<(), LabError> {
    let clean = Scene::existing("vault", TWO_WAY).await?;
    clean.workdir.apply().await?;
    clean.lab.reset_calls();
    clean.workdir.destroy().await?;
    let calls = clean.lab.calls().writes();
    let mut seen: Vec<String> = Vec::new();
    for name in calls.names() {
        seen.push(name.to_owned());
        let which = u32::try_from(seen.iter().filter(|other| *other == name).count()).unwrap_or(1);
        let scene = Scene::existing("vault", TWO_WAY).await?;
        scene.workdir.apply().await?;
        let fault = scene
            .lab
            .inject(Fault::on(name, Effect::AccessDenied).when(When::Nth(which)));
        let failed = scene.workdir.try_destroy().await?;
        assert_eq!(
            (failed.code, fault.hits()),
            (1, 1),
            "{name} {which}: {failed}"
        );
        clean_up(&scene).await?;
    }
    Ok(())
}

/// A change to both ways that fails at its last step, when the way back has all but its rules.
async fn half_two_way() -> Result<Scene, LabError> {
    let scene = Scene::existing("vault", "").await?;
    scene.apply().await?;
    scene.configure(TWO_WAY)?;
    let fault = scene
        .lab
        .inject(Fault::on("PutBucketReplication", refusal()).when(When::First(1)));
    let failed = scene.workdir.try_apply().await?;
    assert_eq!((failed.code, fault.hits()), (1, 1), "{failed}");
    let vault = scene.lab.site("vault");
    assert_eq!(role_names(&scene.lab, vault).await.len(), 1, "{failed}");
    Ok(scene)
}

#[tokio::test]
async fn a_change_that_failed_and_is_taken_back_leaves_nothing() -> Result<(), LabError> {
    let scene = half_two_way().await?;
    scene.configure("")?;
    scene.apply().await?;
    let (lab, vault) = (&scene.lab, scene.lab.site("vault"));
    assert_eq!(role_names(lab, vault).await, Vec::<String>::new());
    assert_eq!(
        bucket_policy(lab, lab.site("east"), &scene.source).await,
        "",
        "nobody writes to the source"
    );
    clean_up(&scene).await
}

#[tokio::test]
async fn a_change_that_failed_is_destroyed_with_the_pair() -> Result<(), LabError> {
    clean_up(&half_two_way().await?).await
}

#[tokio::test]
async fn a_change_that_failed_is_completed_by_the_next_apply() -> Result<(), LabError> {
    let scene = half_two_way().await?;
    scene.workdir.apply().await?;
    stands_once(&scene).await?;
    clean_up(&scene).await
}

// Before the bucket is there its encryption cannot be read; after, it may turn out that it may not.
#[tokio::test]
async fn what_may_not_be_read_in_the_end_is_named() -> Result<(), LabError> {
    let made = "create = true";
    let scene = Scene::existing("west", "").await?;
    let fresh = scene
        .text("", made, "")
        .replace(&scene.destination, "a-new-one");
    scene.workdir.write("main.tf", &fresh)?;
    scene.lab.reset_calls();
    scene.workdir.apply().await?;
    let reads = scene.lab.calls().of("GetBucketEncryption").len();
    let last = u32::try_from(reads).expect("a few");
    scene.workdir.destroy().await?;

    let again = fresh.replace("a-new-one", "another-one");
    scene.workdir.write("main.tf", &again)?;
    let fault = scene
        .lab
        .inject(Fault::on("GetBucketEncryption", Effect::AccessDenied).when(When::Nth(last)));
    let failed = scene.workdir.try_apply().await?;
    assert_eq!((failed.code, fault.hits()), (1, 1), "{failed}");
    assert!(
        failed
            .words()
            .contains("Allow s3:GetEncryptionConfiguration"),
        "{failed}"
    );
    scene.workdir.apply().await?;
    scene.workdir.expect_empty_plan().await
}

/// S3 said 200 to the rules, and somebody took them away before the closing look.
#[tokio::test]
async fn what_is_gone_right_after_it_was_made_is_an_error() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let lab = &scene.lab;
    let pause =
        lab.inject(Fault::on("PutBucketReplication", Effect::PauseAfter).when(When::First(1)));
    let apply = ["apply", "-auto-approve", "-input=false", "-no-color"];
    let running = scene.workdir.spawn(&apply)?;
    pause.reached(std::time::Duration::from_mins(1)).await?;
    // The pause is in force before the work is done.
    while rule_ids(lab, lab.site("east"), &scene.source)
        .await
        .is_empty()
    {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    lab.admin_s3(lab.site("east"))
        .delete_bucket_replication()
        .bucket(&scene.source)
        .send()
        .await
        .expect("deleted");
    pause.release();
    let ended = running.wait().await?;
    assert_eq!(ended.code, 1, "{ended}");
    for words in ["is not as it was made", "source.rule.everything"] {
        assert!(ended.words().contains(words), "{words}: {ended}");
    }
    scene.apply().await
}
