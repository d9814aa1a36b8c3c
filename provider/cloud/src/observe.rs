//! Looking: everything at once, one call for each thing that is asked.

use futures::future::{join_all, join4};
use replication::observed::{BucketReads, KeyReads, Reads, RoleReads};
use replication::step::Target;
use replication::{KeyArn, Observed, ObservedBucket, ObservedKey, ObservedRole, RoleArn, Seen};

use crate::cloud::Cloud;
use crate::error::CloudError;
use crate::failure::Failure;

pub(crate) mod bucket;
pub(crate) mod key;
pub(crate) mod role;
mod strangers;
pub(crate) mod trigger;

use bucket::BucketAccess;
pub use strangers::StrangePolicy;

/// Answers all of `reads`. The first failure by the order of names is the answer if there is one.
pub(crate) async fn observe(cloud: &Cloud, reads: &Reads) -> Result<Observed, CloudError> {
    let buckets = join_all(reads.buckets.iter().map(|(at, asked)| async move {
        let found = observe_bucket(cloud, at, asked).await?;
        Ok::<_, CloudError>((at.clone(), found))
    }));
    let roles = join_all(reads.roles.iter().map(|(arn, asked)| async move {
        let found = observe_role(cloud, arn, asked).await?;
        Ok::<_, CloudError>((arn.clone(), found))
    }));
    let keys = join_all(reads.keys.iter().map(|(arn, asked)| async move {
        let found = observe_key(cloud, arn, asked).await?;
        Ok::<_, CloudError>((arn.clone(), found))
    }));
    let trigger = async {
        match &reads.trigger {
            Some(asked) => trigger::look(cloud, asked).await.map(Box::new).map(Some),
            None => Ok(None),
        }
    };
    let (buckets, roles, keys, trigger) = join4(buckets, roles, keys, trigger).await;
    Ok(Observed {
        trigger: trigger?,
        buckets: buckets.into_iter().collect::<Result<_, _>>()?,
        roles: roles.into_iter().collect::<Result<_, _>>()?,
        keys: keys.into_iter().collect::<Result<_, _>>()?,
    })
}

async fn observe_bucket(
    cloud: &Cloud,
    at: &replication::bucket::BucketRef,
    asked: &BucketReads,
) -> Result<ObservedBucket, CloudError> {
    let access = BucketAccess::to(cloud, at).await?;
    bucket::look(&access, asked).await.map_err(|failure| {
        let what = format!("look at bucket {at}");
        failure.at(&access.site, what, Some(Target::Bucket(at.clone())))
    })
}

async fn observe_role(
    cloud: &Cloud,
    arn: &RoleArn,
    asked: &RoleReads,
) -> Result<ObservedRole, CloudError> {
    let site = cloud.inner.site(&asked.site).await?;
    role::look(cloud, &site, arn, asked)
        .await
        .map_err(|failure| {
            let what = format!("look at role {arn}");
            failure.at(&site, what, Some(Target::Role(arn.clone())))
        })
}

async fn observe_key(
    cloud: &Cloud,
    arn: &KeyArn,
    asked: &KeyReads,
) -> Result<ObservedKey, CloudError> {
    let site = cloud.inner.site(&asked.site).await?;
    key::look(cloud, &site, arn, asked)
        .await
        .map_err(|failure| {
            let what = format!("look at key {arn}");
            failure.at(&site, what, Some(Target::Key(arn.clone())))
        })
}

/// What one read of one thing says: a refusal for lack of permission is a finding, and `absent` codes mean that it is
/// not there.
fn seen<T>(answer: Result<Option<T>, Failure>, absent: &[&str]) -> Result<Seen<T>, Failure> {
    match answer {
        Ok(Some(value)) => Ok(Seen::Present(value)),
        Ok(None) => Ok(Seen::Absent),
        Err(failure) if failure.is(absent) => Ok(Seen::Absent),
        Err(failure) if failure.is_denied() => Ok(Seen::Denied {
            action: failure.operation.action.to_owned(),
            message: failure.words(),
        }),
        Err(failure) => Err(failure),
    }
}

/// The future's answer if it is asked for.
async fn when<T>(asked: bool, read: impl Future<Output = T>) -> Option<T> {
    if asked { Some(read.await) } else { None }
}
