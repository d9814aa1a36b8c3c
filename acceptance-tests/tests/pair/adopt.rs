//! What others have made: rules of the older schema, and roles.

use acceptance_tests::LabError;
use aws_sdk_s3::types::BucketVersioningStatus;

use super::Scene;
use crate::ground::{
    configuration, make_role, replication, role_names, set_replication, set_versioning,
    versioned_bucket,
};
use crate::reads::v1;

#[tokio::test]
async fn older_rules_are_refused_with_the_remedy_or_rewritten() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    let elsewhere = versioned_bucket(lab, west, "elsewhere").await;
    set_versioning(lab, east, &scene.source, BucketVersioningStatus::Enabled)
        .await
        .expect("versioned");
    let role = make_role(lab, east, "crr-theirs").await;
    let theirs = configuration(&role, vec![v1("old", "logs/", &elsewhere)]);
    set_replication(lab, east, &scene.source, theirs.clone()).await;

    lab.reset_calls();
    let plan = scene.workdir.plan().await?;
    assert!(
        plan.code == 1 && plan.words().contains("adopt = true"),
        "{plan}"
    );
    assert!(lab.calls().writes().is_empty());

    scene.configure("adopt = true")?;
    scene.apply().await?;
    let rules = replication(lab, east, &scene.source)
        .await
        .expect("rules")
        .rules;
    let old = rules
        .iter()
        .find(|rule| rule.id() == Some("old"))
        .expect("theirs is still there");
    assert_eq!(
        old.filter().and_then(|filter| filter.prefix()),
        Some("logs/")
    );
    assert_eq!(old.destination(), theirs.rules[0].destination());
    let markers = old
        .delete_marker_replication()
        .and_then(|it| it.status())
        .map(|status| status.as_str().to_owned());
    assert_eq!(
        markers.as_deref(),
        Some("Enabled"),
        "the older schema replicates delete markers: the same meaning"
    );
    assert_eq!(rules.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_role_that_exists_is_used_as_it_is() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let role = make_role(lab, east, "crr-given").await;
    scene.configure(&format!("role = \"{role}\""))?;
    lab.reset_calls();
    scene.apply().await?;
    assert_eq!(
        replication(lab, east, &scene.source)
            .await
            .expect("rules")
            .role,
        role
    );
    let writes = lab.calls().writes();
    assert!(
        writes.on("crr-given").is_empty(),
        "its permissions are its owner's concern: {}",
        writes.lines()
    );
    scene.workdir.destroy().await?;
    assert_eq!(role_names(lab, east).await, ["crr-given"], "it stays");
    Ok(())
}

#[tokio::test]
async fn a_role_that_goes_missing_is_warned_of() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let role = make_role(lab, east, "crr-given").await;
    scene.configure(&format!("role = \"{role}\""))?;
    scene.apply().await?;
    assert!(
        !scene
            .workdir
            .plan()
            .await?
            .words()
            .contains("does not exist")
    );
    lab.admin_iam(east)
        .delete_role()
        .role_name("crr-given")
        .send()
        .await
        .expect("deleted");
    let plan = scene.workdir.plan().await?;
    let warning = format!("Warning: Role {role} does not exist");
    assert_eq!(plan.words().matches(&warning).count(), 1, "{plan}");
    Ok(())
}
