//! Protecting the buckets that need it.

use std::time::Duration;

use cloud::{Cloud, ErrorKind, Job};
use futures::StreamExt;
use replication::echo::Standing;
use replication::observed::Existence;
use replication::{BucketName, Echo, Observed, Pair};

use crate::survey::{excluded_by_tags, glance, look_at, look_closer, origin, tags_of};
use crate::{AT_ONCE, Found, Ground, Roles, cancelled, failed, not_executed};

/// How long after a bucket was seen it has its tags, where an echo has just made it.
const UNTIL_TAGGED: Duration = Duration::from_secs(3);

/// Protects these buckets, many at once. Each gets its answer, in the order of their names.
pub async fn protect(
    ground: &dyn Ground,
    echo: &Echo,
    buckets: impl IntoIterator<Item = BucketName>,
    job: &Job,
) -> Vec<Found> {
    let roles = Roles::look(ground.cloud(), echo).await;
    let roles = &roles;
    let mut found: Vec<Found> = futures::stream::iter(buckets)
        .map(|bucket| async move {
            let standing = if job.cancel.is_cancelled() {
                cancelled()
            } else {
                Box::pin(protect_one(ground, echo, &bucket, roles, job)).await
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
async fn protect_one(
    ground: &dyn Ground,
    echo: &Echo,
    bucket: &BucketName,
    roles: &Roles,
    job: &Job,
) -> Standing {
    match begin(ground, echo, bucket, Depth::New, roles).await {
        Ok(begun) => begun.finish(job).await,
        Err(standing) => standing,
    }
}

/// How closely to look at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// As little as tells whether it needs work.
    Glance,
    /// At what a new bucket is asked besides too, at once.
    New,
}

/// A bucket that needs work. Nobody else in the process writes to it meanwhile.
pub struct Begun<'a> {
    ground: &'a dyn Ground,
    echo: &'a Echo,
    roles: &'a Roles,
    pair: Pair,
    observed: Observed,
    standing: Standing,
    _hold: Box<dyn Send + 'a>,
}

/// Looks at one bucket whose name is selected.
///
/// # Errors
///
/// How it stands, where there is nothing to do for it.
pub async fn begin<'a>(
    ground: &'a dyn Ground,
    echo: &'a Echo,
    bucket: &BucketName,
    depth: Depth,
    roles: &'a Roles,
) -> Result<Begun<'a>, Standing> {
    let cloud = ground.cloud();
    let pair = match echo.pair_of(bucket) {
        Ok(pair) => pair,
        // What is not selected needs no target.
        Err(standing) => {
            let tags = tags_of(cloud, echo, bucket).await;
            let tags = tags.map_err(|error| failed(&error))?;
            return Err(excluded_by_tags(echo, bucket, &tags).unwrap_or(standing));
        }
    };
    let hold = ground.hold(vec![echo.look(&pair)]).await;
    let reads = match depth {
        Depth::Glance if !echo.selection.needs_tags() && origin(echo, bucket).is_none() => {
            echo.glance(&pair)
        }
        _ => echo.glance_at_new(&pair),
    };
    let seen = look_at(cloud, echo, pair, &reads).await;
    let (pair, mut observed) = seen.map_err(|error| failed(&error))?;
    // It may have been tagged otherwise since it was surveyed.
    if let Some(standing) = excluded_by_tags(echo, bucket, &observed) {
        return Err(standing);
    }
    let standing = echo.standing(&pair, &observed);
    if !standing.needs_work() {
        return Err(roles.judge(cloud, echo, &pair, &observed, standing).await);
    }
    // Only where there is work, and only what was not seen: a target that is not there has nothing more to show.
    let rest = echo.look(&pair).beyond(&observed);
    if !rest.is_empty() {
        let seen = look_at(cloud, echo, pair.clone(), &rest).await;
        observed.extend(seen.map_err(|error| failed(&error))?.1);
    }
    let standing = echo.standing(&pair, &observed);
    let (pair, observed) = match &standing {
        _ if standing.is_new() => {
            let (pair, observed) = look_closer(cloud, echo, pair, observed).await?;
            if let Some(standing) = made_just_now(cloud, echo, bucket, &observed).await {
                return Err(standing);
            }
            // Rules that fail every object are not begun with.
            let judged = roles.judge(cloud, echo, &pair, &observed, standing.clone());
            let judged = judged.await;
            if judged != standing {
                return Err(judged);
            }
            (pair, observed)
        }
        _ if standing.needs_work() => (pair, observed),
        _ => return Err(roles.judge(cloud, echo, &pair, &observed, standing).await),
    };
    Ok(Begun {
        ground,
        echo,
        roles,
        pair,
        observed,
        standing,
        _hold: hold,
    })
}

/// An echo that points back makes its targets first, and tags them then. A bucket of such a name is looked at twice.
async fn made_just_now(
    cloud: &Cloud,
    echo: &Echo,
    bucket: &BucketName,
    observed: &Observed,
) -> Option<Standing> {
    let origin = origin(echo, bucket)?;
    let found = observed.buckets.get(&origin)?;
    if found.existence != Existence::Exists {
        return None;
    }
    tokio::time::sleep(UNTIL_TAGGED).await;
    match tags_of(cloud, echo, bucket).await {
        Ok(tags) => excluded_by_tags(echo, bucket, &tags),
        Err(error) => Some(failed(&error)),
    }
}

impl Begun<'_> {
    /// How it stands before the work.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Does the work. Answers how it stands then.
    pub async fn finish(self, job: &Job) -> Standing {
        let (cloud, echo) = (self.ground.cloud(), self.echo);
        let (pair, observed) = (self.pair, self.observed);
        let plan = replication::plan(&echo.desired(&pair, &observed), &observed);
        if let Some(problem) = plan.problems.iter().find(|problem| problem.is_error()) {
            return Standing::failed(problem);
        }
        if let Err(error) = cloud.execute(&plan, job).await {
            // It may have been deleted meanwhile. A step on its target then fails for another reason, as rules that lead
            // back to it do.
            let asked = error.failures.iter().any(|f| {
                matches!(
                    f.kind,
                    ErrorKind::Service | ErrorKind::TimedOut | ErrorKind::Unexpected
                )
            });
            if asked
                && let Ok((pair, observed)) = glance(cloud, echo, pair).await
                && echo.standing(&pair, &observed) == Standing::Gone
            {
                return Standing::Gone;
            }
            return not_executed(&error);
        }
        match glance(cloud, echo, pair).await {
            Ok((pair, observed)) => {
                let standing = afterwards(echo, &pair, &observed);
                let roles = self.roles;
                roles.judge(cloud, echo, &pair, &observed, standing).await
            }
            Err(error) => failed(&error),
        }
    }
}

/// How a bucket stands when every step was taken.
fn afterwards(echo: &Echo, pair: &Pair, observed: &Observed) -> Standing {
    let standing = echo.standing(pair, observed);
    if !standing.is_new() && !matches!(standing, Standing::Drifted(_)) {
        return standing;
    }
    let differences = replication::facet::differences(&pair.desired(observed), observed);
    let lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
    Standing::Failed {
        summary: format!("Bucket {} is not as it was made", pair.source.at()),
        detail: format!(
            "Every step was taken, and a look right after shows something else. Somebody else may be writing to it:\n{}",
            lines.join("\n")
        ),
    }
}
