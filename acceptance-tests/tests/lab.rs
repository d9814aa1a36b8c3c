//! The lab is what everything else is judged by, so each of its promises is judged first.

mod arrival;
mod ending;
mod faults;
mod limits;
mod permissions;
mod record;
mod refusals;
mod rights;
mod terraform;

use acceptance_tests::{Lab, Site};
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration,
    DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination, ReplicationConfiguration,
    ReplicationRule, ReplicationRuleFilter, ReplicationRuleStatus, VersioningConfiguration,
};

/// A bucket made by the account's root, versioned.
pub async fn versioned_bucket(lab: &Lab, site: &Site, stem: &str) -> String {
    let name = lab.bucket(stem);
    make_bucket(lab, site, &name).await;
    set_versioning(lab, site, &name, BucketVersioningStatus::Enabled)
        .await
        .expect("versioning is enabled");
    name
}

/// A bucket made by the account's root.
pub async fn make_bucket(lab: &Lab, site: &Site, name: &str) {
    let mut create = lab.admin_s3(site).create_bucket().bucket(name);
    if site.region != "us-east-1" {
        let place = BucketLocationConstraint::from(site.region.as_str());
        create = create.create_bucket_configuration(
            CreateBucketConfiguration::builder()
                .location_constraint(place)
                .build(),
        );
    }
    create.send().await.expect("the bucket is made");
}

/// Sets versioning as the account's root.
pub async fn set_versioning(
    lab: &Lab,
    site: &Site,
    bucket: &str,
    status: BucketVersioningStatus,
) -> Result<(), String> {
    let versioning = VersioningConfiguration::builder().status(status).build();
    let put = lab
        .admin_s3(site)
        .put_bucket_versioning()
        .bucket(bucket)
        .versioning_configuration(versioning)
        .send()
        .await;
    put.map(drop).map_err(|error| said(&error))
}

/// A role that S3 may assume, made by the account's root.
pub async fn make_role(lab: &Lab, site: &Site, name: &str) -> String {
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let made = lab
        .admin_iam(site)
        .create_role()
        .path("/crr/")
        .role_name(name)
        .assume_role_policy_document(trust)
        .send()
        .await;
    made.expect("the role is made")
        .role()
        .expect("a role")
        .arn()
        .to_owned()
}

/// A rule for everything, delete markers too.
pub fn rule(id: &str, priority: i32, destination: &str) -> ReplicationRule {
    ReplicationRule::builder()
        .id(id)
        .priority(priority)
        .status(ReplicationRuleStatus::Enabled)
        .filter(ReplicationRuleFilter::builder().prefix("").build())
        .delete_marker_replication(
            DeleteMarkerReplication::builder()
                .status(DeleteMarkerReplicationStatus::Enabled)
                .build(),
        )
        .destination(
            Destination::builder()
                .bucket(format!("arn:aws:s3:::{destination}"))
                .build()
                .expect("a destination"),
        )
        .build()
        .expect("a rule")
}

/// A configuration of these rules.
pub fn configuration(role: &str, rules: Vec<ReplicationRule>) -> ReplicationConfiguration {
    ReplicationConfiguration::builder()
        .role(role)
        .set_rules(Some(rules))
        .build()
        .expect("a configuration")
}

/// Puts it as the operator and gives S3's code and words.
pub async fn replicate(
    lab: &Lab,
    site: &Site,
    bucket: &str,
    configuration: ReplicationConfiguration,
) -> Result<(), String> {
    let put = lab
        .s3(site)
        .put_bucket_replication()
        .bucket(bucket)
        .replication_configuration(configuration)
        .send()
        .await;
    put.map(drop).map_err(|error| said(&error))
}

/// The status, code and words of an SDK's error, or what broke.
pub fn said<E>(error: &aws_sdk_s3::error::SdkError<E>) -> String
where
    E: aws_sdk_s3::error::ProvideErrorMetadata + std::fmt::Debug,
{
    let status = error
        .raw_response()
        .map_or(0, |answer| answer.status().as_u16());
    match error.as_service_error() {
        Some(service) => format!(
            "{status} {}: {}",
            service.code().unwrap_or("-"),
            service.message().unwrap_or("-")
        ),
        None => format!("broken: {error:?}"),
    }
}
