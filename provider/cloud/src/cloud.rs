//! The door of the crate.

use std::collections::BTreeSet;
use std::sync::Arc;

use replication::bucket::BucketRef;
use replication::observed::Reads;
use replication::step::Target;
use replication::{KeyArn, Observed, Plan, RoleArn, SiteName};

use crate::config::CloudConfig;
use crate::error::{CloudError, ExecuteError};
use crate::identity::Identity;
use crate::job::Job;
use crate::lock::Guard;

/// All sites and their clients. A clone is the same cloud.
#[derive(Clone)]
pub struct Cloud {
    inner: Arc<Inner>,
}

struct Inner {
    #[allow(dead_code)]
    config: CloudConfig,
}

impl Cloud {
    /// Keeps the configuration. Nothing is asked of anybody yet.
    ///
    /// # Errors
    ///
    /// Where the configuration contradicts itself: an access key without its secret, a CA bundle that is none.
    pub fn new(config: CloudConfig) -> Result<Self, CloudError> {
        Ok(Self {
            inner: Arc::new(Inner { config }),
        })
    }

    /// The names of the sites.
    pub fn sites(&self) -> impl Iterator<Item = &SiteName> {
        self.inner.config.sites.keys()
    }

    /// Who we are at a site: asked of STS once a site and process.
    ///
    /// # Errors
    ///
    /// Where there is no such site, no region, no credentials, or STS refuses. A failure is not remembered.
    pub async fn identity(&self, _site: &SiteName) -> Result<Identity, CloudError> {
        todo!()
    }

    /// Proves that S3 answers at a site.
    ///
    /// # Errors
    ///
    /// Where it does not, or refuses.
    pub async fn prove(&self, _site: &SiteName) -> Result<(), CloudError> {
        todo!()
    }

    /// Looks at everything that is asked, at once.
    ///
    /// # Errors
    ///
    /// Where a service could not be asked. What a service will not say is no error: it is in the answer.
    pub async fn observe(&self, _reads: &Reads) -> Result<Observed, CloudError> {
        todo!()
    }

    /// Waits until nobody else in the process writes to these, and keeps others from it until the guard is dropped.
    pub async fn lock(
        &self,
        buckets: impl IntoIterator<Item = BucketRef>,
        roles: impl IntoIterator<Item = RoleArn>,
        keys: impl IntoIterator<Item = KeyArn>,
    ) -> Guard {
        let targets: BTreeSet<Target> = buckets
            .into_iter()
            .map(Target::Bucket)
            .chain(roles.into_iter().map(Target::Role))
            .chain(keys.into_iter().map(Target::Key))
            .collect();
        Guard::of(targets)
    }

    /// Takes the steps of a plan. It does not lock: who plans, locks before looking.
    ///
    /// # Errors
    ///
    /// After the stage in which a step failed, a wait ended or the job was cancelled.
    pub async fn execute(&self, _plan: &Plan, _job: &Job) -> Result<(), ExecuteError> {
        todo!()
    }
}
