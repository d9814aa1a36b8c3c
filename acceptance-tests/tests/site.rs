//! `crr_site` under real Terraform.

mod owners;
mod steps;

use acceptance_tests::gateway::readable;
use acceptance_tests::{Effect, Fault, Lab, LabError, Workdir};

use crate::ground::{make_bucket, put, replication, role_names, status};

const PLAIN: &str = "resource \"crr_site\" \"east\" {\n  name = \"east\"\n}\n";

fn with_role(more: &str) -> String {
    format!(
        "resource \"crr_site\" \"east\" {{\n  name = \"east\"\n  replication_role = {{\n    read  = [\"team-*\"]\n    write = [\"team-*\"]\n    {more}\n  }}\n}}\n"
    )
}

#[tokio::test]
async fn it_proves_who_answers() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let workdir = Workdir::in_lab(&lab, PLAIN).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    let site = workdir.resource("crr_site.east").await?;
    let east = lab.site("east");
    assert_eq!(site["account_id"], east.account);
    assert_eq!(site["region"], east.region);
    assert_eq!(site["partition"], "aws");
    assert_eq!(site["caller_arn"], east.operator_arn());
    assert_eq!(site["endpoints"]["s3"], east.endpoint);
    lab.reset_calls();
    workdir.destroy().await?;
    assert!(
        lab.calls().writes().is_empty(),
        "it owns nothing: {}",
        lab.calls().lines()
    );
    Ok(())
}

#[tokio::test]
async fn a_site_that_is_none_or_does_not_answer() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let workdir = Workdir::in_lab(&lab, &PLAIN.replace("\"east\"\n}", "\"nowhere\"\n}")).await?;
    let plan = workdir.try_apply().await?;
    assert!(plan.code == 1 && plan.words().contains("nowhere"), "{plan}");

    workdir.write("main.tf", PLAIN)?;
    let variables = workdir.path().join("terraform.tfvars.json");
    let good = std::fs::read_to_string(&variables).expect("the variables");
    let secret = &lab.site("east").operator.secret_key;
    workdir.write(
        "terraform.tfvars.json",
        &good.replace(secret.as_str(), "wrong"),
    )?;
    let refused = workdir.try_apply().await?;
    assert_eq!(refused.code, 1, "{refused}");
    assert!(
        refused.words().contains("SignatureDoesNotMatch"),
        "the service's own words: {refused}"
    );
    Ok(())
}

#[tokio::test]
async fn a_profile_goes_before_the_keys_of_the_environment() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, vault) = (lab.site("east"), lab.site("vault"));
    let mut workdir = Workdir::in_lab(&lab, PLAIN).await?;
    workdir.write(
        "credentials",
        &format!(
            "[of-the-vault]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            vault.operator.access_key, vault.operator.secret_key
        ),
    )?;
    let file = workdir.path().join("credentials");
    workdir.set("AWS_SHARED_CREDENTIALS_FILE", &file.to_string_lossy());
    workdir.set("AWS_ACCESS_KEY_ID", &east.operator.access_key);
    workdir.set("AWS_SECRET_ACCESS_KEY", &east.operator.secret_key);
    let mut site = lab.terraform_sites()["east"].clone();
    for key in ["access_key", "secret_key"] {
        site.as_object_mut().expect("a site").remove(key);
    }
    let variables =
        |site: &serde_json::Value| serde_json::json!({ "sites": { "east": site } }).to_string();

    workdir.write("terraform.tfvars.json", &variables(&site))?;
    let chain = workdir.plan_json().await?;
    let account = "/planned_values/root_module/resources/0/values/account_id";
    assert_eq!(
        chain.pointer(account),
        Some(&east.account.clone().into()),
        "the usual chain"
    );

    site["profile"] = "of-the-vault".into();
    workdir.write("terraform.tfvars.json", &variables(&site))?;
    let profile = workdir.plan_json().await?;
    assert_eq!(
        profile.pointer(account),
        Some(&vault.account.clone().into()),
        "the profile"
    );
    Ok(())
}

#[tokio::test]
async fn another_account_under_the_same_name_is_an_error() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let workdir = Workdir::in_lab(&lab, PLAIN).await?;
    workdir.apply().await?;
    let vault = lab.terraform_sites()["vault"].clone();
    let variables = serde_json::json!({ "sites": { "east": vault } });
    workdir.write("terraform.tfvars.json", &variables.to_string())?;
    let plan = workdir.plan().await?;
    assert_eq!(plan.code, 1, "{plan}");
    assert!(
        plan.words().contains("111111111111") && plan.words().contains("222222222222"),
        "{plan}"
    );
    Ok(())
}

#[tokio::test]
async fn its_role_is_made_changed_and_removed() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let workdir = Workdir::in_lab(&lab, &with_role("")).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    assert_eq!(role_names(&lab, lab.site("east")).await, ["crr-site-east"]);
    for more in [
        "tags = { team = \"storage\" }",
        "object_lock = true",
        "owner_override = true",
        "write = [\"team-*\", \"more-*\"]",
    ] {
        let text = if more.starts_with("write") {
            with_role("").replace("write = [\"team-*\"]", more)
        } else {
            with_role(more)
        };
        workdir.write("main.tf", &text)?;
        let plan = workdir.plan_json().await?;
        assert_eq!(
            plan["resource_changes"][0]["change"]["actions"].to_string(),
            "[\"update\"]",
            "{more}"
        );
        workdir.apply().await?;
        workdir.expect_empty_plan().await?;
    }
    workdir.write("main.tf", PLAIN)?;
    workdir.apply().await?;
    assert_eq!(
        role_names(&lab, lab.site("east")).await,
        Vec::<String>::new()
    );
    Ok(())
}

#[tokio::test]
async fn a_role_that_was_replaced_is_known_until_it_is_gone() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let east = lab.site("east");
    let workdir = Workdir::in_lab(&lab, &with_role("name = \"crr-first\"")).await?;
    workdir.apply().await?;
    workdir.write("main.tf", &with_role("name = \"crr-second\""))?;

    // The new one cannot be made: objects replicate under the old one on.
    lab.inject(Fault::on("CreateRole", Effect::AccessDenied));
    assert_eq!(workdir.try_apply().await?.code, 1);
    assert_eq!(role_names(&lab, east).await, ["crr-first"]);
    lab.gateway().clear_faults();

    // The old one cannot be removed: it is not forgotten.
    lab.inject(Fault::on("DeleteRole", Effect::AccessDenied));
    assert_eq!(workdir.try_apply().await?.code, 1);
    assert_eq!(role_names(&lab, east).await.len(), 2);
    lab.gateway().clear_faults();
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    assert_eq!(role_names(&lab, east).await, ["crr-second"]);

    // A role keeps the path that it was made with.
    workdir.write(
        "main.tf",
        &with_role("name = \"crr-second\"\npath = \"/crr/other/\""),
    )?;
    let refused = workdir.try_apply().await?;
    assert!(refused.words().contains("another path"), "{refused}");
    workdir.write("main.tf", &with_role("name = \"crr-second\""))?;
    workdir.destroy().await?;
    assert_eq!(role_names(&lab, east).await, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn drift_of_its_role_is_found_and_mended() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let iam = lab.admin_iam(lab.site("east"));
    let workdir = Workdir::in_lab(&lab, &with_role("tags = { team = \"storage\" }")).await?;
    workdir.apply().await?;
    let role = "crr-site-east";
    let policy = iam
        .list_role_policies()
        .role_name(role)
        .send()
        .await
        .expect("listed")
        .policy_names()[0]
        .clone();
    let whole = iam
        .get_role_policy()
        .role_name(role)
        .policy_name(&policy)
        .send()
        .await
        .expect("read");
    let whole = readable(whole.policy_document());
    let open = r#"{"Version":"2012-10-17","Statement":[]}"#;
    let mended = async |what: &str| -> Result<(), LabError> {
        let plan = workdir.plan().await?;
        assert_eq!(plan.code, 2, "{what}: {plan}");
        workdir.apply().await?;
        workdir.expect_empty_plan().await
    };
    iam.update_assume_role_policy()
        .role_name(role)
        .policy_document(open)
        .send()
        .await
        .expect("changed");
    mended("trust").await?;
    let less = whole.replace("s3:ReplicateDelete", "s3:ReplicateTags");
    iam.put_role_policy()
        .role_name(role)
        .policy_name(&policy)
        .policy_document(less)
        .send()
        .await
        .expect("changed");
    mended("policy").await?;
    iam.untag_role()
        .role_name(role)
        .tag_keys("team")
        .send()
        .await
        .expect("changed");
    mended("tags").await?;
    iam.delete_role_policy()
        .role_name(role)
        .policy_name(&policy)
        .send()
        .await
        .expect("deleted");
    iam.delete_role()
        .role_name(role)
        .send()
        .await
        .expect("deleted");
    mended("the role").await?;
    workdir.destroy().await?;
    assert_eq!(
        role_names(&lab, lab.site("east")).await,
        Vec::<String>::new()
    );
    Ok(())
}

#[tokio::test]
async fn a_role_of_somebody_elses_is_not_taken() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    crate::ground::make_role(&lab, lab.site("east"), "crr-site-east").await;
    let workdir = Workdir::in_lab(&lab, &with_role("")).await?;
    let refused = workdir.try_apply().await?;
    assert_eq!(refused.code, 1, "{refused}");
    for words in ["about replication_role.name", "another `name`"] {
        assert!(refused.words().contains(words), "{words}: {refused}");
    }
    let _ = workdir.try_destroy().await?;
    assert_eq!(
        role_names(&lab, lab.site("east")).await,
        ["crr-site-east"],
        "and it stays"
    );
    Ok(())
}

#[tokio::test]
async fn a_fleet_under_one_role() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    for number in 0..3 {
        make_bucket(&lab, east, &format!("team-{number}")).await;
        make_bucket(&lab, west, &format!("team-{number}-dr")).await;
    }
    let text = with_role("")
        + "resource \"crr_pair\" \"team\" {\n  count       = 3\n  source      = { site = crr_site.east.name, bucket = \"team-${count.index}\" }\n  \
           destination = { site = \"west\", bucket = \"team-${count.index}-dr\" }\n  role        = \"site\"\n}\n";
    let workdir = Workdir::in_lab(&lab, &text).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    assert_eq!(
        role_names(&lab, east).await,
        ["crr-site-east"],
        "one role for all"
    );
    for number in 0..3 {
        let rules = replication(&lab, east, &format!("team-{number}"))
            .await
            .expect("rules");
        assert!(
            rules.role.ends_with("role/crr/crr-site-east"),
            "{}",
            rules.role
        );
        put(&lab, east, &format!("team-{number}"), "k").await;
        assert_eq!(
            status(&lab, west, &format!("team-{number}-dr"), "k").await,
            "REPLICA"
        );
    }
    workdir.destroy().await?;
    assert_eq!(role_names(&lab, east).await, Vec::<String>::new());
    Ok(())
}

// In an apply that leaves the site as it is, nobody tells the provider the name of its role.
#[tokio::test]
async fn a_role_with_a_name_of_its_own_is_used_by_arn() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    make_bucket(&lab, east, "team-0").await;
    make_bucket(&lab, west, "team-0-dr").await;
    let site = with_role("name = \"crr-fleet\"");
    let pair = |role: &str| {
        format!(
            "resource \"crr_pair\" \"team\" {{\n  source      = {{ site = crr_site.east.name, bucket = \"team-0\" }}\n  \
             destination = {{ site = \"west\", bucket = \"team-0-dr\" }}\n  role        = {role}\n}}\n"
        )
    };
    let workdir = Workdir::in_lab(&lab, &site).await?;
    workdir.apply().await?;
    workdir.write("main.tf", &format!("{site}{}", pair("\"site\"")))?;
    let refused = workdir.plan().await?;
    assert_eq!(refused.code, 1, "{refused}");
    assert!(
        refused
            .words()
            .contains("crr_site.east.replication_role_arn"),
        "{refused}"
    );

    workdir.write(
        "main.tf",
        &format!("{site}{}", pair("crr_site.east.replication_role_arn")),
    )?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    put(&lab, east, "team-0", "k").await;
    assert_eq!(status(&lab, west, "team-0-dr", "k").await, "REPLICA");
    Ok(())
}
