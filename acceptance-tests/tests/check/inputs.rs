//! What should be, from where, and how the sites are reached; what is ignored; what may not be trusted.

use acceptance_tests::LabError;
use acceptance_tests::lab::{AWAY, HOME};
use serde_json::json;

use super::{amiss, check, check_state};
use crate::ground::set_versioning;
use crate::pair::Scene;

#[tokio::test]
async fn another_account_than_the_stated_one_is_not_called_drift() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let site = "resource \"crr_site\" \"east\" {\n  name = \"east\"\n}\n";
    scene
        .workdir
        .write("main.tf", &format!("{site}{}", scene.text("", "", "")))?;
    scene.apply().await?;
    let state = scene.workdir.state().await?;
    scene
        .workdir
        .write("state.json", &state.to_string().replace(HOME, AWAY))?;
    scene
        .workdir
        .write("sites.json", &scene.lab.terraform_sites().to_string())?;
    let arguments = [
        "--state",
        "state.json",
        "--sites",
        "sites.json",
        "--format",
        "json",
    ];
    let checked = check(&scene.lab, &scene.workdir, &arguments).await?;
    assert_eq!(checked.code, 4, "{checked}");
    let report = checked.json()?;
    assert_eq!(
        amiss(&report),
        [
            ("east".to_owned(), "look".to_owned(), "unknown".to_owned()),
            (scene.id(), "look".to_owned(), "unknown".to_owned()),
        ],
        "{report}"
    );
    assert!(
        checked.stdout.contains(AWAY) && checked.stdout.contains(HOME),
        "{checked}"
    );
    assert!(
        scene.lab.calls().on(&scene.source).is_empty(),
        "nothing is looked at by the wrong account: {}",
        scene.lab.calls().lines()
    );
    Ok(())
}

#[tokio::test]
async fn modules_patterns_ignores_and_every_form_at_once() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let required = "terraform {\n  required_providers {\n    crr = {\n      source = \"registry.terraform.io/crr-dr/crr\"\n    }\n  }\n}\n";
    scene.workdir.write(
        "inner/main.tf",
        &format!("{required}{}", scene.text("", "", "")),
    )?;
    scene.workdir.write(
        "main.tf",
        "module \"inner\" {\n  source   = \"./inner\"\n  for_each = toset([\"a\"])\n}\n",
    )?;
    scene.workdir.init().await?;
    scene.apply().await?;
    let lab = &scene.lab;
    set_versioning(
        lab,
        lab.site("west"),
        &scene.destination,
        aws_sdk_s3::types::BucketVersioningStatus::Suspended,
    )
    .await
    .expect("suspended");
    let forms = ["text", "json", "sarif", "junit", "markdown", "html"];
    let mut arguments = vec!["--format".to_owned(), "json".to_owned()];
    for form in forms {
        arguments.extend(["--out".to_owned(), format!("{form}=report.{form}")]);
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let checked = check_state(lab, &scene.workdir, &arguments).await?;
    assert_eq!(checked.code, 2, "{checked}");
    let report = checked.json()?;
    let address = "module.inner[\"a\"].crr_pair.orders";
    assert_eq!(report["items"][0]["address"], address);
    assert_eq!(
        report["items"][0]["declared"],
        json!({ "file": "main.tf", "line": 1 }),
        "where the module is called: {report}"
    );
    for form in forms {
        let text = std::fs::read_to_string(scene.workdir.path().join(format!("report.{form}")))
            .expect("a report");
        assert!(text.contains("destination.versioning"), "{form}: {text}");
    }

    let nothing = check_state(lab, &scene.workdir, &["--only", "crr_pair.*"]).await?;
    assert_eq!(nothing.code, 1, "another address: {nothing}");
    assert!(nothing.stderr.contains("--only crr_pair.*"), "{nothing}");
    let allowed = ["--only", "crr_pair.*", "--allow-empty"];
    let nothing = check_state(lab, &scene.workdir, &allowed).await?;
    assert_eq!(nothing.code, 0, "{nothing}");
    let some = check_state(lab, &scene.workdir, &["--only", &scene.destination]).await?;
    assert_eq!(some.code, 2, "{some}");

    let entry = |expires: &str| {
        format!(
            "[[ignore]]\nbucket  = \"{}\"\nfacet   = \"*.versioning\"\nreason  = \"a migration\"\nexpires = \"{expires}\"\n",
            scene.destination
        )
    };
    scene.workdir.write("ignore.toml", &entry("2999-12-31"))?;
    let ignored = check_state(lab, &scene.workdir, &["--ignore", "ignore.toml"]).await?;
    assert_eq!(ignored.code, 0, "{ignored}");
    assert!(ignored.stdout.contains("a migration"), "{ignored}");
    scene.workdir.write("ignore.toml", &entry("2001-01-01"))?;
    let expired = check_state(lab, &scene.workdir, &["--ignore", "ignore.toml"]).await?;
    assert_eq!(expired.code, 2, "{expired}");
    assert!(expired.stdout.contains("no longer ignored"), "{expired}");
    Ok(())
}

#[tokio::test]
async fn wrong_usage_ends_with_one_and_says_what_to_do() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    scene.workdir.write("broken.json", "{")?;
    scene
        .workdir
        .write("raw.json", "{\"version\":4,\"lineage\":\"x\"}")?;
    scene
        .workdir
        .write("state.json", &scene.workdir.state().await?.to_string())?;
    let pair = json!({ "format_version": "1.0", "values": { "root_module": { "resources": [
        { "address": "crr_pair.a", "mode": "managed", "type": "crr_pair", "values": {} },
    ] } } });
    scene.workdir.write("pair.json", &pair.to_string())?;
    let mut plan =
        json!({ "format_version": "1.2", "planned_values": pair["values"], "configuration": {} });
    scene.workdir.write("plan.json", &plan.to_string())?;
    plan["planned_values"]["root_module"]["resources"][0]["type"] = "crr_echo_mode".into();
    scene.workdir.write("echo.json", &plan.to_string())?;
    plan["errored"] = true.into();
    scene.workdir.write("failed.json", &plan.to_string())?;
    let sites = json!({ "east": { "region": "us-east-1", "colour": "red" } });
    scene.workdir.write("sites.json", &sites.to_string())?;
    for (arguments, says) in [
        (&[][..], "--state FILE"),
        (&["--state", "gone.json"], "gone.json"),
        (&["--state", "broken.json"], "terraform show -json"),
        (&["--state", "raw.json"], "state file itself"),
        (&["--plan", "state.json"], "Give it with --state"),
        (
            &["--state", "state.json", "--ignore", "raw.json"],
            "raw.json",
        ),
        (&["--state", "state.json", "--out", "html"], "FORMAT=FILE"),
        (
            &["--state", "state.json", "--out", "html=gone/x.html"],
            "there is no folder gone",
        ),
        (&["--state", "state.json"], "--allow-empty"),
        (
            &["--state", "pair.json", "--sites", "sites.json"],
            "--sites sites.json: sites[\"east\"].colour",
        ),
        (&["--state", "state.json", "--simulate"], "--simulate"),
        (
            &[
                "--state",
                "pair.json",
                "--state",
                "state.json",
                "--only",
                "crr_pair.a",
            ],
            "state.json: nothing to look at",
        ),
        (
            &["--plan", "plan.json", "--simulate=own", "--only", "gone"],
            "--only gone",
        ),
        (
            &["--plan", "echo.json", "--simulate=own", "--only", "gone"],
            "--only gone",
        ),
        (
            &["--state", "pair.json", "--timeout", "18446744073709551615s"],
            "--timeout: this is beyond",
        ),
        (&["--plan", "failed.json"], "plan again"),
    ] {
        let checked = check(&scene.lab, &scene.workdir, arguments).await?;
        assert_eq!(checked.code, 1, "{arguments:?}: {checked}");
        assert!(checked.stderr.contains(says), "{says}: {checked}");
    }
    Ok(())
}

#[tokio::test]
async fn an_agents_configuration_and_a_deadline() -> Result<(), LabError> {
    let scene = crate::echo_mode::Scene::new("").await?;
    scene.buckets(&["orders"]).await;
    scene.apply().await?;
    let resource = scene.workdir.resource(crate::echo_mode::ECHO).await?;
    let config = resource["agent_config"].as_str().expect("a configuration");
    scene.workdir.write("agent.json", config)?;
    scene
        .workdir
        .write("sites.json", &scene.lab.terraform_sites().to_string())?;
    let arguments = [
        "--config",
        "agent.json",
        "--sites",
        "sites.json",
        "--format",
        "json",
    ];
    let checked = check(&scene.lab, &scene.workdir, &arguments).await?;
    assert_eq!(checked.code, 0, "{checked}");
    assert_eq!(
        checked.json()?["counts"]["in_sync"],
        2,
        "the echo and its bucket: {checked}"
    );

    for name in ["east:orders", "orders-dr"] {
        let only = [&arguments[..], &["--only", name]].concat();
        let some = check(&scene.lab, &scene.workdir, &only).await?;
        assert_eq!(some.code, 0, "{some}");
    }

    // Credentials that have expired are green for nobody.
    let mut sites = scene.lab.terraform_sites();
    for site in sites.as_object_mut().expect("sites").values_mut() {
        site["access_key"] = "AKIAEXPIRED000000000".into();
    }
    scene.workdir.write("expired.json", &sites.to_string())?;
    let mut expired = vec!["--config", "agent.json", "--sites", "expired.json"];
    expired.push("--fail-on=drift,unprotected");
    let blind = check(&scene.lab, &scene.workdir, &expired).await?;
    assert_eq!(blind.code, 4, "{blind}");

    scene.lab.set_latency(std::time::Duration::from_secs(2));
    let hurried = [&arguments[..], &["--timeout", "1s"]].concat();
    let late = check(&scene.lab, &scene.workdir, &hurried).await?;
    assert_eq!(late.code, 4, "{late}");
    assert!(late.stdout.contains("--timeout"), "{late}");
    Ok(())
}
