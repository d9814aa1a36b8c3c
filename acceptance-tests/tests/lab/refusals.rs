//! What S3 refuses for what else there is, the gateway refuses.

use acceptance_tests::gateway::{DESTINATION_NOT_VERSIONED, SOURCE_NOT_VERSIONED};
use acceptance_tests::{Lab, LabError};
use aws_sdk_s3::types::BucketVersioningStatus;

use super::{
    configuration, make_bucket, make_role, replicate, rule, said, set_versioning, versioned_bucket,
};

#[tokio::test]
async fn versioning_of_both_sides_and_the_destination_itself() {
    let lab = Lab::start().await.unwrap();
    let (east, west) = (lab.site("east"), lab.site("west"));
    let (source, destination) = (lab.bucket("orders"), lab.bucket("orders-dr"));
    make_bucket(&lab, east, &source).await;
    let role = make_role(&lab, east, "crr-orders").await;
    let wanted = || configuration(&role, vec![rule("all", 1, &destination)]);

    assert_eq!(
        replicate(&lab, east, &source, wanted()).await.unwrap_err(),
        "400 InvalidRequest: Destination bucket must exist."
    );
    make_bucket(&lab, west, &destination).await;
    assert_eq!(
        replicate(&lab, east, &source, wanted()).await.unwrap_err(),
        format!("400 InvalidRequest: {SOURCE_NOT_VERSIONED}")
    );
    set_versioning(&lab, east, &source, BucketVersioningStatus::Enabled)
        .await
        .unwrap();
    assert_eq!(
        replicate(&lab, east, &source, wanted()).await.unwrap_err(),
        format!("400 InvalidRequest: {DESTINATION_NOT_VERSIONED}")
    );
    set_versioning(&lab, west, &destination, BucketVersioningStatus::Enabled)
        .await
        .unwrap();
    replicate(&lab, east, &source, wanted()).await.unwrap();

    let suspended = set_versioning(&lab, east, &source, BucketVersioningStatus::Suspended)
        .await
        .unwrap_err();
    assert!(
        suspended.starts_with("409 InvalidBucketState"),
        "{suspended}"
    );
    lab.admin_s3(east)
        .delete_bucket_replication()
        .bucket(&source)
        .send()
        .await
        .expect("it is deleted");
    set_versioning(&lab, east, &source, BucketVersioningStatus::Suspended)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_bucket_policy_names_only_principals_that_exist() {
    let lab = Lab::start().await.unwrap();
    let (east, vault) = (lab.site("east"), lab.site("vault"));
    let bucket = versioned_bucket(&lab, vault, "orders-dr").await;
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{}:role/crr/crr-late"}},"Action":"s3:ReplicateObject","Resource":"arn:aws:s3:::{bucket}/*"}}]}}"#,
        east.account
    );
    let s3 = lab.s3(vault);
    let early = s3
        .put_bucket_policy()
        .bucket(&bucket)
        .policy(&policy)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        said(&early),
        "400 MalformedPolicy: Invalid principal in policy"
    );
    make_role(&lab, east, "crr-late").await;
    s3.put_bucket_policy()
        .bucket(&bucket)
        .policy(&policy)
        .send()
        .await
        .expect("the role exists now");
}

#[tokio::test]
async fn the_document_comes_back_as_it_was_put() -> Result<(), LabError> {
    use aws_sdk_s3::types as t;
    let lab = Lab::start().await?;
    let (east, west, vault) = (lab.site("east"), lab.site("west"), lab.site("vault"));
    let source = versioned_bucket(&lab, east, "orders").await;
    let destination = versioned_bucket(&lab, west, "orders-dr").await;
    let other = versioned_bucket(&lab, vault, "orders-vault").await;
    let role = make_role(&lab, east, "crr-orders").await;
    let mut first = rule("first", 5, &destination);
    let tag = |key: &str| {
        t::Tag::builder()
            .key(key)
            .value("v")
            .build()
            .expect("a tag")
    };
    let and = t::ReplicationRuleAndOperator::builder()
        .prefix("in/")
        .tags(tag("a"))
        .tags(tag("b"))
        .build();
    first.filter = Some(t::ReplicationRuleFilter::builder().and(and).build());
    first.delete_marker_replication = Some(
        t::DeleteMarkerReplication::builder()
            .status(t::DeleteMarkerReplicationStatus::Disabled)
            .build(),
    );
    let enabled = t::ReplicaModificationsStatus::Enabled;
    let criteria = t::SourceSelectionCriteria::builder()
        .replica_modifications(
            t::ReplicaModifications::builder()
                .status(enabled)
                .build()
                .expect("built"),
        )
        .sse_kms_encrypted_objects(
            t::SseKmsEncryptedObjects::builder()
                .status(t::SseKmsEncryptedObjectsStatus::Enabled)
                .build()
                .expect("built"),
        );
    first.source_selection_criteria = Some(criteria.build());
    let fifteen = || t::ReplicationTimeValue::builder().minutes(15).build();
    first.destination = Some(
        t::Destination::builder()
            .bucket(format!("arn:aws:s3:::{destination}"))
            .storage_class(t::StorageClass::StandardIa)
            .encryption_configuration(
                t::EncryptionConfiguration::builder()
                    .replica_kms_key_id("arn:aws:kms:us-west-2:111111111111:alias/dr")
                    .build(),
            )
            .replication_time(
                t::ReplicationTime::builder()
                    .status(t::ReplicationTimeStatus::Enabled)
                    .time(fifteen())
                    .build()
                    .expect("built"),
            )
            .metrics(
                t::Metrics::builder()
                    .status(t::MetricsStatus::Enabled)
                    .event_threshold(fifteen())
                    .build()
                    .expect("built"),
            )
            .build()
            .expect("built"),
    );
    let mut second = rule("second", 6, &other);
    second.destination = Some(
        t::Destination::builder()
            .bucket(format!("arn:aws:s3:::{other}"))
            .account(&vault.account)
            .access_control_translation(
                t::AccessControlTranslation::builder()
                    .owner(t::OwnerOverride::Destination)
                    .build()
                    .expect("built"),
            )
            .build()
            .expect("built"),
    );
    let wanted = configuration(&role, vec![first, second]);
    replicate(&lab, east, &source, wanted.clone())
        .await
        .unwrap();
    let got = lab
        .s3(east)
        .get_bucket_replication()
        .bucket(&source)
        .send()
        .await
        .expect("it is read");
    assert_eq!(got.replication_configuration(), Some(&wanted));
    Ok(())
}

#[tokio::test]
async fn a_role_has_room_for_so_many_policies() {
    let lab = Lab::start().await.unwrap();
    let east = lab.site("east");
    make_role(&lab, east, "crr-fleet").await;
    let put = async |name: &str, buckets: usize| {
        let buckets: Vec<_> = (0..buckets)
            .map(|number| format!("arn:aws:s3:::bucket-{number:03}"))
            .collect();
        let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:ListBucket", "Resource": buckets }] });
        let put = lab
            .iam(east)
            .put_role_policy()
            .role_name("crr-fleet")
            .policy_name(name);
        let error = put.policy_document(policy.to_string()).send().await.err()?;
        error
            .as_service_error()
            .and_then(|error| error.meta().code().map(str::to_owned))
    };
    assert_eq!(put("one", 300).await, None);
    assert_eq!(put("two", 200).await.as_deref(), Some("LimitExceeded"));
    assert_eq!(put("two", 20).await, None);
    assert_eq!(
        put("one", 320).await,
        None,
        "what it replaces is not counted"
    );
}
