//! The two settings that are for the record: what locks a bucket's new objects, and where its access log goes.

use aws_sdk_s3::types::{
    BucketLoggingStatus, DefaultRetention, LoggingEnabled, ObjectLockConfiguration,
    ObjectLockEnabled, ObjectLockRetentionMode, ObjectLockRule,
};
use replication::{Logging, Retention};

use super::bucket::unusable;
use crate::failure::Failure;
use crate::observe::bucket::{BucketAccess, ask};
use crate::operation::{PUT_BUCKET_LOGGING, PUT_OBJECT_LOCK};

pub(super) async fn put_object_lock(
    access: &BucketAccess,
    retention: Option<&Retention>,
) -> Result<(), Failure> {
    let number = |count: Option<u32>| count.and_then(|count| i32::try_from(count).ok());
    let rule = retention.map(|retention| {
        let default = DefaultRetention::builder()
            .mode(ObjectLockRetentionMode::from(retention.mode.as_str()))
            .set_days(number(retention.days))
            .set_years(number(retention.years))
            .build();
        ObjectLockRule::builder().default_retention(default).build()
    });
    let configuration = ObjectLockConfiguration::builder()
        .object_lock_enabled(ObjectLockEnabled::Enabled)
        .set_rule(rule)
        .build();
    ask!(
        access,
        PUT_OBJECT_LOCK,
        put_object_lock_configuration,
        object_lock_configuration(configuration)
    )
    .await
    .map(drop)
}

pub(super) async fn put_logging(access: &BucketAccess, logging: &Logging) -> Result<(), Failure> {
    let enabled = LoggingEnabled::builder()
        .target_bucket(&logging.bucket)
        .target_prefix(&logging.prefix)
        .build()
        .map_err(unusable(PUT_BUCKET_LOGGING))?;
    let status = BucketLoggingStatus::builder()
        .logging_enabled(enabled)
        .build();
    ask!(
        access,
        PUT_BUCKET_LOGGING,
        put_bucket_logging,
        bucket_logging_status(status)
    )
    .await
    .map(drop)
}
