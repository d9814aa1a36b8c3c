//! Looking at a whole site.

use std::collections::BTreeSet;

use cloud::{Cloud, CloudError, Job};
use futures::StreamExt;
use replication::bucket::BucketRef;
use replication::echo::{Coverage, Standing, Verdict};
use replication::observed::{BucketReads, Reads, Seen};
use replication::{BucketName, Echo, Observed, Pair};

use crate::{AT_ONCE, Found, cancelled, failed};

/// What a look at a whole site found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// How many stand how, and the exceptions.
    pub coverage: Coverage,
    /// The buckets that a sweep has something to do for, by name.
    pub work: BTreeSet<BucketName>,
    /// Why some cannot be protected as they are: the first of them by name.
    pub failures: Vec<Found>,
}

/// How many failures are kept with their details.
const FAILURES: usize = 50;

/// Looks at every bucket of the source.
///
/// # Errors
///
/// Where the site's buckets cannot be listed. What goes wrong with one bucket is that bucket's standing.
pub async fn survey(cloud: &Cloud, echo: &Echo, job: &Job) -> Result<Survey, CloudError> {
    let names = list(cloud, echo).await?;
    tracing::info!(echo = echo.id(), buckets = names.len(), "looking at a site");
    let mut survey = Survey::default();
    let mut found = futures::stream::iter(names)
        .map(|name| async move {
            let standing = match name.verdict {
                Some(standing) => standing,
                None if job.cancel.is_cancelled() => cancelled(),
                None => match &name.bucket {
                    Ok(bucket) => look(cloud, echo, bucket).await,
                    Err(standing) => standing.clone(),
                },
            };
            (name.text, name.bucket.ok(), standing)
        })
        .buffer_unordered(AT_ONCE);
    while let Some((text, bucket, standing)) = found.next().await {
        survey.coverage.add(&text, &standing);
        let Some(bucket) = bucket.filter(|_| standing.needs_work()) else {
            continue;
        };
        survey.work.insert(bucket.clone());
        if matches!(standing, Standing::Failed { .. }) && survey.failures.len() < FAILURES {
            survey.failures.push(Found { bucket, standing });
        }
    }
    drop(found);
    survey.failures.sort_by(|a, b| a.bucket.cmp(&b.bucket));
    tracing::info!(echo = echo.id(), counts = ?survey.coverage.counts, "looked at a site");
    Ok(survey)
}

/// A bucket of a listing, and what is known of it without a look.
pub(crate) struct Listed {
    text: String,
    pub(crate) bucket: Result<BucketName, Standing>,
    pub(crate) verdict: Option<Standing>,
}

/// The buckets of the source, with those left out by name marked so.
pub(crate) async fn list(cloud: &Cloud, echo: &Echo) -> Result<Vec<Listed>, CloudError> {
    let (source, target) = (&echo.template.source.site, &echo.template.destination.site);
    let names = cloud.list_buckets(&source.name).await?;
    // With an echo each way, one's targets are the other's buckets: they would get targets of their own, and so on for ever.
    let origins: BTreeSet<String> = if echo.target_bucket.is_same_name() {
        BTreeSet::new()
    } else if source == target {
        names.iter().cloned().collect()
    } else {
        cloud
            .list_buckets(&target.name)
            .await?
            .into_iter()
            .collect()
    };
    Ok(names
        .into_iter()
        .map(|text| {
            let bucket = text
                .parse::<BucketName>()
                .map_err(|error| Standing::Failed {
                    summary: format!("Bucket {text} has a name of the old days"),
                    detail: error.to_string(),
                });
            let verdict = bucket.as_ref().ok().and_then(|bucket| {
                if let Verdict::Excluded { why } = echo.selection.by_name(bucket) {
                    return Some(Standing::Excluded { why });
                }
                let origin = echo.target_bucket.origin_of(target, bucket)?;
                origins
                    .contains(origin.as_str())
                    .then(|| Standing::Excluded {
                        why: format!("it is the target of a bucket of site {}", target.name),
                    })
            });
            Listed {
                text,
                bucket,
                verdict,
            }
        })
        .collect())
}

/// How one bucket stands.
async fn look(cloud: &Cloud, echo: &Echo, bucket: &BucketName) -> Standing {
    let pair = match echo.pair(bucket) {
        Ok(pair) => pair,
        Err(problem) => return Standing::failed(&problem),
    };
    match excluded_by_tags(cloud, echo, bucket).await {
        Ok(None) => {}
        Ok(Some(standing)) => return standing,
        Err(error) => return failed(&error),
    }
    match glance(cloud, echo, pair).await {
        Ok((pair, observed)) => echo.standing(&pair, &observed),
        Err(error) => failed(&error),
    }
}

/// What the bucket's tags say of it, where the selection asks for them.
pub(crate) async fn excluded_by_tags(
    cloud: &Cloud,
    echo: &Echo,
    bucket: &BucketName,
) -> Result<Option<Standing>, CloudError> {
    if !echo.selection.needs_tags() {
        return Ok(None);
    }
    let at = BucketRef {
        site: echo.template.source.site.name.clone(),
        bucket: bucket.clone(),
    };
    let asked = BucketReads {
        tags: true,
        ..BucketReads::default()
    };
    let reads = Reads {
        buckets: [(at.clone(), asked)].into(),
        ..Reads::default()
    };
    let observed = cloud.observe(&reads).await?;
    let Some(found) = observed.buckets.get(&at) else {
        return Ok(None);
    };
    if let Seen::Denied { action, message } = &found.tags {
        return Ok(Some(Standing::Failed {
            summary: format!("The tags of bucket {at} may not be read"),
            detail: format!(
                "The service answers: {message}. Allow {action}: the selection asks for tags."
            ),
        }));
    }
    if found.existence != replication::observed::Existence::Exists {
        return Ok(None);
    }
    let none = std::collections::BTreeMap::new();
    Ok(
        match echo
            .selection
            .by_tags(found.tags.present().unwrap_or(&none))
        {
            Verdict::Selected => None,
            Verdict::Excluded { why } => Some(Standing::Excluded { why }),
        },
    )
}

/// Looks at as little as tells whether the bucket is protected.
pub(crate) async fn glance(
    cloud: &Cloud,
    echo: &Echo,
    pair: Pair,
) -> Result<(Pair, Observed), CloudError> {
    let reads = echo.glance(&pair);
    look_at(cloud, echo, pair, &reads).await
}

/// Looks, and again where the first look shows more to see.
pub(crate) async fn look_at(
    cloud: &Cloud,
    echo: &Echo,
    pair: Pair,
    reads: &Reads,
) -> Result<(Pair, Observed), CloudError> {
    let mut observed = cloud.observe(reads).await?;
    let pair = echo.settle(pair, &observed);
    let further = echo.look_after(&pair, &observed);
    if !further.is_empty() {
        observed.extend(cloud.observe(&further).await?);
    }
    Ok((pair, observed))
}
