//! Looking closely at one bucket: not only how it stands, but what of it is amiss.

use cloud::{Cloud, CloudError};
use replication::health::{self, Health};
use replication::observed::{BucketReads, Reads};
use replication::{BucketName, Echo, Seen};

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

/// Whether a target stands that an echo has set up for the bucket: one call, for its tags.
///
/// # Errors
///
/// Where the service could not be asked.
pub async fn standing_target(
    cloud: &Cloud,
    echo: &Echo,
    bucket: &BucketName,
) -> Result<Seen<()>, CloudError> {
    let Ok(pair) = echo.pair(bucket) else {
        return Ok(Seen::Absent);
    };
    let asked = BucketReads {
        tags: true,
        ..BucketReads::default()
    };
    let reads = Reads {
        buckets: [(pair.destination.at(), asked)].into(),
        ..Reads::default()
    };
    let observed = cloud.observe(&reads).await?;
    Ok(echo.standing_target(&pair, &observed))
}
