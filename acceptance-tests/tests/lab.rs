//! The lab is what everything else is judged by, so each of its promises is judged first.

mod arrival;
mod canned;
mod documents;
mod ending;
mod events;
mod faults;
mod functions;
mod limits;
mod permissions;
mod record;
mod refusals;
mod rights;
mod terraform;

use acceptance_tests::{Lab, Site};
use aws_sdk_s3::types::ReplicationConfiguration;

pub use crate::ground::{
    configuration, make_bucket, make_role, rule, said, set_versioning, versioned_bucket,
};

/// Puts a configuration as the operator and gives S3's code and words.
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
