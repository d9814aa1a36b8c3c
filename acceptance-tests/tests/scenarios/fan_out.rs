//! One bucket, three targets.

use acceptance_tests::{Lab, LabError};
use aws_sdk_s3::types::ObjectVersionStorageClass;
use serde_json::json;

use super::{arrives, no_roles_are_left, scenario};
use crate::ground::{stands, versions};

#[tokio::test]
async fn each_target_gets_what_its_rule_is_for() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west, vault) = (lab.site("east"), lab.site("west"), lab.site("vault"));
    let variables = json!({ "bucket": "fan", "empty_on_destroy": true });
    let workdir = scenario(&lab, "fan-out", variables).await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    arrives(&lab, (east, "fan"), (west, "fan-near"), "plain").await;
    arrives(&lab, (east, "fan"), (west, "fan-near"), "ledger/1").await;
    let put = lab
        .admin_s3(east)
        .put_object()
        .bucket("fan")
        .key("contract")
        .tagging("keep=years")
        .send();
    put.await.expect("the object is put");
    assert_eq!(versions(&lab, west, "fan-near").await, (3, 0));
    assert_eq!(versions(&lab, vault, "fan-vault").await, (1, 0));
    let archived = lab
        .admin_s3(west)
        .list_object_versions()
        .bucket("fan-archive")
        .send()
        .await
        .expect("a listing");
    let found: Vec<_> = archived
        .versions()
        .iter()
        .map(|version| {
            (
                version.key().unwrap_or_default(),
                version
                    .storage_class()
                    .map(ObjectVersionStorageClass::as_str),
            )
        })
        .collect();
    assert_eq!(found, [("contract", Some("GLACIER_IR"))]);

    workdir.destroy().await?;
    assert!(stands(&lab, east, "fan").await && !stands(&lab, west, "fan-near").await);
    no_roles_are_left(&lab).await;
    Ok(())
}
