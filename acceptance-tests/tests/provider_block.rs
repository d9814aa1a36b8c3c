//! The provider block under real Terraform: whose credentials a site has, what is known late, what never shows.

use std::collections::BTreeMap;

use acceptance_tests::lab::OPERATOR_POLICY;
use acceptance_tests::{Lab, LabError, Workdir};
use serde_json::{Value, json};

use crate::ground::{role_names, said, versioned_bucket};

const OPERATOR: &str = r#"resource "crr_site" "vault" {
  name = "vault"
}
"#;

fn pair(source: &str, there: &str, destination: &str) -> String {
    format!(
        "resource \"crr_pair\" \"orders\" {{\n  source      = {{ site = \"east\", bucket = \"{source}\" }}\n  \
         destination = {{ site = \"{there}\", bucket = \"{destination}\" }}\n}}\n"
    )
}

/// Adds lines to the provider block of a folder.
fn more_in_the_block(workdir: &Workdir, lines: &str) -> Result<(), LabError> {
    let path = workdir.path().join("provider.tf");
    let block = std::fs::read_to_string(path).expect("the provider block");
    let changed = block.replace(
        "sites = var.sites\n",
        &format!("sites = var.sites\n{lines}\n"),
    );
    assert_ne!(block, changed, "the block is as it was");
    workdir.write("provider.tf", &changed)
}

/// A role in the account of `vault` that the operator of `east` may assume if he knows the word; and the sites by way of it.
async fn by_a_role(lab: &Lab, external_id: &str) -> Value {
    let (east, vault) = (lab.site("east"), lab.site("vault"));
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "AWS": east.operator_arn() },
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": { "StringEquals": { "sts:ExternalId": "orders" } },
    }] });
    let iam = lab.admin_iam(vault);
    let role = iam
        .create_role()
        .role_name("disaster-recovery")
        .assume_role_policy_document(trust.to_string())
        .send()
        .await
        .map_err(|error| said(&error))
        .expect("the role");
    let role = role.role().expect("a role").arn().to_owned();
    iam.put_role_policy()
        .role_name("disaster-recovery")
        .policy_name("operator")
        .policy_document(OPERATOR_POLICY)
        .send()
        .await
        .expect("its policy");
    let may = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Resource": role,
    }] });
    lab.admin_iam(east)
        .put_user_policy()
        .user_name("operator")
        .policy_name("assume")
        .policy_document(may.to_string())
        .send()
        .await
        .expect("the operator's policy");
    let mut sites = lab.terraform_sites();
    sites["vault"]["access_key"] = east.operator.access_key.clone().into();
    sites["vault"]["secret_key"] = east.operator.secret_key.clone().into();
    sites["vault"]["assume_role"] = json!({
        "role_arn": role,
        "external_id": external_id,
        "session_name": "nightly",
        "duration": "15m",
        "tags": { "purpose": "replication" },
    });
    json!({ "sites": sites })
}

#[tokio::test]
async fn one_operator_reaches_the_other_account_by_a_role() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, vault) = (lab.site("east"), lab.site("vault"));
    let source = versioned_bucket(&lab, east, "orders").await;
    let destination = versioned_bucket(&lab, vault, "orders-dr").await;
    let workdir = Workdir::in_lab(
        &lab,
        &(OPERATOR.to_owned() + &pair(&source, "vault", &destination)),
    )
    .await?;
    let variables = by_a_role(&lab, "orders").await;
    workdir.write("terraform.tfvars.json", &variables.to_string())?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    let site = workdir.resource("crr_site.vault").await?;
    assert_eq!(site["account_id"], vault.account);
    assert_eq!(
        site["caller_arn"],
        format!(
            "arn:aws:sts::{}:assumed-role/disaster-recovery/nightly",
            vault.account
        )
    );
    workdir.destroy().await?;
    Ok(())
}

#[tokio::test]
async fn a_role_that_does_not_let_us_in_is_an_error_in_the_words_of_sts() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let workdir = Workdir::in_lab(&lab, OPERATOR).await?;
    let variables = by_a_role(&lab, "guessed").await;
    workdir.write("terraform.tfvars.json", &variables.to_string())?;
    let plan = workdir.plan().await?;
    assert_eq!(plan.code, 1, "{plan}");
    for words in ["site \"vault\"", "sts:AssumeRole", "external id"] {
        assert!(plan.words().contains(words), "{words}: {plan}");
    }
    Ok(())
}

#[tokio::test]
async fn a_region_that_is_known_after_apply_puts_off_what_needs_it() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let source = versioned_bucket(&lab, east, "orders").await;
    let destination = versioned_bucket(&lab, west, "orders-dr").await;
    let text = pair(&source, "west", &destination)
        + "resource \"terraform_data\" \"region\" {\n  input = \"us-east-1\"\n}\n";
    let workdir = Workdir::in_lab(&lab, &text).await?;
    let block = std::fs::read_to_string(workdir.path().join("provider.tf")).expect("the block");
    workdir.write(
        "provider.tf",
        &block.replace(
            "sites = var.sites\n",
            "sites = merge(var.sites, { east = merge(var.sites.east, { region = terraform_data.region.output }) })\n",
        ),
    )?;
    lab.reset_calls();
    let plan = workdir.plan().await?;
    assert_eq!(plan.code, 2, "{plan}");
    assert!(plan.words().contains("2 to add"), "{plan}");
    assert!(lab.calls().writes().is_empty());
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;

    let late = "data \"crr_pair\" \"orders\" {\n  site   = \"west\"\n  bucket = \"orders-dr\"\n}\n";
    workdir.destroy().await?;
    workdir.write("main.tf", &(text + late))?;
    let plan = workdir.plan().await?;
    assert!(
        plan.code == 1 && plan.words().contains("not known yet"),
        "what is needed at once fails with a word: {plan}"
    );
    Ok(())
}

#[tokio::test]
async fn default_tags_are_on_what_we_make_and_one_call_at_a_time_is_enough() -> Result<(), LabError>
{
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let source = versioned_bucket(&lab, east, "orders").await;
    let destination = lab.bucket("orders-dr");
    let text = pair(&source, "west", &destination)
        .replace(
            &format!("\"{destination}\""),
            &format!("\"{destination}\", create = true"),
        )
        .replace("}\n}\n", "}\n  tags = { team = \"orders\" }\n}\n");
    let workdir = Workdir::in_lab(&lab, &text).await?;
    more_in_the_block(
        &workdir,
        "  default_tags    = { team = \"storage\", cost = \"dr\" }\n  max_concurrency = 1\n  retry           = { attempts = 2, adaptive = true }",
    )?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    let role = role_names(&lab, east).await.remove(0);
    let of_the_role = lab
        .admin_iam(east)
        .list_role_tags()
        .role_name(role)
        .send()
        .await
        .expect("tags");
    let of_the_bucket = lab
        .admin_s3(west)
        .get_bucket_tagging()
        .bucket(&destination)
        .send()
        .await
        .expect("tags");
    let of_the_role: BTreeMap<_, _> = of_the_role
        .tags()
        .iter()
        .map(|tag| (tag.key(), tag.value()))
        .collect();
    let of_the_bucket: BTreeMap<_, _> = of_the_bucket
        .tag_set()
        .iter()
        .map(|tag| (tag.key(), tag.value()))
        .collect();
    for tags in [of_the_role, of_the_bucket] {
        assert_eq!(
            (tags.get("team"), tags.get("cost")),
            (Some(&"orders"), Some(&"dr")),
            "the pair's own go before the provider's: {tags:?}"
        );
    }
    Ok(())
}

/// Neither in the state, nor in a plan, nor in a log that tells all.
#[tokio::test]
async fn no_secret_is_written_anywhere() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let source = versioned_bucket(&lab, east, "orders").await;
    let destination = versioned_bucket(&lab, west, "orders-dr").await;
    let mut workdir = Workdir::in_lab(&lab, &pair(&source, "west", &destination)).await?;
    let log = workdir.path().join("trace.log");
    workdir.set("TF_LOG", "TRACE");
    workdir.set("TF_LOG_PATH", &log.to_string_lossy());
    let plan = workdir.plan_json().await?.to_string();
    let applied = workdir.apply().await?.to_string();
    let log = std::fs::read_to_string(log).expect("a log");
    assert!(log.contains("taking a step"), "the provider's log is in it");
    let state = std::fs::read_to_string(workdir.state_file()).expect("a state");
    // `show -json` repeats the variables of the configuration: they are Terraform's to keep, and this one is marked sensitive.
    let plan = plan
        .split("\"variables\"")
        .next()
        .unwrap_or_default()
        .to_owned();
    let secret = &east.operator.secret_key;
    for (name, text) in [
        ("plan", plan),
        ("output", applied),
        ("log", log),
        ("state", state),
    ] {
        assert!(
            !text.contains(secret.as_str()),
            "the secret is in the {name}"
        );
    }
    Ok(())
}
