//! Looking at a whole site.

use std::collections::BTreeSet;
use std::time::SystemTime;

use cloud::{Cloud, CloudError, Job};
use futures::StreamExt;
use replication::bucket::BucketRef;
use replication::echo::{Coverage, LISTED, Standing, Verdict};
use replication::observed::{BucketReads, Existence, Reads, Seen};
use replication::{BucketName, Echo, Observed, Pair};

use crate::{AT_ONCE, Found, Roles, cancelled, failed};

/// What a look at a whole site found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// How many stand how, and the exceptions.
    pub coverage: Coverage,
    /// The buckets that a sweep has something to do for, by name.
    pub work: BTreeSet<BucketName>,
    /// Those that are open to everybody, where their targets are mirrored settings of them.
    pub public: Named,
}

/// Some buckets by name, and how many more there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// The first of them.
    pub buckets: BTreeSet<BucketName>,
    /// How many more.
    pub unlisted: usize,
}

impl Named {
    pub(crate) fn add(&mut self, bucket: &BucketName) {
        self.buckets.insert(bucket.clone());
        if self.buckets.len() > LISTED {
            self.buckets.pop_last();
            self.unlisted += 1;
        }
    }
}

/// Looks at every bucket of the source.
///
/// # Errors
///
/// Where the site's buckets cannot be listed. What goes wrong with one bucket is that bucket's standing.
pub async fn survey(cloud: &Cloud, echo: &Echo, job: &Job) -> Result<Survey, CloudError> {
    let names = list(cloud, echo).await?;
    tracing::info!(echo = echo.id(), buckets = names.len(), "looking at a site");
    let roles = Roles::look(cloud, echo).await;
    let roles = &roles;
    let mut survey = Survey::default();
    let mut selected = Vec::with_capacity(names.len());
    for name in names {
        match name {
            Listed::Selected { bucket, .. } => selected.push(bucket),
            Listed::Excluded { name, why } => {
                survey.coverage.add(&name, &Standing::Excluded { why });
            }
        }
    }
    let mut found = futures::stream::iter(selected)
        .map(|bucket| async move {
            let (standing, public) = if job.cancel.is_cancelled() {
                (cancelled(), false)
            } else {
                glance_at(cloud, echo, &bucket, roles).await
            };
            (Found { bucket, standing }, public)
        })
        .buffer_unordered(AT_ONCE);
    while let Some((found, public)) = found.next().await {
        if public {
            survey.public.add(&found.bucket);
        }
        survey.coverage.add(found.bucket.as_str(), &found.standing);
        if found.standing.needs_work() {
            survey.work.insert(found.bucket);
        }
    }
    drop(found);
    tracing::info!(echo = echo.id(), counts = ?survey.coverage.counts, "looked at a site");
    Ok(survey)
}

/// A bucket of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// One to look at.
    Selected {
        /// The bucket.
        bucket: BucketName,
        /// When it was made, where the service says so.
        created: Option<SystemTime>,
    },
    /// One that its name leaves out.
    Excluded {
        /// Its name, which may be none that S3 still gives.
        name: String,
        /// Why.
        why: String,
    },
}

/// The buckets of the source, with those left out by name marked so.
///
/// # Errors
///
/// Where the site's buckets cannot be listed.
pub async fn list(cloud: &Cloud, echo: &Echo) -> Result<Vec<Listed>, CloudError> {
    let source = &echo.template.source.site;
    let listed = cloud.listed_buckets(&source.name).await?;
    Ok(listed
        .into_iter()
        .map(|found| {
            let (text, created) = (found.name, found.created);
            let bucket = text.parse::<BucketName>();
            let why = match &bucket {
                Err(_) => {
                    Some("S3 gives no such names any more, and no target could have it".to_owned())
                }
                Ok(bucket) => match echo.selection.by_name(bucket) {
                    Verdict::Excluded { why } => Some(why),
                    Verdict::Selected => None,
                },
            };
            match (why, bucket) {
                (None, Ok(bucket)) => Listed::Selected { bucket, created },
                (why, _) => Listed::Excluded {
                    name: text,
                    why: why.unwrap_or_default(),
                },
            }
        })
        .collect())
}

/// Why a bucket's name leaves it out.
pub fn excluded_by_name(echo: &Echo, bucket: &BucketName) -> Option<Standing> {
    match echo.selection.by_name(bucket) {
        Verdict::Excluded { why } => Some(Standing::Excluded { why }),
        Verdict::Selected => None,
    }
}

/// How one bucket stands, given that its name is selected.
pub async fn look(cloud: &Cloud, echo: &Echo, bucket: &BucketName, roles: &Roles) -> Standing {
    Box::pin(glance_at(cloud, echo, bucket, roles)).await.0
}

/// How one bucket stands, and whether a person should hear of it since it is open to everybody.
async fn glance_at(
    cloud: &Cloud,
    echo: &Echo,
    bucket: &BucketName,
    roles: &Roles,
) -> (Standing, bool) {
    let seen = async {
        let pair = echo.pair_of(bucket);
        let tags = tags_of(cloud, echo, bucket).await;
        let tags = tags.map_err(|error| failed(&error))?;
        if let Some(standing) = excluded_by_tags(echo, bucket, &tags) {
            return Err(standing);
        }
        let seen = glance(cloud, echo, pair?).await;
        let (pair, mut observed) = seen.map_err(|error| failed(&error))?;
        let standing = echo.standing(&pair, &observed);
        if !standing.is_new() {
            let told = echo.is_told_of(&pair, &observed, &standing);
            let standing = roles.judge(cloud, echo, &pair, &observed, standing).await;
            return Ok((standing, told));
        }
        observed.extend(tags);
        let (pair, observed) = look_closer(cloud, echo, pair, observed).await?;
        // What only the closer look shows may stand in the way.
        if let failed @ Standing::Failed { .. } = echo.standing(&pair, &observed) {
            return Err(failed);
        }
        let told = echo.is_told_of(&pair, &observed, &standing);
        let standing = roles.judge(cloud, echo, &pair, &observed, standing).await;
        Ok((standing, told))
    };
    seen.await.unwrap_or_else(|standing| (standing, false))
}

/// A bucket that is not replicated yet: whether it may get a target. Only such a bucket costs the calls.
pub(crate) async fn look_closer(
    cloud: &Cloud,
    echo: &Echo,
    pair: Pair,
    mut observed: Observed,
) -> Result<(Pair, Observed), Standing> {
    let reads = echo.look_closer(&pair, &observed);
    if !reads.is_empty() {
        observed.extend(cloud.observe(&reads).await.map_err(|e| failed(&e))?);
    }
    // The second look may find it deleted.
    let found = observed.buckets.get(&pair.source.at());
    if found.is_some_and(|found| found.existence == Existence::Missing) {
        return Err(Standing::Gone);
    }
    if let Some(origin) = origin(echo, &pair.source.bucket) {
        let asked = BucketReads {
            replication: true,
            ..BucketReads::default()
        };
        let reads = Reads {
            buckets: [(origin.clone(), asked)].into(),
            ..Reads::default()
        };
        observed.extend(cloud.observe(&reads).await.map_err(|e| failed(&e))?);
        if echo.is_replicated_from_target(&pair.source.bucket, &origin.bucket, &observed) {
            return Err(points_back());
        }
    }
    Ok((echo.admit(pair, &observed)?, observed))
}

/// The bucket whose copy this one may be, by its name.
///
/// With an echo each way, one's targets are the other's buckets: they would get targets of their own, and so on. A name alone
/// does not say so: a bucket that merely has a target's name would be left out for ever. The tags of a copy say it, and so do
/// rules where others made the pair.
pub(crate) fn origin(echo: &Echo, bucket: &BucketName) -> Option<BucketRef> {
    Some(BucketRef {
        site: echo.template.destination.site.name.clone(),
        bucket: echo.origin_of(bucket)?,
    })
}

fn points_back() -> Standing {
    Standing::Excluded {
        why: "it is the target of an echo or a pair that points back".to_owned(),
    }
}

/// What the bucket's tags say of it, where its name or the selection asks for them.
pub(crate) fn excluded_by_tags(
    echo: &Echo,
    bucket: &BucketName,
    observed: &Observed,
) -> Option<Standing> {
    let found = observed.buckets.get(&at(echo, bucket))?;
    let tags = found.tags.present();
    if echo.origin_of(bucket).is_some() && tags.is_some_and(|tags| echo.is_copied_from_target(tags))
    {
        return Some(points_back());
    }
    if !echo.selection.needs_tags() {
        return None;
    }
    if let Seen::Denied { action, message } = &found.tags {
        return Some(Standing::Failed {
            summary: format!("The tags of bucket {} may not be read", at(echo, bucket)),
            detail: format!(
                "The service answers: {message}. Allow {action}: the selection asks for tags."
            ),
        });
    }
    if found.existence != Existence::Exists {
        return None;
    }
    let none = std::collections::BTreeMap::new();
    match echo
        .selection
        .by_tags(found.tags.present().unwrap_or(&none))
    {
        Verdict::Selected => None,
        Verdict::Excluded { why } => Some(Standing::Excluded { why }),
    }
}

/// The bucket of the source with its tags, where its name or the selection asks for them; else nothing.
pub(crate) async fn tags_of(
    cloud: &Cloud,
    echo: &Echo,
    bucket: &BucketName,
) -> Result<Observed, CloudError> {
    if !echo.selection.needs_tags() && echo.origin_of(bucket).is_none() {
        return Ok(Observed::default());
    }
    let asked = BucketReads {
        tags: true,
        ..BucketReads::default()
    };
    let reads = Reads {
        buckets: [(at(echo, bucket), asked)].into(),
        ..Reads::default()
    };
    cloud.observe(&reads).await
}

fn at(echo: &Echo, bucket: &BucketName) -> BucketRef {
    BucketRef {
        site: echo.template.source.site.name.clone(),
        bucket: bucket.clone(),
    }
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
