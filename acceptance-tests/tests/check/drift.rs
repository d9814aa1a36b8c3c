//! Pairs and echoes with drift planted, and without.

use acceptance_tests::gateway::readable;
use acceptance_tests::{Effect, Fault, LabError, When};
use aws_sdk_s3::types as t;

use super::{amiss, assert_only_read, check, check_state};
use crate::ground::{configuration, make_role, replication, role_names, rule, set_versioning};
use crate::pair::Scene;

#[tokio::test]
async fn what_is_as_it_should_be_ends_with_zero() -> Result<(), LabError> {
    let scene = Scene::existing("west", "direction = \"two_way\"").await?;
    scene.apply().await?;
    let checked = check_state(&scene.lab, &scene.workdir, &["--format", "json"]).await?;
    assert_eq!(checked.code, 0, "{checked}");
    assert_only_read(&scene.lab);
    let report = checked.json()?;
    assert_eq!(report["verdict"], "in_sync", "{report}");
    assert_eq!(report["items"][0]["id"], scene.id());
    assert!(
        report["items"][0]["facets"]
            .as_array()
            .is_some_and(|facets| facets.len() > 8),
        "every part is reported: {report}"
    );
    Ok(())
}

#[tokio::test]
async fn every_drift_is_named_with_its_remedy_and_left_as_it_is() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    scene.apply().await?;
    let (lab, east, west) = (&scene.lab, scene.lab.site("east"), scene.lab.site("west"));
    lab.admin_s3(east)
        .delete_bucket_replication()
        .bucket(&scene.source)
        .send()
        .await
        .expect("deleted");
    set_versioning(
        lab,
        west,
        &scene.destination,
        t::BucketVersioningStatus::Suspended,
    )
    .await
    .expect("suspended");
    let iam = lab.admin_iam(east);
    let role = role_names(lab, east).await.remove(0);
    let policy = format!("crr-to-{}", scene.destination);
    let whole = iam
        .get_role_policy()
        .role_name(&role)
        .policy_name(&policy)
        .send()
        .await
        .expect("read");
    iam.put_role_policy()
        .role_name(&role)
        .policy_name(&policy)
        .policy_document(
            readable(whole.policy_document()).replace("s3:ReplicateDelete", "s3:ReplicateTags"),
        )
        .send()
        .await
        .expect("put");

    let checked = check_state(lab, &scene.workdir, &["--format", "json"]).await?;
    assert_eq!(checked.code, 2, "{checked}");
    assert_only_read(lab);
    let report = checked.json()?;
    let expected = [
        ("source.role", "missing"),
        ("source.rule.everything", "missing"),
        ("destination.versioning", "drifted"),
        ("source.role_policy", "drifted"),
    ];
    let found = amiss(&report);
    for (facet, status) in expected {
        assert!(
            found.contains(&(scene.id(), facet.to_owned(), status.to_owned())),
            "{facet}: {found:?}"
        );
    }
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for facet in report["items"][0]["facets"].as_array().expect("facets") {
        if facet["status"] != "in_sync" {
            assert!(
                facet["remedy"]
                    .as_str()
                    .is_some_and(|text| text.contains("terraform apply")),
                "{facet}"
            );
        }
    }

    let text = check_state(lab, &scene.workdir, &[]).await?;
    for word in [
        "should be: Enabled",
        "is:        Suspended",
        "enable versioning on west:",
    ] {
        assert!(text.stdout.contains(word), "{word}: {text}");
    }
    assert!(
        !text.stdout.contains('\u{1b}'),
        "no colour in a pipe: {text}"
    );

    // The same through a plan, with what the plan says of how the sites are reached.
    scene
        .workdir
        .run(&["plan", "-out=plan.bin", "-input=false", "-refresh=false"])
        .await?
        .ok()?;
    let plan = scene
        .workdir
        .run(&["show", "-json", "plan.bin"])
        .await?
        .ok()?;
    scene.workdir.write("plan.json", &plan.stdout)?;
    let planned = check(
        lab,
        &scene.workdir,
        &["--plan", "plan.json", "--format", "json"],
    )
    .await?;
    assert_eq!(planned.code, 2, "{planned}");
    assert_eq!(amiss(&planned.json()?), found);
    Ok(())
}

#[tokio::test]
async fn what_may_not_be_read_is_unknown_and_names_the_action() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    scene.apply().await?;
    let lab = &scene.lab;
    let injected = lab.inject(
        Fault::on("GetBucketReplication", Effect::AccessDenied)
            .resource(&scene.source)
            .when(When::Every),
    );
    let checked = check_state(lab, &scene.workdir, &["--format", "json"]).await?;
    drop(injected);
    assert_eq!(checked.code, 4, "{checked}");
    let report = checked.json()?;
    let facets = report["items"][0]["facets"].as_array().expect("facets");
    let rule = facets
        .iter()
        .find(|facet| facet["name"] == "source.rule.everything")
        .expect("the rule");
    assert_eq!(
        (&rule["status"], &rule["lacks"]),
        (&"unknown".into(), &"s3:GetReplicationConfiguration".into()),
        "{report}"
    );
    let spared = check_state(lab, &scene.workdir, &["--fail-on", "drift,unprotected"]).await?;
    assert_eq!(spared.code, 0, "{spared}");

    // What may not be seen of a pair hides nothing that has drifted of it.
    let injected = lab.inject(Fault::on("GetRole", Effect::AccessDenied).when(When::Every));
    set_versioning(
        lab,
        lab.site("west"),
        &scene.destination,
        t::BucketVersioningStatus::Suspended,
    )
    .await
    .expect("suspended");
    let both = check_state(
        lab,
        &scene.workdir,
        &["--fail-on", "drift", "--format", "json"],
    )
    .await?;
    drop(injected);
    assert_eq!(both.code, 2, "{both}");
    let report = both.json()?;
    let counts = &report["counts"];
    assert_eq!(
        (&counts["drifted"], &counts["unknown"]),
        (&1.into(), &1.into()),
        "{both}"
    );
    Ok(())
}

#[tokio::test]
async fn a_bucket_that_nobody_protected_ends_with_three() -> Result<(), LabError> {
    let scene = crate::echo_mode::Scene::new("select = { exclude = [\"logs-*\"] }").await?;
    scene.buckets(&["orders", "logs-a"]).await;
    scene.apply().await?;
    let calm = check_state(&scene.lab, &scene.workdir, &["--format", "json"]).await?;
    assert_eq!(calm.code, 0, "{calm}");
    scene.buckets(&["invoices"]).await;
    let checked = check_state(&scene.lab, &scene.workdir, &["--format", "json"]).await?;
    assert_eq!(checked.code, 3, "{checked}");
    assert_only_read(&scene.lab);
    let report = checked.json()?;
    assert_eq!(
        amiss(&report),
        [(
            "east:invoices".to_owned(),
            "protection".to_owned(),
            "unprotected".to_owned()
        )],
        "{report}"
    );
    assert_eq!(
        (
            &report["counts"]["excluded"],
            &report["counts"]["unprotected"]
        ),
        (&1.into(), &1.into()),
        "{report}"
    );
    Ok(())
}

#[tokio::test]
async fn what_others_deny_on_a_role_of_ours_is_found() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    scene.apply().await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let role = role_names(lab, east).await.remove(0);
    let plan = scene.workdir.plan_json().await?;
    scene.workdir.write("plan.json", &plan.to_string())?;
    let simulate = ["--plan", "plan.json", "--sites", "sites.json"];
    let simulate = [&simulate[..], &["--simulate", "--format", "json"]].concat();
    let iam = lab.admin_iam(east);
    // A name such as ours have makes it none of ours.
    for name in ["freeze", "crr-freeze"] {
        let put = iam.put_role_policy().role_name(&role).policy_name(name);
        let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
        put.policy_document(deny).send().await.expect("put");
        let checked = check_state(lab, &scene.workdir, &["--format", "json"]).await?;
        assert_eq!(checked.code, 2, "{name}: {checked}");
        assert_only_read(lab);
        let facet = "source.role_of_others".to_owned();
        let denied = (scene.id(), facet, "drifted".to_owned());
        assert_eq!(
            amiss(&checked.json()?),
            std::slice::from_ref(&denied),
            "{checked}"
        );
        let rehearsed = check(lab, &scene.workdir, &simulate).await?;
        assert_eq!(rehearsed.code, 2, "{name}: {rehearsed}");
        assert_eq!(amiss(&rehearsed.json()?), [denied], "{rehearsed}");
        let off = iam.delete_role_policy().role_name(&role).policy_name(name);
        off.send().await.expect("taken off");
    }
    Ok(())
}

#[tokio::test]
async fn the_trust_of_a_role_that_others_made_is_judged() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let role = make_role(lab, east, "crr-given").await;
    scene.configure(&format!("role = \"{role}\""))?;
    scene.apply().await?;
    let calm = check_state(lab, &scene.workdir, &["--format", "json"]).await?;
    assert_eq!(calm.code, 0, "{calm}");
    let trust = |status: &str| (scene.id(), "source.trust".to_owned(), status.to_owned());
    lab.inject(Fault::on("GetRole", Effect::AccessDenied).when(When::Every));
    let denied = check_state(lab, &scene.workdir, &["--format", "json"]).await?;
    lab.gateway().clear_faults();
    assert_eq!(denied.code, 4, "{denied}");
    assert_eq!(amiss(&denied.json()?), [trust("unknown")], "{denied}");
    assert!(denied.stdout.contains("iam:GetRole"), "{denied}");

    let put = lab.admin_iam(east).update_assume_role_policy();
    let put = put.role_name("crr-given").policy_document(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#,
    );
    put.send().await.expect("put");
    let checked = check_state(lab, &scene.workdir, &["--format", "json"]).await?;
    assert_eq!(checked.code, 2, "{checked}");
    assert_eq!(amiss(&checked.json()?), [trust("missing")], "{checked}");
    let plan = scene.workdir.plan_json().await?;
    scene.workdir.write("plan.json", &plan.to_string())?;
    let simulate = ["--plan", "plan.json", "--sites", "sites.json"];
    let simulate = [&simulate[..], &["--simulate", "--format", "json"]].concat();
    let rehearsed = check(lab, &scene.workdir, &simulate).await?;
    assert!(
        amiss(&rehearsed.json()?).contains(&trust("missing")),
        "{rehearsed}"
    );
    Ok(())
}

/// S3 follows the rule of the highest priority: ours may stand, and never decide.
#[tokio::test]
async fn a_rule_of_others_that_decides_for_ours_is_drift() -> Result<(), LabError> {
    let scene = Scene::existing("west", "delete_markers = true").await?;
    scene.apply().await?;
    let (lab, east) = (&scene.lab, scene.lab.site("east"));
    let stands = replication(lab, east, &scene.source).await.expect("rules");
    let put = async |their: t::ReplicationRule| {
        let mut rules = stands.rules.clone();
        rules.push(their);
        let all = configuration(&stands.role, rules);
        let put = lab.admin_s3(east).put_bucket_replication();
        let put = put.bucket(&scene.source).replication_configuration(all);
        put.send().await.expect("put");
    };
    let mut theirs = rule("theirs", 2_000_000_000, &scene.destination);
    put(theirs.clone()).await;
    let calm = check_state(lab, &scene.workdir, &[]).await?;
    assert_eq!(calm.code, 0, "{calm}");
    assert!(calm.stdout.contains("note: crr_pair.orders"), "{calm}");
    if let Some(destination) = &mut theirs.destination {
        destination.storage_class = Some(t::StorageClass::DeepArchive);
    }
    put(theirs).await;
    let checked = check_state(lab, &scene.workdir, &["--format", "json"]).await?;
    assert_eq!(checked.code, 2, "{checked}");
    let facet = "source.rules_of_others".to_owned();
    assert_eq!(
        amiss(&checked.json()?),
        [(scene.id(), facet, "drifted".to_owned())]
    );
    Ok(())
}
