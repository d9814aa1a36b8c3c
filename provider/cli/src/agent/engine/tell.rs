//! What the log says of a bucket.

use std::time::Duration;

use replication::BucketName;
use replication::echo::Standing;

use crate::agent::served::Served;

/// Logs how a bucket came to stand.
pub fn tell(
    served: &Served,
    bucket: &BucketName,
    standing: &Standing,
    took: Option<Duration>,
    rest: Option<Duration>,
) {
    let (echo, bucket) = (&served.name, bucket.as_str());
    match standing {
        Standing::Failed { summary, detail } => tracing::warn!(
            echo,
            bucket,
            why = summary,
            detail,
            again_in_seconds = rest.map(|rest| rest.as_secs_f64()),
            "a bucket is not protected"
        ),
        Standing::Protected if took.is_some() => tracing::info!(
            echo,
            bucket,
            seconds = took.map(|took| took.as_secs_f64()),
            "a bucket is protected"
        ),
        Standing::Protected => tracing::debug!(echo, bucket, "a bucket stands well"),
        Standing::Conflict { why } => {
            tracing::debug!(echo, bucket, why, "a bucket is in conflict");
        }
        standing => tracing::debug!(echo, bucket, ?standing, "done with a bucket"),
    }
}
