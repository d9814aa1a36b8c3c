//! What is left of an echo where the bucket itself is gone, which the listing of its source does not show: a statement in the
//! policy of the target, rules on the way back, a policy on the role of others that the bucket's rules ran under.

use std::collections::BTreeSet;

use cloud::{Cloud, CloudError, Job};
use futures::StreamExt;
use replication::bucket::BucketRef;
use replication::observed::{BucketReads, Existence, Reads, RoleReads};
use replication::step::{PlannedStep, Stage};
use replication::{BucketName, Direction, Echo, Plan, RoleArn, SiteName, Step};

use crate::{AT_ONCE, Found, Ground, not_executed};

/// The buckets that are not listed at the source any more, and whose targets say that they are copies of them.
///
/// # Errors
///
/// Where the target's buckets cannot be listed.
pub(super) async fn with_targets(
    cloud: &Cloud,
    former: &Echo,
    listed: &BTreeSet<BucketName>,
) -> Result<Vec<BucketName>, CloudError> {
    let (source, target) = (
        &former.template.source.site,
        &former.template.destination.site,
    );
    // Within an account, one way, nothing of ours stands on a target.
    if source.account == target.account && former.template.direction == Direction::OneWay {
        return Ok(Vec::new());
    }
    let names = cloud.list_buckets(&target.name).await?;
    let mut candidates: Vec<BucketName> = Vec::new();
    for name in names {
        let source = name.parse().ok();
        candidates.extend(source.and_then(|target| former.selected_source_of(&target)));
    }
    candidates.retain(|bucket| !listed.contains(bucket));
    let found: Vec<Option<BucketName>> = futures::stream::iter(candidates)
        .map(|bucket| async move { is_gone(cloud, former, &bucket).await.then_some(bucket) })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    Ok(found.into_iter().flatten().collect())
}

/// Whether a bucket's target says that it is its copy, and the bucket is nowhere. One that cannot be looked at is not taken for
/// ours.
async fn is_gone(cloud: &Cloud, former: &Echo, bucket: &BucketName) -> bool {
    let Ok(pair) = former.pair(bucket) else {
        return false;
    };
    let tags = BucketReads {
        tags: true,
        ..BucketReads::default()
    };
    let reads = Reads {
        buckets: [(pair.destination.at(), tags)].into(),
        ..Reads::default()
    };
    let Ok(observed) = cloud.observe(&reads).await else {
        return false;
    };
    former.is_copy(&pair, &observed) && is_nowhere(cloud, pair.source.at()).await
}

/// Names are given once, whatever the region: what is not listed may be elsewhere, and another's.
async fn is_nowhere(cloud: &Cloud, at: BucketRef) -> bool {
    let asked = BucketReads {
        versioning: true,
        ..BucketReads::default()
    };
    let reads = Reads {
        buckets: [(at.clone(), asked)].into(),
        ..Reads::default()
    };
    cloud.observe(&reads).await.is_ok_and(|observed| {
        observed
            .buckets
            .get(&at)
            .is_some_and(|found| found.existence == Existence::Missing)
    })
}

/// Takes the policies of buckets that are gone off a role of others.
pub(super) async fn release_role(
    ground: &dyn Ground,
    former: &Echo,
    (site, role): &(SiteName, RoleArn),
    listed: &BTreeSet<BucketName>,
    job: &Job,
) -> Vec<Found> {
    let cloud = ground.cloud();
    let asked = |policies: BTreeSet<String>| Reads {
        roles: [(
            role.clone(),
            RoleReads {
                site: site.clone(),
                policies,
                policy_names: true,
            },
        )]
        .into(),
        ..Reads::default()
    };
    let Ok(observed) = cloud.observe(&asked(BTreeSet::new())).await else {
        return Vec::new();
    };
    let found = observed.roles.get(role);
    let Some(names) = found.and_then(|found| found.policy_names.present()) else {
        // Nobody can say what is on it; that of a bucket which is there has been asked for by its name.
        tracing::warn!(role = %role, "policies of buckets that are gone are not looked for");
        return Vec::new();
    };
    let mut failures = Vec::new();
    for (bucket, name) in former.policies_of_unlisted((site, role), names, listed) {
        let at = BucketRef {
            site: former.template.source.site.name.clone(),
            bucket: bucket.clone(),
        };
        if !is_nowhere(cloud, at).await {
            continue;
        }
        let _hold = ground.hold(vec![asked([name.clone()].into())]).await;
        tracing::info!(bucket = %bucket, role = %role, policy = name, "releasing a role");
        let step = PlannedStep {
            step: Step::DeleteRolePolicy {
                site: site.clone(),
                role: role.clone(),
                name,
            },
            because: vec!["removed".to_owned()],
        };
        let plan = Plan {
            stages: vec![Stage { steps: vec![step] }],
            problems: Vec::new(),
        };
        if let Err(error) = cloud.execute(&plan, job).await {
            let standing = not_executed(&error);
            failures.push(Found { bucket, standing });
        }
    }
    failures
}

/// What a listing of the source shows, as names that can be those of buckets.
///
/// # Errors
///
/// Where it cannot be listed.
pub(super) async fn listed(
    cloud: &Cloud,
    former: &Echo,
) -> Result<BTreeSet<BucketName>, CloudError> {
    let names = cloud
        .list_buckets(&former.template.source.site.name)
        .await?;
    Ok(names
        .into_iter()
        .filter_map(|name| name.parse().ok())
        .collect())
}
