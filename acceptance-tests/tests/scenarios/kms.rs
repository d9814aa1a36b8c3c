//! Both ways under KMS keys.

use acceptance_tests::permissions::{Options, Simulation};
use acceptance_tests::{Lab, LabError, Site};
use serde_json::json;

use super::{arrives, no_roles_are_left, scenario};
use crate::ground::{replication, stands};

/// The ARN of a new key of a site.
pub async fn key(lab: &Lab, site: &Site) -> String {
    let made = lab.admin_kms(site).create_key().send().await;
    let made = made.expect("a key");
    made.key_metadata()
        .and_then(|key| key.arn())
        .expect("an ARN")
        .to_owned()
}

#[tokio::test]
async fn each_side_has_its_key_and_the_role_may_use_both() -> Result<(), LabError> {
    let lab = Lab::start().await?;
    let (east, west) = (lab.site("east"), lab.site("west"));
    let keys = (key(&lab, east).await, key(&lab, west).await);
    let workdir = scenario(
        &lab,
        "kms",
        json!({ "bucket": "kms", "keys": { "east": keys.0, "west": keys.1 }, "empty_on_destroy": true }),
    )
    .await?;
    workdir.apply().await?;
    workdir.expect_empty_plan().await?;
    let (here, there) = ((east, "kms-east"), (west, "kms-west"));
    for (from, to, key, replica_key) in [
        (here, there, &keys.0, &keys.1),
        (there, here, &keys.1, &keys.0),
    ] {
        arrives(&lab, from, to, &format!("from-{}", from.1)).await;
        let head = lab
            .admin_s3(from.0)
            .head_object()
            .bucket(from.1)
            .key(format!("from-{}", from.1))
            .send()
            .await
            .expect("the object");
        assert_eq!(
            head.ssekms_key_id(),
            Some(key.as_str()),
            "the bucket's default"
        );
        let rules = replication(&lab, from.0, from.1).await.expect("rules");
        let named = rules.rules[0]
            .destination()
            .and_then(|to| to.encryption_configuration())
            .and_then(|it| it.replica_kms_key_id());
        assert_eq!(named, Some(replica_key.as_str()));
        // The lab asks no role for its permissions, so they are put to IAM's own evaluation.
        let simulation = Simulation {
            role: rules.role,
            source: from.0,
            source_bucket: from.1.to_owned(),
            destination: to.0,
            destination_bucket: to.1.to_owned(),
            source_key: Some(key.clone()),
            destination_key: Some(replica_key.clone()),
            options: Options {
                kms: true,
                ..Options::default()
            },
        };
        let standing = simulation.standing(&lab).await?;
        assert_eq!(simulation.missing(&lab, &standing).await?, []);
    }
    workdir.destroy().await?;
    assert!(!stands(&lab, east, "kms-east").await);
    no_roles_are_left(&lab).await;
    Ok(())
}
