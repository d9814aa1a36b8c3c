//! Reading ahead: what others write too is read while the stage before is taken, so that it is merged as late as can be
//! and no round trip is spent on it.
//!
//! S3 has no conditional write. A writer that reads within one round trip of its write, and looks again after it, as every
//! apply does, either sees what another wrote or is seen by it.

use futures::future::join_all;
use replication::{Stage, Step};
use tokio::time::Instant;

use super::{lifecycle, policy, replication_rules, tags};
use crate::cloud::Cloud;
use crate::observe::bucket::BucketAccess;

/// The steps of one stage whose documents were read ahead, with what to write now.
#[derive(Default)]
pub(super) struct Ahead {
    steps: Vec<(Step, Step, Instant)>,
}

impl Ahead {
    /// Reads the shared documents of a stage that is to be taken next. One that cannot be read now is left as planned.
    pub(super) async fn read(cloud: &Cloud, stage: Option<&Stage>) -> Self {
        let steps = stage.into_iter().flat_map(|stage| &stage.steps);
        let renewed = steps.map(|planned| Box::pin(renew(cloud, &planned.step)));
        Self {
            steps: join_all(renewed).await.into_iter().flatten().collect(),
        }
    }

    /// The step as it is to be taken now, and when the document in it was read, if it was read ahead.
    pub(super) fn of<'a>(&'a self, step: &'a Step) -> (&'a Step, Option<Instant>) {
        self.steps
            .iter()
            .find(|(planned, ..)| planned == step)
            .map_or((step, None), |(_, renewed, read)| (renewed, Some(*read)))
    }
}

async fn renew(cloud: &Cloud, step: &Step) -> Option<(Step, Step, Instant)> {
    let read = Instant::now();
    let renewed = match step {
        Step::PutReplicationRules { at, owned, .. } => {
            let access = BucketAccess::to(cloud, at).await.ok()?;
            Step::PutReplicationRules {
                at: at.clone(),
                document: replication_rules::merge(&access, owned).await.ok()?,
                owned: owned.clone(),
            }
        }
        Step::PutBucketPolicy { at, owned, .. } => {
            let access = BucketAccess::to(cloud, at).await.ok()?;
            Step::PutBucketPolicy {
                at: at.clone(),
                policy: policy::merge(&access, owned).await.ok()?,
                owned: owned.clone(),
            }
        }
        Step::PutLifecycle { at, mirrored, .. } => {
            let access = BucketAccess::to(cloud, at).await.ok()?;
            Step::PutLifecycle {
                at: at.clone(),
                lifecycle: lifecycle::merge(&access, mirrored).await.ok()?,
                mirrored: mirrored.clone(),
            }
        }
        Step::PutBucketTags { at, owned, .. } => {
            let access = BucketAccess::to(cloud, at).await.ok()?;
            Step::PutBucketTags {
                at: at.clone(),
                tags: tags::merge(&access, owned).await.ok()?,
                owned: owned.clone(),
            }
        }
        _ => return None,
    };
    Some((step.clone(), renewed, read))
}
