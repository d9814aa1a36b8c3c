//! What an echo needs that is no bucket's: its role and its trigger.

use acceptance_tests::lab::HOME;
use acceptance_tests::{Effect, Fault, LabError, When};

use super::{amiss, assert_only_read, check, check_state};
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

/// What the agent is given to look at, and what its check found.
async fn checked(scene: &Scene) -> Result<(i32, Vec<(String, String, String)>, String), LabError> {
    let resource = scene.workdir.resource(crate::echo_mode::ECHO).await?;
    let config = resource["agent_config"].as_str().expect("a configuration");
    scene.workdir.write("agent.json", config)?;
    let sites = scene.lab.terraform_sites().to_string();
    scene.workdir.write("sites.json", &sites)?;
    let mut arguments = vec!["--config", "agent.json", "--sites", "sites.json"];
    arguments.extend(["--format", "json"]);
    let checked = check(&scene.lab, &scene.workdir, &arguments).await?;
    assert_only_read(&scene.lab);
    let report = checked.json()?;
    Ok((checked.code, amiss(&report), report.to_string()))
}

fn found(item: &str, facet: &str, status: &str) -> (String, String, String) {
    (item.to_owned(), facet.to_owned(), status.to_owned())
}

/// S3 takes any role and then fails every object: one that nobody may look at is no good one.
#[tokio::test]
async fn a_role_that_may_not_be_read_is_unknown_and_its_trust_is_judged() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    let (code, none, _) = checked(&scene).await?;
    assert_eq!((code, none), (0, Vec::new()));
    let lab = &scene.lab;
    for (call, facet, action) in [
        ("GetRole", "source.role", "iam:GetRole"),
        ("GetRolePolicy", "source.role_policy", "iam:GetRolePolicy"),
    ] {
        lab.inject(Fault::on(call, Effect::AccessDenied).when(When::Every));
        let (code, amiss, report) = checked(&scene).await?;
        lab.gateway().clear_faults();
        assert_eq!(code, 4, "{report}");
        assert_eq!(amiss, [found("east->west", facet, "unknown")]);
        assert!(
            report.contains(&format!("\"lacks\":\"{action}\"")),
            "{report}"
        );
    }

    let iam = lab.admin_iam(lab.site("east"));
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let put = iam.update_assume_role_policy().role_name("crr-site-east");
    let put = put.policy_document(trust).send().await;
    put.expect("put");
    let (code, amiss, report) = checked(&scene).await?;
    assert_eq!(code, 3, "{report}");
    let expected = [
        found("east->west", "source.trust", "missing"),
        found("east:orders", "protection", "unprotected"),
    ];
    assert_eq!(amiss, expected, "{report}");
    Ok(())
}

#[tokio::test]
async fn what_a_paused_echo_had_set_up_is_missed() -> Result<(), LabError> {
    let scene = Scene::new("").await?;
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    scene.configure("paused = true")?;
    scene.buckets(&["letters"]).await;
    scene.workdir.apply().await?;
    let (code, amiss, report) = checked(&scene).await?;
    assert_eq!(code, 0, "{report}");
    let resting = found("east:letters", "protection", "paused");
    assert_eq!(amiss, std::slice::from_ref(&resting), "{report}");
    let lab = &scene.lab;
    let s3 = lab.admin_s3(lab.site("east"));
    let gone = s3.delete_bucket_replication().bucket("orders").send().await;
    gone.expect("the rules go");
    let (code, amiss, report) = checked(&scene).await?;
    assert_eq!(code, 2, "{report}");
    assert!(amiss.contains(&resting), "{report}");
    let is_rule = |(item, facet, status): &(String, String, String)| {
        item == "east:orders" && facet.starts_with("source.rule.") && status == "missing"
    };
    assert!(amiss.iter().any(is_rule), "{report}");
    Ok(())
}
