//! Looking closely at one bucket: not only how it stands, but what of it is amiss.

use cloud::{Cloud, CloudError};
use replication::health::{self, Health};
use replication::{BucketName, Echo};

use crate::survey::look_at;

/// Says of every part of a bucket and its target how it stands. A survey looks at less, and says less.
///
/// # Errors
///
/// Where a service could not be asked.
pub async fn examine(
    cloud: &Cloud,
    echo: &Echo,
    bucket: &BucketName,
) -> Result<Health, CloudError> {
    let pair = match echo.pair(bucket) {
        Ok(pair) => pair,
        Err(problem) => {
            return Ok(Health {
                problems: vec![problem],
                ..Health::default()
            });
        }
    };
    let mut reads = echo.look(&pair);
    if echo.selection.needs_tags()
        && let Some(source) = reads.buckets.get_mut(&pair.source.at())
    {
        source.tags = true;
    }
    let (pair, observed) = look_at(cloud, echo, pair, &reads).await?;
    Ok(health::examine(&pair.desired(&observed), &observed))
}
