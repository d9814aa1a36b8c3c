//! What a side keeps for the record: Object Lock and the access log.

use replication::pair::AccessLog;
use replication::{BucketName, ObjectLock, Retention};
use tfplugin::{Attr, Diagnostics, Path};

use super::{LockAttributes, LogAttributes};
use crate::known::{Missing, parsed};

/// Object Lock, where it is asked for.
pub(super) fn lock(lock: &Attr<LockAttributes>) -> Result<Option<ObjectLock>, Missing> {
    let Some(lock) = lock.given()? else {
        return Ok(None);
    };
    // The two come together: see the validation.
    let retention = match (lock.mode.given()?, lock.days.given()?) {
        (Some(mode), Some(days)) => Some(Retention {
            mode,
            days: Some(days),
            years: None,
        }),
        _ => None,
    };
    Ok(Some(ObjectLock { retention }))
}

/// The access log, where it is asked for. Several buckets may share a log bucket, so each has a prefix.
pub(super) fn log(
    log: &Attr<LogAttributes>,
    bucket: &BucketName,
    path: &Path,
    diagnostics: &mut Diagnostics,
) -> Result<Option<AccessLog>, Missing> {
    let Some(log) = log.given()? else {
        return Ok(None);
    };
    let target: BucketName =
        parsed(&log.bucket, &path.attribute("bucket"), diagnostics)?.ok_or(Missing::Failed)?;
    Ok(Some(AccessLog {
        bucket: target,
        prefix: log.prefix.given()?.unwrap_or_else(|| format!("{bucket}/")),
        create: log.create.given()?.unwrap_or_default(),
    }))
}
