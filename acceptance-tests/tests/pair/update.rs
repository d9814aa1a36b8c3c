//! Every attribute changes in place, and the plan is empty after.

mod each;

use acceptance_tests::LabError;
use aws_sdk_s3::types as t;

use super::Scene;
use crate::ground::{replication, rule_ids};

async fn rules(scene: &Scene) -> Vec<t::ReplicationRule> {
    replication(&scene.lab, scene.lab.site("east"), &scene.source)
        .await
        .expect("rules")
        .rules
}

/// Applies a change, which must not replace the pair.
async fn change(
    scene: &Scene,
    source: &str,
    destination: &str,
    arguments: &str,
) -> Result<Vec<t::ReplicationRule>, LabError> {
    scene.configure_sides(source, destination, arguments)?;
    let plan = scene.workdir.plan_json().await?;
    let actions = plan["resource_changes"][0]["change"]["actions"].to_string();
    assert_eq!(actions, "[\"update\"]", "{arguments} {destination}");
    scene.apply().await?;
    Ok(rules(scene).await)
}

#[tokio::test]
async fn options_of_the_pair() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    scene.apply().await?;
    let first = rules(&scene).await.remove(0);
    let markers = |rule: &t::ReplicationRule| {
        rule.delete_marker_replication()
            .and_then(|it| it.status())
            .map(|status| status.as_str().to_owned())
    };
    let metrics = |rule: &t::ReplicationRule| {
        rule.destination()
            .and_then(|to| to.metrics())
            .map(|it| it.status().as_str().to_owned())
    };
    assert_eq!(
        metrics(&first).as_deref(),
        Some("Enabled"),
        "metrics are on by default"
    );

    let with = change(&scene, "", "", "delete_markers = true").await?;
    assert_eq!(markers(&with[0]).as_deref(), Some("Enabled"));
    let with = change(&scene, "", "", "delete_markers = false").await?;
    assert_eq!(markers(&with[0]).as_deref(), Some("Disabled"));
    let with = change(&scene, "", "", "rtc = true").await?;
    let to = with[0].destination().expect("a destination");
    assert_eq!(
        to.replication_time().map(|time| time.status().as_str()),
        Some("Enabled")
    );
    assert_eq!(
        to.metrics()
            .and_then(|metrics| metrics.event_threshold())
            .and_then(aws_sdk_s3::types::ReplicationTimeValue::minutes),
        Some(15)
    );
    let with = change(&scene, "", "", "replica_modifications = true").await?;
    assert!(with[0].source_selection_criteria().is_some());
    let with = change(&scene, "", "", "").await?;
    assert!(
        with[0].source_selection_criteria().is_none(),
        "back to the default of one way"
    );
    let with = change(&scene, "", "", "metrics = false").await?;
    assert_ne!(metrics(&with[0]).as_deref(), Some("Enabled"));
    let with = change(&scene, "", "storage_class = \"STANDARD_IA\"", "").await?;
    assert_eq!(
        with[0].destination().and_then(|to| to.storage_class()),
        Some(&t::StorageClass::StandardIa)
    );
    Ok(())
}

#[tokio::test]
async fn rules_come_change_and_go() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    scene.apply().await?;
    let invoices =
        "rules = { invoices = { prefix = \"invoices/\", delete_markers = false, priority = 10 } }";
    let one = change(&scene, "", "", invoices).await?;
    assert_eq!(one.len(), 1, "the rule for everything is gone");
    assert_eq!(
        (
            one[0].priority(),
            one[0].filter().and_then(|filter| filter.prefix())
        ),
        (Some(10), Some("invoices/"))
    );
    let tagged = "rules = {\n invoices = { prefix = \"invoices/\", priority = 10 }\n letters = { prefix = \"letters/\", tags = { keep = \"yes\" } }\n}";
    let two = change(&scene, "", "", tagged).await?;
    assert_eq!(two.len(), 2);
    assert!(two.iter().any(|rule| {
        rule.filter()
            .and_then(|filter| filter.and())
            .is_some_and(|and| and.tags().len() == 1)
    }));
    change(&scene, "", "", "").await?;
    assert_eq!(
        rule_ids(&scene.lab, scene.lab.site("east"), &scene.source)
            .await
            .len(),
        1
    );
    Ok(())
}

#[tokio::test]
async fn one_way_becomes_two_way_and_back() -> Result<(), LabError> {
    let scene = Scene::existing("vault", "").await?;
    let vault = scene.lab.site("vault");
    scene.apply().await?;
    change(&scene, "", "", "direction = \"two_way\"").await?;
    assert_eq!(
        rule_ids(&scene.lab, vault, &scene.destination).await.len(),
        1
    );
    change(&scene, "", "", "direction = \"one_way\"").await?;
    assert_eq!(
        replication(&scene.lab, vault, &scene.destination).await,
        None
    );
    assert_eq!(
        crate::ground::role_names(&scene.lab, vault).await,
        Vec::<String>::new()
    );
    assert_eq!(
        crate::ground::bucket_policy(&scene.lab, scene.lab.site("east"), &scene.source).await,
        ""
    );
    Ok(())
}

#[tokio::test]
async fn another_bucket_is_another_pair() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    scene.apply().await?;
    let text = scene
        .text("", "", "")
        .replace(&scene.destination, "orders-elsewhere");
    scene.workdir.write(
        "main.tf",
        &text.replace(
            "bucket = \"orders-elsewhere\",",
            "bucket = \"orders-elsewhere\", create = true,",
        ),
    )?;
    let plan = scene.workdir.plan_json().await?;
    let mut actions: Vec<_> = plan["resource_changes"][0]["change"]["actions"]
        .as_array()
        .expect("actions")
        .iter()
        .map(ToString::to_string)
        .collect();
    actions.sort();
    assert_eq!(actions, ["\"create\"", "\"delete\""]);
    Ok(())
}

#[tokio::test]
async fn a_replacement_that_is_made_first_keeps_bucket_and_objects() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let west = scene.lab.site("west");
    scene
        .lab
        .admin_s3(west)
        .delete_bucket()
        .bucket(&scene.destination)
        .send()
        .await
        .map_err(|error| LabError::new(crate::ground::said(&error)))?;
    scene.configure_sides(
        "",
        "create = true, force_destroy = true",
        "lifecycle {\n  create_before_destroy = true\n}",
    )?;
    scene.apply().await?;
    crate::ground::put(&scene.lab, west, &scene.destination, "kept").await;
    let replaced = scene
        .workdir
        .run(&[
            "apply",
            "-auto-approve",
            "-input=false",
            "-no-color",
            "-replace=crr_pair.orders",
        ])
        .await?
        .ok()?;
    assert!(
        replaced.words().contains("Resources: 1 added"),
        "{replaced}"
    );
    scene.workdir.expect_empty_plan().await?;
    assert_eq!(
        crate::ground::versions(&scene.lab, west, &scene.destination).await,
        (1, 0)
    );
    scene.workdir.destroy().await?;
    assert!(!crate::ground::stands(&scene.lab, west, &scene.destination).await);
    Ok(())
}

#[tokio::test]
async fn the_name_is_known_although_a_rule_is_not() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let text = |prefix: &str| {
        format!(
            "resource \"terraform_data\" \"prefix\" {{\n  input = \"{prefix}\"\n}}\n{}",
            scene.text(
                "",
                "",
                "rules = { a = { prefix = terraform_data.prefix.output } }"
            )
        )
    };
    scene.workdir.write("main.tf", &text("invoices/"))?;
    scene.apply().await?;
    scene.workdir.write("main.tf", &text("orders/"))?;
    let plan = scene.workdir.plan_json().await?;
    let changes = plan["resource_changes"].as_array().expect("changes");
    let pair = changes
        .iter()
        .find(|change| change["address"] == "crr_pair.orders")
        .expect("the pair changes");
    assert_eq!(pair["change"]["after"]["id"], scene.id().as_str());
    assert_eq!(pair["change"]["after_unknown"]["facets"], true);
    scene.apply().await?;
    let after = rules(&scene).await.remove(0);
    assert_eq!(
        after.filter().and_then(|filter| filter.prefix()),
        Some("orders/")
    );
    Ok(())
}
