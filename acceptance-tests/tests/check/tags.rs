//! The tags of the provider block, of which a state does not tell.

use acceptance_tests::LabError;

use super::{amiss, assert_only_read, check_state};
use crate::ground::role_names;
use crate::pair::Scene;

#[tokio::test]
async fn default_tags_are_looked_at_and_are_nobody_elses() -> Result<(), LabError> {
    let scene = Scene::empty("west").await?;
    let lab = &scene.lab;
    let block = std::fs::read_to_string(scene.workdir.path().join("provider.tf"));
    let block = block.expect("the provider block").replace(
        "sites = var.sites\n",
        "sites = var.sites\n  default_tags = { team = \"storage\", cost = \"dr\" }\n",
    );
    scene.workdir.write("provider.tf", &block)?;
    // An exact mirror takes away each tag of the destination that is neither the source's nor the pair's.
    scene.configure_sides(
        "create = true",
        "create = true",
        "mirror_settings = [\"tags\"]\nmirror_exact = true\ntags = { team = \"orders\" }",
    )?;
    scene.apply().await?;
    let json = ["--format", "json"];
    let checked = check_state(lab, &scene.workdir, &json).await?;
    assert_eq!(checked.code, 0, "{checked}");

    let iam = lab.admin_iam(lab.site("east"));
    let role = role_names(lab, lab.site("east")).await.remove(0);
    let untagged = iam
        .untag_role()
        .role_name(role)
        .tag_keys("cost")
        .send()
        .await;
    untagged.expect("untagged");
    let checked = check_state(lab, &scene.workdir, &json).await?;
    assert_eq!(checked.code, 2, "{checked}");
    assert_only_read(lab);
    let drifted = (
        scene.id(),
        "source.role_tags".to_owned(),
        "drifted".to_owned(),
    );
    assert_eq!(amiss(&checked.json()?), [drifted], "{checked}");
    Ok(())
}
