//! Protecting the buckets that need it.

use cloud::{Cloud, Job};
use futures::StreamExt;
use replication::echo::Standing;
use replication::{BucketName, Echo};

use crate::survey::{excluded_by_tags, glance, look_at, look_closer};
use crate::{AT_ONCE, Found, Ground, cancelled, failed, not_executed};

/// Protects these buckets, many at once. Each gets its answer, in the order of their names.
pub async fn protect(
    ground: &dyn Ground,
    echo: &Echo,
    buckets: impl IntoIterator<Item = BucketName>,
    job: &Job,
) -> Vec<Found> {
    let mut found: Vec<Found> = futures::stream::iter(buckets)
        .map(|bucket| async move {
            let standing = if job.cancel.is_cancelled() {
                cancelled()
            } else {
                Box::pin(protect_one(ground, echo, &bucket, job)).await
            };
            match &standing {
                Standing::Failed { summary, .. } => {
                    tracing::warn!(bucket = %bucket, why = summary, "a bucket is not protected");
                }
                standing => tracing::info!(bucket = %bucket, ?standing, "done with a bucket"),
            }
            Found { bucket, standing }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    found.sort_by(|a, b| a.bucket.cmp(&b.bucket));
    found
}

/// Protects one bucket whose name is selected. Answers how it stands then.
pub async fn protect_one(
    ground: &dyn Ground,
    echo: &Echo,
    bucket: &BucketName,
    job: &Job,
) -> Standing {
    let cloud: &Cloud = ground.cloud();
    let pair = match echo.pair(bucket) {
        Ok(pair) => pair,
        Err(problem) => return Standing::failed(&problem),
    };
    let reads = echo.look(&pair);
    let _hold = ground.hold(vec![reads.clone()]).await;
    let (pair, observed) = match look_at(cloud, echo, pair, &reads).await {
        Ok(seen) => seen,
        Err(error) => return failed(&error),
    };
    // It may have been tagged otherwise since it was surveyed.
    if let Some(standing) = excluded_by_tags(echo, bucket, &observed) {
        return standing;
    }
    let standing = echo.standing(&pair, &observed);
    if !standing.needs_work() {
        return standing;
    }
    // Somebody may have made its target since the survey, or the bucket itself as the target of another.
    let (pair, observed) = match standing {
        Standing::Pending => match look_closer(cloud, echo, pair, observed).await {
            Ok(seen) => seen,
            Err(standing) => return standing,
        },
        _ => (pair, observed),
    };
    let plan = replication::plan(&echo.desired(&pair, &observed), &observed);
    if let Some(problem) = plan.problems.iter().find(|problem| problem.is_error()) {
        return Standing::failed(problem);
    }
    if let Err(error) = cloud.execute(&plan, job).await {
        // It may have been deleted meanwhile; but it may also be its target that is not there.
        let missing = error.failures.iter().any(|f| f.status == Some(404));
        if missing
            && let Ok((pair, observed)) = glance(cloud, echo, pair).await
            && echo.standing(&pair, &observed) == Standing::Gone
        {
            return Standing::Gone;
        }
        return not_executed(&error);
    }
    match glance(cloud, echo, pair).await {
        Ok((pair, observed)) => match echo.standing(&pair, &observed) {
            Standing::Pending | Standing::Drifted(_) => {
                let differences =
                    replication::facet::differences(&pair.desired(&observed), &observed);
                let lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
                Standing::Failed {
                    summary: format!("Bucket {} is not as it was made", pair.source.at()),
                    detail: format!(
                        "Every step was taken, and a look right after shows something else. Somebody else may be writing to it:\n{}",
                        lines.join("\n")
                    ),
                }
            }
            standing => standing,
        },
        Err(error) => failed(&error),
    }
}
