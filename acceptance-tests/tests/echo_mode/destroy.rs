//! What stays and what goes.

use acceptance_tests::{Effect, Fault, LabError, When};
use aws_sdk_s3::types::ReplicationConfiguration;

use super::{Scene, text};
use crate::ground::{
    bucket_policy, make_bucket, put, replication, role_names, stands, status, versions,
};

#[tokio::test]
async fn keep_leaves_it_working() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    let sites = text("west", "")
        .split("resource \"crr_echo_mode\"")
        .next()
        .unwrap_or_default()
        .to_owned();
    scene.workdir.write("main.tf", &sites)?;
    lab.reset_calls();
    scene.workdir.apply().await?;
    assert!(lab.calls().writes().is_empty(), "{}", lab.calls().lines());
    assert!(replication(lab, east, "orders").await.is_some());
    Ok(())
}

#[tokio::test]
async fn remove_takes_off_what_was_made_and_never_data() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, vault) = (&scene.lab, scene.lab.site("east"), scene.lab.site("vault"));
    scene.workdir.write(
        "main.tf",
        &text("vault", "on_destroy = \"remove\"\ndirection = \"two_way\""),
    )?;
    scene.buckets(&["orders", "invoices"]).await;
    scene.apply().await?;
    put(lab, east, "orders", "k").await;
    let refusal = Effect::Answer {
        status: 400,
        code: "InvalidRequest".to_owned(),
        message: "on purpose".to_owned(),
    };
    let fault = lab.inject(
        Fault::on("DeleteBucketPolicy", refusal)
            .resource("orders-dr")
            .when(When::Every),
    );
    let failed = scene.workdir.try_destroy().await?;
    assert!(failed.code == 1 && fault.hits() > 0, "{failed}");
    assert!(failed.words().contains("Bucket orders"), "{failed}");
    lab.gateway().clear_faults();
    scene.workdir.destroy().await?;
    for (site, bucket) in [
        (east, "orders"),
        (vault, "orders-dr"),
        (east, "invoices"),
        (vault, "invoices-dr"),
    ] {
        assert!(stands(lab, site, bucket).await, "{bucket}");
        assert_eq!(replication(lab, site, bucket).await, None, "{bucket}");
        assert_eq!(bucket_policy(lab, site, bucket).await, "", "{bucket}");
    }
    assert_eq!(
        versions(lab, vault, "orders-dr").await,
        (1, 0),
        "no object goes"
    );
    assert_eq!(role_names(lab, east).await, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn rules_that_stay_keep_the_role_of_a_site_that_goes_with_them() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    let planned = scene
        .workdir
        .run(&["plan", "-destroy", "-input=false", "-no-color"])
        .await?
        .ok()?;
    assert!(
        planned
            .words()
            .contains("The rules of echo east->west stay, under role crr-site-east"),
        "{planned}"
    );
    let destroyed = scene.workdir.destroy().await?;
    assert!(
        destroyed.words().contains("role/crr/crr-site-east stays")
            && destroyed
                .words()
                .contains("aws iam delete-role --role-name crr-site-east"),
        "{destroyed}"
    );
    assert_eq!(
        role_names(lab, east).await,
        ["crr-site-east"],
        "the role of the way that has no rules goes"
    );
    put(lab, east, "orders", "late").await;
    assert_eq!(status(lab, west, "orders-dr", "late").await, "REPLICA");

    scene.apply().await?;
    scene.configure("on_destroy = \"remove\"")?;
    scene.apply().await?;
    let destroyed = scene.workdir.destroy().await?;
    let words = destroyed.words();
    assert!(
        !words.contains("crr-site-east stays") && !words.contains("The rules of echo"),
        "{destroyed}"
    );
    assert_eq!(role_names(lab, east).await, Vec::<String>::new());
    Ok(())
}

/// Where the rules of a bucket lead, in the order of the buckets.
async fn targets(scene: &Scene, buckets: &[&str]) -> Vec<String> {
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let mut targets = Vec::new();
    for bucket in buckets {
        let found = replication(lab, east, bucket).await;
        let rules = found.iter().flat_map(ReplicationConfiguration::rules);
        let to = rules.filter_map(|rule| Some(rule.destination()?.bucket().to_owned()));
        targets.extend(to.map(|arn| arn.replace("arn:aws:s3:::", "")));
    }
    targets
}

/// Whatever keeps the new echo from a bucket, the old rules stay on it, and no apply succeeds as if nothing were amiss.
#[tokio::test]
async fn rules_stay_until_those_of_the_successor_stand() -> Result<(), LabError> {
    let arguments = |target: &str, more: &str| {
        format!(
            "target_bucket = \"{target}\"\non_destroy = \"remove\"\n{more}\nlifecycle {{\n  create_before_destroy = true\n}}"
        )
    };
    let scene = Scene::new(&arguments("{bucket}-new", "")).await?;
    let (lab, west) = (&scene.lab, scene.lab.site("west"));
    let both = ["invoices", "orders"];
    scene.buckets(&both).await;
    scene.apply().await?;
    make_bucket(lab, west, "orders-v3").await;
    put(lab, west, "orders-v3", "theirs").await;

    let next = arguments("{bucket}-v3", "");
    scene.configure(&next)?;
    // The second time the new echo has no change, and Terraform says nothing of it.
    for _ in 0..2 {
        let failed = scene.workdir.try_apply().await?;
        let words = failed.words();
        assert!(
            failed.code == 1
                && words.contains("Bucket orders: The rules of echo east->west")
                && words.contains("west:orders-v3 was there before"),
            "{failed}"
        );
        assert_eq!(targets(&scene, &both).await, ["invoices-v3", "orders-new"]);
        assert_eq!(scene.workdir.plan_exit_code().await?, 2);
    }
    scene.configure(&arguments("{bucket}-v3", "adopt_targets = true"))?;
    scene.workdir.apply().await?;
    assert_eq!(targets(&scene, &both).await, ["invoices-v3", "orders-v3"]);
    scene.apply().await?;

    // One that is paused touches nothing, and so it protects nothing.
    scene.configure(&arguments("{bucket}-v4", "paused = true"))?;
    for _ in 0..2 {
        let failed = scene.workdir.try_apply().await?;
        assert!(
            failed.code == 1 && failed.words().contains("set `paused = false`"),
            "{failed}"
        );
        assert_eq!(targets(&scene, &both).await, ["invoices-v3", "orders-v3"]);
    }
    scene.configure(&arguments("{bucket}-v4", ""))?;
    scene.workdir.apply().await?;
    assert_eq!(targets(&scene, &both).await, ["invoices-v4", "orders-v4"]);
    scene.apply().await?;

    // The same where the old one goes first.
    let plainly =
        |more: &str| format!("target_bucket = \"{{bucket}}-v5\"\non_destroy = \"remove\"\n{more}");
    scene.configure(&plainly("paused = true"))?;
    let failed = scene.workdir.try_apply().await?;
    assert!(
        failed.code == 1 && failed.words().contains("what replaces it is paused"),
        "{failed}"
    );
    assert_eq!(targets(&scene, &both).await, ["invoices-v4", "orders-v4"]);
    scene.configure(&plainly(""))?;
    scene.apply().await?;
    assert_eq!(targets(&scene, &both).await, ["invoices-v5", "orders-v5"]);
    scene.workdir.destroy().await?;
    assert_eq!(targets(&scene, &both).await, Vec::<String>::new());
    Ok(())
}

/// The new echo is made while the old one's rules stand, and those go right after: no bucket may be left with neither.
#[tokio::test]
async fn a_successor_stands_before_the_old_rules_go() -> Result<(), LabError> {
    let arguments = |target: &str, more: &str| {
        format!(
            "target_bucket = \"{target}\"\non_destroy = \"remove\"\n{more}\nlifecycle {{\n  create_before_destroy = true\n}}"
        )
    };
    let scene = Scene::new(&arguments("{bucket}-dr", "")).await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    scene.configure(&arguments("{bucket}-copy", ""))?;
    let plan = scene.workdir.plan().await?;
    let words = plan.words();
    assert!(
        words.contains("will protect 1 bucket") && !words.contains("in conflict"),
        "{plan}"
    );
    let applied = scene.workdir.apply().await?;
    let words = applied.words();
    assert!(
        words.contains("no lasting conflict") && !words.contains("They are not protected"),
        "{applied}"
    );
    let rules = replication(lab, east, "orders").await.expect("rules");
    let to: Vec<_> = rules
        .rules()
        .iter()
        .filter_map(|rule| Some(rule.destination()?.bucket()))
        .collect();
    assert_eq!(to, ["arn:aws:s3:::orders-copy"]);
    scene.workdir.expect_empty_plan().await?;
    // It was made while the old one's rules stood, and its state says so until it is refreshed.
    scene.workdir.apply().await?;
    let coverage = scene.coverage().await?;
    assert_eq!(coverage["protected"], 1, "{coverage:#}");

    // A plan of numbers does not show what a typo takes away.
    let typo = arguments("{bucket}-copy", "select = { include = [\"ordres\"] }");
    scene.configure(&typo)?;
    let plan = scene.workdir.plan().await?;
    let tells =
        |words: &str| words.contains("takes the rules off 1 bucket") && words.contains("- orders");
    assert!(tells(&plan.words()), "{plan}");
    let plan = scene
        .workdir
        .run(&["plan", "-destroy", "-input=false", "-no-color"])
        .await?;
    assert!(tells(&plan.words()), "{plan}");
    Ok(())
}
