//! Copies in another account: locked, and out of reach of the first.

use acceptance_tests::lab::{AWAY, HOME};
use acceptance_tests::{Lab, LabError};
use serde_json::json;

use super::{arrives, no_roles_are_left, scenario};
use crate::ground::{bucket_policy, said, status};

async fn lab() -> Result<Lab, LabError> {
    let lab =
        Lab::with_sites(&[("main", "us-east-1", HOME), ("vault", "eu-central-1", AWAY)]).await?;
    let s3 = lab.admin_s3(lab.site("main"));
    let made = s3.create_bucket().bucket("ledger");
    let made = made.object_lock_enabled_for_bucket(true).send().await;
    made.expect("a locked bucket");
    Ok(lab)
}

#[tokio::test]
async fn the_vault_is_locked_and_only_the_role_writes_to_it() -> Result<(), LabError> {
    let lab = lab().await?;
    let (main, vault) = (lab.site("main"), lab.site("vault"));
    let retention = json!({ "mode": "GOVERNANCE", "days": 35 });
    let variables = json!({ "bucket": "ledger", "accounts": [HOME, AWAY], "retention": retention });
    let workdir = scenario(&lab, "cross-account-vault", variables).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    arrives(&lab, (main, "ledger"), (vault, "ledger-vault"), "first").await;
    let lock = lab.admin_s3(vault).get_object_lock_configuration();
    let lock = lock.bucket("ledger-vault").send().await;
    let rule = lock
        .expect("it has Object Lock")
        .object_lock_configuration
        .and_then(|lock| lock.rule?.default_retention);
    assert_eq!(rule.and_then(|rule| rule.days), Some(35));
    let policy = bucket_policy(&lab, vault, "ledger-vault").await;
    assert!(
        policy.contains("s3:ReplicateObject") && !policy.contains("s3:GetObject"),
        "{policy}"
    );
    let read = lab.s3(main).get_object();
    let refused = read.bucket("ledger-vault").key("first").send().await;
    let refused = refused.expect_err("the first account does not read the vault");
    assert!(said(&refused).starts_with("403"), "{}", said(&refused));

    // Whoever deletes everything in the first account has deleted nothing in the vault.
    let deleted = lab.admin_s3(main).delete_object();
    deleted
        .bucket("ledger")
        .key("first")
        .send()
        .await
        .expect("hidden");
    assert_eq!(
        status(&lab, vault, "ledger-vault", "first").await,
        "REPLICA"
    );

    workdir.destroy().await?;
    assert_eq!(
        status(&lab, vault, "ledger-vault", "first").await,
        "REPLICA",
        "the copies outlive the configuration"
    );
    no_roles_are_left(&lab).await;
    Ok(())
}

#[tokio::test]
async fn without_a_retention_the_vault_is_locked_where_the_source_is() -> Result<(), LabError> {
    let lab = lab().await?;
    let variables = json!({ "bucket": "ledger", "accounts": [HOME, AWAY] });
    let workdir = scenario(&lab, "cross-account-vault", variables).await?;
    workdir.apply().await?;
    let lock = lab
        .admin_s3(lab.site("vault"))
        .get_object_lock_configuration();
    let lock = lock.bucket("ledger-vault").send().await;
    let lock = lock.expect("it has Object Lock").object_lock_configuration;
    assert!(lock.expect("a lock").rule.is_none());
    Ok(())
}

#[tokio::test]
async fn an_account_that_is_not_trusted_is_refused_at_plan() -> Result<(), LabError> {
    let lab = lab().await?;
    let variables = json!({ "bucket": "ledger", "accounts": [HOME, "333333333333"] });
    let workdir = scenario(&lab, "cross-account-vault", variables).await?;
    lab.reset_calls();
    let plan = workdir.plan().await?;
    assert!(plan.code == 1 && plan.words().contains(AWAY), "{plan}");
    assert!(lab.calls().writes().is_empty(), "{}", lab.calls().lines());
    Ok(())
}
