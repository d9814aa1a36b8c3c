//! Several pairs on one bucket, and very many pairs.

use std::time::Duration;

use acceptance_tests::{Effect, Fault, LabError, Workdir};

use super::Scene;
use crate::ground::{
    make_bucket, put, replication, role_names, rule_ids, set_replication, status, versioned_bucket,
};

#[tokio::test]
async fn two_pairs_on_one_bucket_in_one_apply() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east, vault) = (&scene.lab, scene.lab.site("east"), scene.lab.site("vault"));
    let second = versioned_bucket(lab, vault, "second").await;
    let text = format!(
        "{}\nresource \"crr_pair\" \"second\" {{\n  source      = {{ site = \"east\", bucket = \"{}\" }}\n  destination = {{ site = \"vault\", bucket = \"{second}\" }}\n}}\n",
        scene.text("", "", ""),
        scene.source,
    );
    scene.workdir.write("main.tf", &text)?;
    scene.apply().await?;
    let rules = replication(lab, east, &scene.source)
        .await
        .expect("rules")
        .rules;
    assert_eq!(rules.len(), 2, "neither writer lost the other's");
    assert_ne!(rules[0].priority(), rules[1].priority());

    scene.configure("")?;
    scene.apply().await?;
    assert_eq!(
        rule_ids(lab, east, &scene.source).await.len(),
        1,
        "the other went without it"
    );
    put(lab, east, &scene.source, "k").await;
    assert_eq!(
        status(lab, scene.lab.site("west"), &scene.destination, "k").await,
        "REPLICA"
    );
    scene.workdir.destroy().await?;
    assert_eq!(role_names(lab, east).await, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn two_configurations_on_one_bucket() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    let second = versioned_bucket(lab, west, "second").await;
    let text = format!(
        "resource \"crr_pair\" \"second\" {{\n  source      = {{ site = \"east\", bucket = \"{}\" }}\n  destination = {{ site = \"west\", bucket = \"{second}\" }}\n}}\n",
        scene.source,
    );
    let other = Workdir::in_lab(lab, &text).await?;
    scene.workdir.apply().await?;
    other.apply().await?;
    scene.workdir.expect_empty_plan().await?;
    other.expect_empty_plan().await?;
    assert_eq!(rule_ids(lab, east, &scene.source).await.len(), 2);
    scene.workdir.destroy().await?;
    other.expect_empty_plan().await?;
    assert_eq!(rule_ids(lab, east, &scene.source).await.len(), 1);
    other.destroy().await?;
    assert_eq!(role_names(lab, east).await, Vec::<String>::new());
    Ok(())
}

// The role has one set of tags: in every apply the one pair would undo what the other wrote.
#[tokio::test]
async fn pairs_that_share_a_role_want_the_same_of_it() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, west) = (&scene.lab, scene.lab.site("west"));
    let second = versioned_bucket(lab, west, "second").await;
    let both = |team: &str| {
        format!(
            "{}\nresource \"crr_pair\" \"second\" {{\n  source      = {{ site = \"east\", bucket = \"{}\" }}\n  destination = {{ site = \"west\", bucket = \"{second}\" }}\n  tags        = {{ team = \"{team}\" }}\n}}\n",
            scene.text("", "", "  tags = { team = \"a\" }"),
            scene.source,
        )
    };
    scene.workdir.write("main.tf", &both("b"))?;
    lab.reset_calls();
    let plan = scene.workdir.plan().await?;
    assert!(
        plan.code == 1 && plan.words().contains("share a role"),
        "{plan}"
    );
    assert!(lab.calls().writes().is_empty());

    scene.workdir.write("main.tf", &both("a"))?;
    scene.apply().await?;
    scene.workdir.destroy().await?;
    assert_eq!(
        role_names(lab, lab.site("east")).await,
        Vec::<String>::new()
    );
    Ok(())
}

#[tokio::test]
async fn a_hundred_pairs_in_one_configuration() -> Result<(), LabError> {
    let scene = Scene::empty("west").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    for number in 0..100 {
        make_bucket(lab, east, &format!("fleet-{number}")).await;
        make_bucket(lab, west, &format!("fleet-{number}-dr")).await;
    }
    let text = "resource \"crr_pair\" \"fleet\" {\n  count       = 100\n  source      = { site = \"east\", bucket = \"fleet-${count.index}\" }\n  \
                destination = { site = \"west\", bucket = \"fleet-${count.index}-dr\" }\n}\n";
    scene.workdir.write("main.tf", text)?;
    scene.apply().await?;
    for number in [0, 42, 99] {
        put(lab, east, &format!("fleet-{number}"), "k").await;
        assert_eq!(
            status(lab, west, &format!("fleet-{number}-dr"), "k").await,
            "REPLICA"
        );
    }
    scene.workdir.destroy().await?;
    assert_eq!(role_names(lab, east).await, Vec::<String>::new());
    Ok(())
}

// S3 has no conditional write: a process that read the rules before ours went writes them back with its own.
#[tokio::test]
async fn rules_that_another_writes_back_during_destroy_go_again() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    scene.workdir.apply().await?;
    let ours = replication(lab, east, &scene.source).await.expect("rules");
    let pause = lab.inject(Fault::on("DeleteRole", Effect::PauseBefore));
    let running =
        scene
            .workdir
            .spawn(&["destroy", "-auto-approve", "-input=false", "-no-color"])?;
    pause.reached(Duration::from_mins(1)).await?;
    assert_eq!(
        rule_ids(lab, east, &scene.source).await,
        Vec::<String>::new()
    );
    set_replication(lab, east, &scene.source, ours).await;
    pause.release();
    running.wait().await?.ok()?;
    assert_eq!(
        rule_ids(lab, east, &scene.source).await,
        Vec::<String>::new()
    );
    Ok(())
}
