//! What tests arrange and look at, behind Terraform's back: always as the account's root.

use acceptance_tests::{Lab, Site};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types as t;

/// The status, code and words of an SDK's error, or what broke.
pub fn said<E>(error: &SdkError<E>) -> String
where
    E: ProvideErrorMetadata + std::fmt::Debug,
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

/// A bucket.
pub async fn make_bucket(lab: &Lab, site: &Site, name: &str) {
    let mut create = lab.admin_s3(site).create_bucket().bucket(name);
    if site.region != "us-east-1" {
        let place = t::BucketLocationConstraint::from(site.region.as_str());
        create = create.create_bucket_configuration(
            t::CreateBucketConfiguration::builder()
                .location_constraint(place)
                .build(),
        );
    }
    create.send().await.expect("the bucket is made");
}

/// A bucket with versioning.
pub async fn versioned_bucket(lab: &Lab, site: &Site, stem: &str) -> String {
    let name = lab.bucket(stem);
    make_bucket(lab, site, &name).await;
    set_versioning(lab, site, &name, t::BucketVersioningStatus::Enabled)
        .await
        .expect("versioning is enabled");
    name
}

/// Sets versioning.
pub async fn set_versioning(
    lab: &Lab,
    site: &Site,
    bucket: &str,
    status: t::BucketVersioningStatus,
) -> Result<(), String> {
    let versioning = t::VersioningConfiguration::builder().status(status).build();
    let put = lab
        .admin_s3(site)
        .put_bucket_versioning()
        .bucket(bucket)
        .versioning_configuration(versioning)
        .send()
        .await;
    put.map(drop).map_err(|error| said(&error))
}

/// Whether versioning is on.
pub async fn is_versioned(lab: &Lab, site: &Site, bucket: &str) -> bool {
    let read = lab
        .admin_s3(site)
        .get_bucket_versioning()
        .bucket(bucket)
        .send()
        .await
        .expect("versioning is read");
    read.status() == Some(&t::BucketVersioningStatus::Enabled)
}

/// Puts an object.
pub async fn put(lab: &Lab, site: &Site, bucket: &str, key: &str) {
    let body = ByteStream::from(key.as_bytes().to_vec());
    lab.admin_s3(site)
        .put_object()
        .bucket(bucket)
        .key(key)
        .body(body)
        .send()
        .await
        .expect("the object is put");
}

/// An object's replication status, `none` without one, or the HTTP status of the refusal.
pub async fn status(lab: &Lab, site: &Site, bucket: &str, key: &str) -> String {
    match lab
        .admin_s3(site)
        .head_object()
        .bucket(bucket)
        .key(key)
        .send()
        .await
    {
        Ok(head) => head
            .replication_status()
            .map_or("none".to_owned(), |status| status.as_str().to_owned()),
        Err(error) => format!(
            "{}",
            error
                .raw_response()
                .map_or(0, |answer| answer.status().as_u16())
        ),
    }
}

/// How many versions and delete markers a bucket has.
pub async fn versions(lab: &Lab, site: &Site, bucket: &str) -> (usize, usize) {
    let listed = lab
        .admin_s3(site)
        .list_object_versions()
        .bucket(bucket)
        .send()
        .await
        .expect("a listing");
    (listed.versions().len(), listed.delete_markers().len())
}

/// Whether a bucket stands.
pub async fn stands(lab: &Lab, site: &Site, bucket: &str) -> bool {
    lab.admin_s3(site)
        .head_bucket()
        .bucket(bucket)
        .send()
        .await
        .is_ok()
}

/// The replication configuration of a bucket.
pub async fn replication(
    lab: &Lab,
    site: &Site,
    bucket: &str,
) -> Option<t::ReplicationConfiguration> {
    let read = lab
        .admin_s3(site)
        .get_bucket_replication()
        .bucket(bucket)
        .send()
        .await;
    read.ok()
        .and_then(|read| read.replication_configuration().cloned())
}

/// Its rules' IDs.
pub async fn rule_ids(lab: &Lab, site: &Site, bucket: &str) -> Vec<String> {
    let rules = replication(lab, site, bucket)
        .await
        .map(|configuration| configuration.rules)
        .unwrap_or_default();
    rules.into_iter().filter_map(|rule| rule.id).collect()
}

/// Puts a replication configuration.
pub async fn set_replication(
    lab: &Lab,
    site: &Site,
    bucket: &str,
    configuration: t::ReplicationConfiguration,
) {
    let put = lab
        .admin_s3(site)
        .put_bucket_replication()
        .bucket(bucket)
        .replication_configuration(configuration)
        .send()
        .await;
    put.map_err(|error| said(&error))
        .expect("the rules are put");
}

/// The policy of a bucket; empty without one.
pub async fn bucket_policy(lab: &Lab, site: &Site, bucket: &str) -> String {
    let read = lab
        .admin_s3(site)
        .get_bucket_policy()
        .bucket(bucket)
        .send()
        .await;
    read.ok()
        .and_then(|read| read.policy().map(str::to_owned))
        .unwrap_or_default()
}

/// The names of the replication roles in a site's account.
pub async fn role_names(lab: &Lab, site: &Site) -> Vec<String> {
    let listed = lab
        .admin_iam(site)
        .list_roles()
        .send()
        .await
        .expect("roles are listed");
    let names = listed
        .roles()
        .iter()
        .map(|role| role.role_name().to_owned());
    names.filter(|name| name.starts_with("crr-")).collect()
}

/// A role that S3 may assume.
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
pub fn rule(id: &str, priority: i32, destination: &str) -> t::ReplicationRule {
    let markers = t::DeleteMarkerReplication::builder()
        .status(t::DeleteMarkerReplicationStatus::Enabled)
        .build();
    t::ReplicationRule::builder()
        .id(id)
        .priority(priority)
        .status(t::ReplicationRuleStatus::Enabled)
        .filter(t::ReplicationRuleFilter::builder().prefix("").build())
        .delete_marker_replication(markers)
        .destination(
            t::Destination::builder()
                .bucket(format!("arn:aws:s3:::{destination}"))
                .build()
                .expect("a destination"),
        )
        .build()
        .expect("a rule")
}

/// A configuration of these rules.
pub fn configuration(role: &str, rules: Vec<t::ReplicationRule>) -> t::ReplicationConfiguration {
    t::ReplicationConfiguration::builder()
        .role(role)
        .set_rules(Some(rules))
        .build()
        .expect("a configuration")
}
