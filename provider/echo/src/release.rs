//! Taking away what an echo put on buckets.

use std::collections::BTreeSet;

use cloud::{Cloud, CloudError, Job};
use futures::StreamExt;
use replication::echo::{Standing, Verdict};
use replication::observed::{BucketReads, Existence, ObservedBucket, Reads};
use replication::{BucketName, Echo, Removal, RoleArn, SiteName};

use crate::survey::{Named, excluded_by_tags, tags_of};
use crate::{AT_ONCE, Found, Ground, cancelled, failed, not_executed};

mod follow;
mod gone;

use follow::Follower;

/// What a release came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Released {
    /// The buckets where it failed.
    pub failures: Vec<Found>,
    /// The buckets with rules that may be another echo's: they stay.
    pub spared: Vec<BucketName>,
}

/// What is to go, and what it has to leave to others.
struct Task<'a> {
    former: &'a Echo,
    now: &'a [Echo],
    beyond: bool,
    followers: Vec<Follower<'a>>,
}

/// The roles of others that rules run under, each with the site that knows it.
type OthersRoles = BTreeSet<(SiteName, RoleArn)>;

/// What became of one bucket.
enum Outcome {
    /// Nothing of the echo's is there any more.
    Released,
    /// What is there may be another's.
    Spared,
}

/// Takes away what `former` put on the buckets of its source and none of `now` wants there. No bucket and no object goes.
///
/// `follows`: echoes that replicate elsewhere what `former` replicates. Where one of them is for a bucket and does not protect it,
/// the rules stay, and that is a failure.
///
/// `beyond`: also from buckets that none of `now` is for. Without any that is every bucket.
///
/// # Errors
///
/// Where a site's buckets cannot be listed.
pub async fn release(
    ground: &dyn Ground,
    former: &Echo,
    now: &[Echo],
    follows: &[Echo],
    beyond: bool,
    job: &Job,
) -> Result<Released, CloudError> {
    let cloud = ground.cloud();
    let listed = gone::listed(cloud, former).await?;
    let gone = if beyond {
        gone::with_targets(cloud, former, &listed).await?
    } else {
        Vec::new()
    };
    let task = Task {
        former,
        now,
        beyond,
        followers: Follower::all(cloud, follows).await,
    };
    let task = &task;
    // Those that its names are for, whatever their tags are now: a bucket whose tag went was selected once. Others may be
    // another echo's to the same target, whose rules nothing else tells from this one's.
    let mut buckets: Vec<BucketName> = listed.iter().cloned().collect();
    buckets.retain(|bucket| former.selection.by_name(bucket) == Verdict::Selected);
    buckets.extend(gone);
    let mut outcomes = futures::stream::iter(buckets)
        .map(|bucket| async move {
            let mut roles = OthersRoles::new();
            let outcome = if job.cancel.is_cancelled() {
                Err(cancelled())
            } else {
                Box::pin(one(ground, task, &bucket, &mut roles, job)).await
            };
            (bucket, roles, outcome)
        })
        .buffer_unordered(AT_ONCE);
    let mut released = Released::default();
    let mut roles = OthersRoles::new();
    while let Some((bucket, of_others, outcome)) = outcomes.next().await {
        roles.extend(of_others);
        match outcome {
            Ok(Outcome::Released) => {}
            Ok(Outcome::Spared) => released.spared.push(bucket),
            Err(standing) => released.failures.push(Found { bucket, standing }),
        }
    }
    drop(outcomes);
    if beyond {
        for role in &roles {
            let failures = gone::release_role(ground, former, role, &listed, job).await;
            released.failures.extend(failures);
        }
    }
    released.failures.sort_by(|a, b| a.bucket.cmp(&b.bucket));
    released.spared.sort();
    Ok(released)
}

/// The buckets whose rules a release of `former` takes off, where `now` are the echoes that stay, those that follow it elsewhere
/// among them. It looks, and touches nothing.
///
/// # Errors
///
/// Where the site's buckets cannot be listed.
pub async fn losing(cloud: &Cloud, former: &Echo, now: &[Echo]) -> Result<Named, CloudError> {
    let site = &former.template.source.site.name;
    let names = cloud.list_buckets(site).await?;
    let buckets = names
        .into_iter()
        .filter_map(|name| name.parse::<BucketName>().ok())
        .filter(|bucket| former.selection.by_name(bucket) == Verdict::Selected);
    let mut looks = futures::stream::iter(buckets)
        .map(|bucket| async move {
            let loses = loses(cloud, former, now, &bucket).await;
            (bucket, loses)
        })
        .buffer_unordered(AT_ONCE);
    let mut losing = Named::default();
    while let Some((bucket, loses)) = looks.next().await {
        if loses.unwrap_or_default() {
            losing.add(&bucket);
        }
    }
    Ok(losing)
}

async fn loses(
    cloud: &Cloud,
    former: &Echo,
    now: &[Echo],
    bucket: &BucketName,
) -> Result<bool, Standing> {
    let Ok(pair) = former.pair(bucket) else {
        return Ok(false);
    };
    for now in now {
        if is_for(cloud, now, bucket).await? {
            return Ok(false);
        }
    }
    if doubt(cloud, former, bucket).await?.is_some() {
        return Ok(false);
    }
    let asked = BucketReads {
        replication: true,
        ..BucketReads::default()
    };
    let reads = Reads {
        buckets: [(pair.source.at(), asked)].into(),
        ..Reads::default()
    };
    let observed = cloud.observe(&reads).await.map_err(|e| failed(&e))?;
    Ok(former.has_rules(&pair, &observed))
}

async fn one(
    ground: &dyn Ground,
    task: &Task<'_>,
    bucket: &BucketName,
    roles: &mut OthersRoles,
    job: &Job,
) -> Result<Outcome, Standing> {
    let cloud = ground.cloud();
    let former = task.former;
    // A bucket that can have no pair has nothing of ours.
    let Ok(pair) = former.pair(bucket) else {
        return Ok(Outcome::Released);
    };
    let mut kept = None;
    for now in task.now {
        if is_for(cloud, now, bucket).await? {
            kept = now.pair(bucket).ok().map(|pair| (now, pair));
            break;
        }
    }
    if kept.is_none() && !task.beyond {
        return Ok(Outcome::Released);
    }
    let doubt = match kept {
        Some(_) => None,
        None => doubt(cloud, former, bucket).await?,
    };
    let reads = former.removal_reads(&pair);
    let _hold = ground.hold(vec![reads.clone()]).await;
    let mut observed = cloud.observe(&reads).await.map_err(|e| failed(&e))?;
    if let Some(doubt) = doubt {
        return match doubt {
            _ if !former.has_rules(&pair, &observed) => Ok(Outcome::Released),
            Doubt::OtherTag => Ok(Outcome::Spared),
            Doubt::Unread(standing) => Err(standing),
        };
    }
    if former.merge {
        roles.extend(former.roles_of_others(&pair, &observed));
    }
    if kept.is_none() && former.has_rules(&pair, &observed) {
        follow::may_go(cloud, former, &task.followers, bucket).await?;
    }
    let pair = former.settle(pair, &observed);
    let further = former.look_after(&pair, &observed);
    if !further.is_empty() {
        observed.extend(cloud.observe(&further).await.map_err(|e| failed(&e))?);
    }
    if former.stands_beside_others(&pair, &observed) {
        if !former.has_rules(&pair, &observed) {
            return Ok(Outcome::Released);
        }
        return Err(Standing::Failed {
            summary: format!("Rules of bucket {} cannot be told apart", pair.source.at()),
            detail: "A crr_pair, or somebody else, replicates it to the same target beside the echo. Destroy the pair first, or take the rules whose ID begins with \"crr/\" and goes on with \"/echo.\" off by hand.".to_owned(),
        });
    }
    let mut desired = former.leaving(&pair, &observed);
    // Without rules of ours on the bucket, a bucket of the target's name that we may not see is a stranger's, as anybody can
    // have one: it never was the echo's target, and nothing of ours is there.
    let target = pair.destination.at();
    let is_forbidden =
        |found: &ObservedBucket| matches!(found.existence, Existence::Forbidden { .. });
    if observed.buckets.get(&target).is_some_and(is_forbidden)
        && !former.has_rules(&pair, &observed)
    {
        tracing::debug!(bucket = %bucket, target = %target, "the target's name is a stranger's");
        desired.buckets.remove(&target);
    }
    if let Some((now, kept)) = kept {
        let kept = now.settle(kept, &observed);
        desired = desired.leftovers(&kept.desired(&observed));
    }
    let plan = replication::plan_removal(&desired, &observed, &Removal::default());
    if let Some(problem) = plan.problems.iter().find(|problem| problem.is_error()) {
        return Err(Standing::failed(problem));
    }
    if plan.is_empty() {
        return Ok(Outcome::Released);
    }
    cloud
        .execute(&plan, job)
        .await
        .map_err(|error| not_executed(&error))?;
    tracing::info!(bucket = %bucket, "released a bucket");
    Ok(Outcome::Released)
}

/// Why the rules on a bucket may be another echo's.
enum Doubt {
    /// A tag that the echo selects by has another value: an echo of that value may have put them there.
    OtherTag,
    /// The tags may not be read.
    Unread(Standing),
}

/// Whether the rules may be those of an echo that selects by another value of a tag. Where the tag is missing, nobody else
/// selects by it.
async fn doubt(cloud: &Cloud, echo: &Echo, bucket: &BucketName) -> Result<Option<Doubt>, Standing> {
    let wanted = &echo.selection.tags;
    if wanted.is_empty() {
        return Ok(None);
    }
    let found = tags_of(cloud, echo, bucket)
        .await
        .map_err(|error| failed(&error))?;
    if let Some(unread @ Standing::Failed { .. }) = excluded_by_tags(echo, bucket, &found) {
        return Ok(Some(Doubt::Unread(unread)));
    }
    let tags = found.buckets.values().find_map(|b| b.tags.present());
    let other = tags.is_some_and(|tags| {
        wanted
            .iter()
            .any(|(key, value)| tags.get(key).is_some_and(|is| is != value))
    });
    Ok(other.then_some(Doubt::OtherTag))
}

async fn is_for(cloud: &Cloud, echo: &Echo, bucket: &BucketName) -> Result<bool, Standing> {
    if echo.selection.by_name(bucket) != Verdict::Selected {
        return Ok(false);
    }
    let tags = tags_of(cloud, echo, bucket)
        .await
        .map_err(|error| failed(&error))?;
    match excluded_by_tags(echo, bucket, &tags) {
        None => Ok(true),
        // Tags that may not be read are no missing ones.
        Some(unread @ Standing::Failed { .. }) => Err(unread),
        Some(_) => Ok(false),
    }
}
