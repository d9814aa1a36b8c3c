//! What an echo needs that is no bucket's: its role and its trigger.

use acceptance_tests::LabError;
use acceptance_tests::lab::HOME;

use super::{amiss, assert_only_read, check_state};
use crate::echo_mode::{Scene, trigger};

#[tokio::test]
async fn an_echo_whose_role_is_gone_says_so_with_its_buckets() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    let iam = scene.lab.admin_iam(scene.lab.site("east"));
    let role = "crr-site-east";
    let policy = iam.delete_role_policy().role_name(role);
    let gone = policy.policy_name("crr-replication").send().await;
    gone.expect("the policy goes");
    let gone = iam.delete_role().role_name(role).send().await;
    gone.expect("the role goes");

    let checked = check_state(&scene.lab, &scene.workdir, &["--format", "json"]).await?;
    assert_eq!(checked.code, 3, "{checked}");
    assert_only_read(&scene.lab);
    let report = checked.json()?;
    let expected = [
        ("east->west", "source.role", "drifted"),
        ("east:orders", "protection", "unprotected"),
    ];
    let found = amiss(&report);
    for (item, facet, status) in expected {
        let expected = (item.to_owned(), facet.to_owned(), status.to_owned());
        assert!(found.contains(&expected), "{expected:?}: {found:?}");
    }
    assert!(
        found
            .iter()
            .any(|(item, _, status)| item == "east" && status == "missing"),
        "so does the site: {found:?}"
    );
    let said = report.to_string();
    for words in [
        "role/crr/crr-site-east does not exist",
        "S3 fails every object",
    ] {
        assert!(said.contains(words), "{words}: {report:#}");
    }
    Ok(())
}

#[tokio::test]
async fn each_part_of_a_trigger_is_looked_at() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    let folder = tempfile::tempdir().expect("a folder");
    let zip = trigger::script(folder.path(), "one")?;
    scene.configure(&trigger::with_function(&zip))?;
    let block = std::fs::read_to_string(scene.workdir.path().join("provider.tf"));
    let more = format!(
        "sites = var.sites\n  default_tags = {{ team = \"storage\" }}\n  trusted_account_ids = [\"{HOME}\"]\n"
    );
    let block = block
        .expect("the provider block")
        .replace("sites = var.sites\n", &more);
    scene.workdir.write("provider.tf", &block)?;
    scene.apply().await?;
    let json = ["--format", "json"];
    let checked = check_state(&scene.lab, &scene.workdir, &json).await?;
    assert_eq!(checked.code, 0, "{checked}");
    assert_only_read(&scene.lab);
    let report = checked.json()?.to_string();
    for facet in trigger::FACETS {
        let named = format!("\"trigger.{facet}\"");
        assert!(report.contains(&named), "{facet}: {report}");
    }

    trigger::drift(&scene.lab).await;
    let checked = check_state(&scene.lab, &scene.workdir, &json).await?;
    assert_eq!(checked.code, 2, "{checked}");
    assert_only_read(&scene.lab);
    let found = amiss(&checked.json()?);
    for facet in trigger::FACETS {
        let named = format!("trigger.{facet}");
        assert!(
            found.iter().any(|(_, name, _)| *name == named),
            "{facet}: {found:?}"
        );
    }

    // Whoever checks need not have the program.
    std::fs::remove_file(&zip).expect("the zip goes");
    let checked = check_state(&scene.lab, &scene.workdir, &json).await?;
    let report = checked.json()?;
    let found = amiss(&report);
    assert!(
        found
            .iter()
            .all(|(_, name, _)| name != "trigger.function_code"),
        "{found:?}"
    );
    let said = report.to_string();
    assert!(
        said.contains("runs the program that it should was not looked at"),
        "{report:#}"
    );
    Ok(())
}
