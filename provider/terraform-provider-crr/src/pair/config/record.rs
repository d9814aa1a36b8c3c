//! What a side keeps for the record: Object Lock and the access log.

use replication::pair::AccessLog;
use replication::{BucketName, ObjectLock, Retention};
use tfplugin::{Attr, Diagnostics, Path};

use super::known::{Missing, parsed, set};
use super::{LockAttributes, LogAttributes};

/// Object Lock, where it is asked for.
pub(super) fn lock(lock: &Attr<LockAttributes>) -> Result<Option<ObjectLock>, Missing> {
    let Some(lock) = set(lock)? else {
        return Ok(None);
    };
    // The two come together: see the validation.
    let retention = match (set(&lock.mode)?, set(&lock.days)?) {
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
    let Some(log) = set(log)? else {
        return Ok(None);
    };
    let target: BucketName =
        parsed(&log.bucket, &path.attribute("bucket"), diagnostics)?.ok_or(Missing::Failed)?;
    Ok(Some(AccessLog {
        bucket: target,
        prefix: set(&log.prefix)?.unwrap_or_else(|| format!("{bucket}/")),
        create: set(&log.create)?.unwrap_or_default(),
    }))
}
