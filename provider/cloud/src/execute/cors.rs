//! Writing a bucket's CORS configuration.

use aws_sdk_s3::types::CorsConfiguration;

use super::bucket::{unless_gone, unusable};
use crate::exchange::SendBody;
use crate::failure::Failure;
use crate::observe::bucket::{BucketAccess, ask};
use crate::operation::{DELETE_BUCKET_CORS, PUT_BUCKET_CORS};

/// Writes the document's very bytes, or deletes it.
pub(super) async fn put(access: &BucketAccess, document: Option<&str>) -> Result<(), Failure> {
    let Some(document) = document else {
        let answer = ask!(access, DELETE_BUCKET_CORS, delete_bucket_cors).await;
        return unless_gone(answer, "NoSuchCORSConfiguration");
    };
    // The SDK wants one of its own types to make a request at all. Ours takes its place on the wire.
    let stand_in = CorsConfiguration::builder()
        .set_cors_rules(Some(Vec::new()))
        .build()
        .map_err(unusable(PUT_BUCKET_CORS))?;
    let request = access
        .site
        .s3
        .put_bucket_cors()
        .bucket(access.name())
        .expected_bucket_owner(access.owner.as_str())
        .cors_configuration(stand_in)
        .customize()
        .interceptor(SendBody(document.to_owned()))
        .send();
    let answer = access.cloud.inner.call(PUT_BUCKET_CORS, request).await;
    answer.map(drop)
}
