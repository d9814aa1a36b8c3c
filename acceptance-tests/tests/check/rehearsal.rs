//! `crr check --plan --simulate`: what a plan's policies would let S3 do, before anything is made.

use acceptance_tests::lab::Keys;
use acceptance_tests::{Effect, Fault, Lab, LabError, When, Workdir};
use serde_json::Value;

use super::{amiss, assert_only_read, check};
use crate::pair::Scene;

/// Plans, and leaves the plan's JSON in a file.
async fn plan(workdir: &Workdir) -> Result<Value, LabError> {
    let plan = workdir.plan_json().await?;
    workdir.write("plan.json", &plan.to_string())?;
    Ok(plan)
}

fn with_sites(text: &str) -> String {
    let site = |name: &str| {
        format!(
            "resource \"crr_site\" \"{name}\" {{\n  name = \"{name}\"\n  replication_role = {{ read = [\"orders*\"], write = [\"orders*\"] }}\n}}\n"
        )
    };
    format!("{}{}{text}", site("east"), site("vault"))
}

#[tokio::test]
async fn a_plan_is_rehearsed_without_a_call_and_its_policies_are_enough() -> Result<(), LabError> {
    let scene = Scene::existing("vault", "direction = \"two_way\"\ndelete_markers = true").await?;
    let text = scene.text("", "", "direction = \"two_way\"\ndelete_markers = true");
    scene.workdir.write("main.tf", &with_sites(&text))?;
    plan(&scene.workdir).await?;
    let checked = check(
        &scene.lab,
        &scene.workdir,
        &["--plan", "plan.json", "--simulate=own", "--format", "json"],
    )
    .await?;
    assert_eq!(checked.code, 0, "{checked}");
    assert!(
        scene.lab.calls().is_empty(),
        "{}",
        scene.lab.calls().lines()
    );
    let report = checked.json()?;
    let facets = report["items"][0]["facets"].as_array().expect("facets");
    for name in [
        "source.trust",
        "source.may.s3:ReplicateObject",
        "source.bucket_policy.s3:ReplicateDelete",
        "destination.may.s3:GetObjectVersionForReplication",
    ] {
        assert!(
            facets.iter().any(|facet| facet["name"] == name),
            "{name}: {report}"
        );
    }
    Ok(())
}

#[tokio::test]
async fn what_a_site_role_may_not_is_named_with_the_objects_that_fail() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let site = |name: &str, write: &str| {
        format!(
            "resource \"crr_site\" \"{name}\" {{\n  name = \"{name}\"\n  replication_role = {{ read = [\"orders*\"], write = [\"{write}\"] }}\n}}\n"
        )
    };
    let pair = scene.text("", "", "role = \"site\"");
    let text = format!(
        "{}{}{pair}",
        site("east", "invoices*"),
        site("west", "orders*")
    );
    scene.workdir.write("main.tf", &text)?;
    plan(&scene.workdir).await?;
    let simulate = ["--plan", "plan.json", "--simulate", "--format", "json"];
    // As root, who may ask IAM's simulator, too.
    let mut sites = scene.lab.terraform_sites();
    for site in scene.lab.sites() {
        let root = Keys::root(&site.account);
        sites[&site.name]["access_key"] = root.access_key.into();
        sites[&site.name]["secret_key"] = root.secret_key.into();
    }
    scene.workdir.write("sites.json", &sites.to_string())?;
    let arguments = [&simulate[..], &["--sites", "sites.json"]].concat();
    let checked = check(&scene.lab, &scene.workdir, &arguments).await?;
    assert_eq!(checked.code, 2, "{checked}");
    assert_only_read(&scene.lab);
    assert!(
        !scene.lab.calls().of("SimulateCustomPolicy").is_empty(),
        "IAM's simulator is asked: {}",
        scene.lab.calls().lines()
    );
    let report = checked.json()?;
    let names: Vec<String> = amiss(&report)
        .into_iter()
        .map(|(_, name, _)| name)
        .collect();
    assert_eq!(
        names,
        [
            "source.may.s3:ReplicateObject",
            "source.may.s3:ReplicateTags"
        ],
        "{report}"
    );
    let remedy = report
        .pointer("/items/0/facets")
        .and_then(Value::as_array)
        .and_then(|facets| {
            facets
                .iter()
                .find(|facet| facet["name"] == "source.may.s3:ReplicateObject")?["remedy"]
                .as_str()
                .map(str::to_owned)
        });
    let remedy = remedy.expect("a remedy");
    assert!(
        remedy.contains("every object fails") && remedy.contains("DstPutObjectNotPermitted"),
        "{remedy}"
    );
    Ok(())
}

#[tokio::test]
async fn a_policy_that_may_not_be_read_and_a_simulator_that_refuses() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    plan(&scene.workdir).await?;
    let sites = scene.lab.terraform_sites().to_string();
    scene.workdir.write("sites.json", &sites)?;
    let arguments = [
        "--plan",
        "plan.json",
        "--sites",
        "sites.json",
        "--simulate",
        "--format",
        "json",
    ];
    let fault = |call: &str| Fault::on(call, Effect::AccessDenied).when(When::Every);
    let lab = &scene.lab;
    let injected = [
        lab.inject(fault("GetBucketPolicy").resource(&scene.destination)),
        lab.inject(fault("SimulateCustomPolicy")),
    ];
    let checked = check(lab, &scene.workdir, &arguments).await?;
    drop(injected);
    assert_eq!(checked.code, 4, "{checked}");
    for words in ["s3:GetBucketPolicy", "by this program alone"] {
        assert!(checked.stdout.contains(words), "{words}: {checked}");
    }
    Ok(())
}

/// What a plan alone cannot show: the policy of a key that the pair does not write.
#[tokio::test]
async fn a_key_that_opens_to_no_role_of_its_account_is_named() -> Result<(), LabError> {
    let scene = Scene::existing("west", "").await?;
    let lab = &scene.lab;
    let mut keys = Vec::new();
    for site in ["east", "west"] {
        let made = lab.admin_kms(lab.site(site)).create_key().send().await;
        let made = made.expect("a key");
        let arn = made.key_metadata().and_then(|key| key.arn());
        keys.push(arn.expect("an ARN").to_owned());
    }
    scene.configure_sides(
        &format!("kms_key_arn = \"{}\"", keys[0]),
        &format!("kms_key_arn = \"{}\"", keys[1]),
        "",
    )?;
    plan(&scene.workdir).await?;
    let sites = lab.terraform_sites().to_string();
    scene.workdir.write("sites.json", &sites)?;
    let mut arguments = vec!["--plan", "plan.json", "--sites", "sites.json"];
    arguments.extend(["--simulate", "--format", "json"]);
    let open = check(lab, &scene.workdir, &arguments).await?;
    assert_eq!(open.code, 0, "as KMS makes a key: {open}");

    let east = lab.site("east");
    let operators = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{}:user/operator"}},"Action":["kms:DescribeKey","kms:GetKeyPolicy","kms:PutKeyPolicy"],"Resource":"*"}}]}}"#,
        east.account
    );
    let put = lab.admin_kms(east).put_key_policy().key_id(&keys[0]);
    let put = put.policy_name("default").policy(operators);
    put.send().await.expect("put");
    let closed = check(lab, &scene.workdir, &arguments).await?;
    assert_eq!(closed.code, 2, "{closed}");
    assert_only_read(lab);
    let found = amiss(&closed.json()?);
    let names: Vec<&str> = found.iter().map(|(_, name, _)| &**name).collect();
    assert_eq!(names, ["source.key_policy.kms:Decrypt"], "{closed}");
    for words in [keys[0].as_str(), "root of the account"] {
        assert!(closed.stdout.contains(words), "{words}: {closed}");
    }
    Ok(())
}

/// Which buckets an echo has is known at its sites alone: names that its selection takes stand for them.
#[tokio::test]
async fn an_echo_is_rehearsed_for_names_that_it_selects() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let workdir = Workdir::in_lab(&lab, "").await?;
    let configure = |read: &str, write: &str, select: &str| {
        let site = |name: &str| {
            format!(
                "resource \"crr_site\" \"{name}\" {{\n  name = \"{name}\"\n  replication_role = {{ read = [{read}], write = [{write}] }}\n}}\n"
            )
        };
        let echo = format!(
            "resource \"crr_echo_mode\" \"dr\" {{\n  source = crr_site.east.name\n  target = crr_site.vault.name\n  target_bucket = \"{{bucket}}-dr\"\n  direction = \"two_way\"\n  select = {{ {select} }}\n}}\n"
        );
        let text = format!("{}{}{echo}", site("east"), site("vault"));
        workdir.write("main.tf", &text)
    };
    let arguments = ["--plan", "plan.json", "--format", "json", "--simulate=own"];
    let every = "\"*\"";
    let orders = "\"orders-*\"";
    let tags = "tags = { dr = \"true\" }";
    for (read, write, select, code, names) in [
        (every, every, "", 0, &[][..]),
        (orders, every, "include = [\"orders-*\"]", 0, &[]),
        (
            every,
            "\"orders-*\", \"some*\"",
            "include = [\"orders-*\", \"some*\", \"invoices-*\"]",
            2,
            &[
                "source.may.s3:ReplicateObject",
                "source.may.s3:ReplicateTags",
            ],
        ),
        (
            every,
            orders,
            tags,
            4,
            &[
                "source.may.s3:ReplicateObject",
                "source.may.s3:ReplicateTags",
            ],
        ),
    ] {
        configure(read, write, select)?;
        plan(&workdir).await?;
        let checked = check(&lab, &workdir, &arguments).await?;
        assert_eq!(checked.code, code, "{select}: {checked}");
        assert!(lab.calls().is_empty(), "{}", lab.calls().lines());
        let report = checked.json()?;
        let item = &report["items"][0];
        assert_eq!(item["address"], "crr_echo_mode.dr", "{report}");
        let found: Vec<String> = amiss(&report).into_iter().map(|(_, n, _)| n).collect();
        for name in names {
            assert!(found.contains(&(*name).to_owned()), "{name}: {checked}");
        }
        assert_eq!(found.is_empty(), names.is_empty(), "{checked}");
        let needs = item["facets"].as_array().expect("facets");
        for name in [
            "source.bucket_policy.s3:ReplicateObject",
            "destination.may.s3:GetObjectVersionForReplication",
        ] {
            let of_name = needs.iter().filter(|facet| facet["name"] == name);
            assert_eq!(of_name.count(), 1, "{name}: {report}");
        }
        if code == 2 {
            assert!(checked.stdout.contains("invoices-any-dr"), "{checked}");
        }
    }

    // With credentials, too, no bucket of these names is asked for.
    configure(every, every, "")?;
    plan(&workdir).await?;
    let sites = lab.terraform_sites().to_string();
    workdir.write("sites.json", &sites)?;
    let asked = ["--plan", "plan.json", "--sites", "sites.json", "--simulate"];
    let checked = check(&lab, &workdir, &asked).await?;
    assert_eq!(checked.code, 0, "{checked}");
    assert!(lab.calls().of("HeadBucket").is_empty());

    // What is asked for by another name is not told of it.
    let only = [&arguments[..], &["--only", "crr_pair.*", "--allow-empty"]].concat();
    let checked = check(&lab, &workdir, &only).await?;
    assert_eq!(checked.code, 0, "{checked}");
    assert_eq!(checked.json()?["items"], serde_json::json!([]));
    Ok(())
}
