//! The door of the crate.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures::FutureExt;
use replication::bucket::BucketRef;
use replication::observed::Reads;
use replication::{KeyArn, Observed, Plan, RoleArn, SiteName};
use tokio::sync::Semaphore;

use crate::config::{CloudConfig, SiteConfig};
use crate::connection::Connections;
use crate::error::{CloudError, ErrorFacts, ErrorKind, ExecuteError};
use crate::failure::Failure;
use crate::identity::{self, Identity};
use crate::job::Job;
use crate::lock::{Guard, Locks};
use crate::once::Once;
use crate::operation::{LIST_BUCKETS, Operation};
use crate::recent::Recent;
use crate::site::Site;
use crate::tally::{CallCount, Tally};

mod entered;

pub(crate) use entered::Enter;

/// All sites and their clients. A clone is the same cloud.
#[derive(Clone)]
pub struct Cloud {
    pub(crate) inner: Arc<Inner>,
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.sites()).finish()
    }
}

/// What all clones share.
pub(crate) struct Inner {
    config: CloudConfig,
    /// Those of the configuration, and those entered since.
    sites: RwLock<BTreeMap<SiteName, Arc<Entry>>>,
    connections: Connections,
    /// Tests answer in place of the network.
    http: Option<SharedHttpClient>,
    /// One for each request that may be under way.
    slots: Arc<Semaphore>,
    pub(crate) locks: Locks,
    pub(crate) recent: Recent,
    tally: Tally,
}

/// A site's configuration, and what is made of it when it is first needed.
struct Entry {
    config: SiteConfig,
    enter: Option<Enter>,
    site: Once<Arc<Site>>,
    identity: Once<Identity>,
}

impl Entry {
    fn of(config: SiteConfig, enter: Option<Enter>) -> Arc<Self> {
        Arc::new(Self {
            config,
            enter,
            site: Once::default(),
            identity: Once::default(),
        })
    }
}

impl Cloud {
    /// Keeps the configuration. Nothing is asked of anybody yet.
    ///
    /// # Errors
    ///
    /// Where the configuration contradicts itself: an access key without its secret, or no call allowed at all.
    pub fn new(config: CloudConfig) -> Result<Self, CloudError> {
        Self::with_http(config, None)
    }

    pub(crate) fn with_http(
        config: CloudConfig,
        http: Option<SharedHttpClient>,
    ) -> Result<Self, CloudError> {
        check(&config)?;
        Ok(Self {
            inner: Arc::new(Inner {
                sites: RwLock::new(
                    config
                        .sites
                        .iter()
                        .map(|(name, site)| (name.clone(), Entry::of(site.clone(), None)))
                        .collect(),
                ),
                slots: Arc::new(Semaphore::new(
                    config.max_concurrency.min(Semaphore::MAX_PERMITS),
                )),
                connections: Connections::default(),
                http,
                locks: Locks::default(),
                recent: Recent::default(),
                tally: Tally::default(),
                config,
            }),
        })
    }

    /// The names of the configuration's sites.
    pub fn sites(&self) -> impl Iterator<Item = &SiteName> {
        self.inner.config.sites.keys()
    }

    /// Whether there is such a site, in the configuration or entered since.
    pub fn knows(&self, site: &SiteName) -> bool {
        self.inner.entry(site).is_ok()
    }

    /// Who we are at a site: asked of STS once a site and process. Who asks at the same time shares the call.
    ///
    /// # Errors
    ///
    /// Where there is no such site, no region, no credentials, or STS refuses. A failure is not remembered.
    pub async fn identity(&self, site: &SiteName) -> Result<Identity, CloudError> {
        let entry = self.inner.entry(site)?;
        let inner = self.inner.clone();
        let name = site.clone();
        entry
            .identity
            .get(|| {
                async move {
                    let site = inner.site(&name).await?;
                    identity::ask(&inner, &site).await
                }
                .boxed()
            })
            .await
    }

    /// How many calls of each kind were made, and how many failed with which code.
    pub fn calls(&self) -> Vec<CallCount> {
        self.inner.tally.counts()
    }

    /// Proves that S3 answers at a site.
    ///
    /// # Errors
    ///
    /// Where it does not. Credentials that may not list buckets are no failure: S3 has answered then, and knows them.
    pub async fn prove(&self, site: &SiteName) -> Result<(), CloudError> {
        let site = self.inner.site(site).await?;
        let asked = self
            .inner
            .call(LIST_BUCKETS, site.s3.list_buckets().max_buckets(1).send())
            .await;
        match asked {
            Ok(_) => Ok(()),
            Err(failure) if failure.is_denied() => Ok(()),
            Err(failure) => {
                let what = format!("reach S3 at site \"{}\"", site.name);
                Err(failure.at(&site, what, None))
            }
        }
    }

    /// Looks at everything that is asked, at once.
    ///
    /// # Errors
    ///
    /// Where a service could not be asked. What a service will not say is no error: it is in the answer.
    pub async fn observe(&self, reads: &Reads) -> Result<Observed, CloudError> {
        crate::observe::observe(self, reads).await
    }

    /// Waits until nobody else in the process writes to these, and keeps others from it until the guard is dropped.
    pub async fn lock(
        &self,
        buckets: impl IntoIterator<Item = BucketRef>,
        roles: impl IntoIterator<Item = RoleArn>,
        keys: impl IntoIterator<Item = KeyArn>,
    ) -> Guard {
        self.inner.locks.lock(buckets, roles, keys).await
    }

    /// Takes the steps of a plan. It does not lock: who plans, locks before looking.
    ///
    /// # Errors
    ///
    /// After the stage in which a step failed, a wait ended or the job was cancelled.
    pub async fn execute(&self, plan: &Plan, job: &Job) -> Result<(), ExecuteError> {
        crate::execute::execute(self, plan, job).await
    }
}

impl Inner {
    /// The configuration of a site.
    pub(crate) fn site_config(&self, name: &SiteName) -> Result<SiteConfig, CloudError> {
        Ok(self.entry(name)?.config.clone())
    }

    fn entry(&self, name: &SiteName) -> Result<Arc<Entry>, CloudError> {
        let sites = self.sites.read().unwrap_or_else(PoisonError::into_inner);
        sites.get(name).cloned().ok_or_else(|| {
            let known: Vec<String> = sites.keys().map(|s| format!("\"{s}\"")).collect();
            configuration(
                Some(name),
                format!(
                    "the provider's sites have no \"{name}\"; there is {}",
                    if known.is_empty() {
                        "none".to_owned()
                    } else {
                        known.join(", ")
                    }
                ),
            )
        })
    }

    /// A site and its clients, made once.
    pub(crate) async fn site(self: &Arc<Self>, name: &SiteName) -> Result<Arc<Site>, CloudError> {
        let entry = self.entry(name)?;
        let inner = self.clone();
        let name = name.clone();
        let (config, enter) = (entry.config.clone(), entry.enter.clone());
        entry
            .site
            .get(|| {
                async move {
                    let http = inner.http(&name, config.ca_bundle.as_deref()).await?;
                    Site::make(
                        name,
                        config,
                        enter.as_ref(),
                        &inner.config,
                        http,
                        inner.slots.clone(),
                    )
                    .await
                    .map(Arc::new)
                }
                .boxed()
            })
            .await
    }

    async fn http(
        &self,
        name: &SiteName,
        bundle: Option<&str>,
    ) -> Result<SharedHttpClient, CloudError> {
        if let Some(http) = &self.http {
            return Ok(http.clone());
        }
        self.connections
            .trusting(bundle)
            .await
            .map_err(|mut error| {
                error.site = Some(name.clone());
                error
            })
    }

    /// Makes one call. All calls of the process come through here, and are counted here. How many are under way at once is
    /// decided below, where requests are sent.
    ///
    /// The SDK's futures are some kilobytes each, and many of ours nest them: each is put on the heap before anything is
    /// awaited.
    pub(crate) fn call<T, E>(
        &self,
        operation: Operation,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    ) -> impl Future<Output = Result<T, Failure>> + Send
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let request = Box::pin(request);
        async move { self.ended(operation, request.await) }
    }

    fn ended<T, E>(
        &self,
        operation: Operation,
        answer: Result<T, SdkError<E, HttpResponse>>,
    ) -> Result<T, Failure>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let answer = answer.map_err(|error| Failure::of(operation, &error));
        self.tally.count(operation, answer.as_ref().err());
        answer
    }
}

fn configuration(site: Option<&SiteName>, message: String) -> CloudError {
    let what = match site {
        Some(site) => format!("reach site \"{site}\""),
        None => "use the provider's configuration".to_owned(),
    };
    let mut facts = ErrorFacts::of(ErrorKind::Configuration, what, message);
    facts.site = site.cloned();
    facts.into()
}

fn check(config: &CloudConfig) -> Result<(), CloudError> {
    if config.max_concurrency == 0 {
        let message = "max_concurrency is 0: no call could ever be made".to_owned();
        return Err(configuration(None, message));
    }
    for (name, site) in &config.sites {
        let wrong = match (&site.access_key, &site.secret_key, &site.session_token) {
            (Some(_), None, _) => "it has access_key without secret_key",
            (None, Some(_), _) => "it has secret_key without access_key",
            (None, None, Some(_)) => "it has session_token without access_key and secret_key",
            _ => continue,
        };
        return Err(configuration(Some(name), wrong.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Terraform's calls run on many threads: this does not compile if a future is bound to one.
    #[test]
    fn futures_may_move_between_threads() {
        fn movable<T: Send>(_: T) {}
        let cloud = Cloud::new(CloudConfig::default()).unwrap();
        let site: SiteName = "east".parse().unwrap();
        movable(cloud.identity(&site));
        movable(cloud.prove(&site));
        movable(cloud.observe(&Reads::default()));
        movable(cloud.lock([], [], []));
        movable(cloud.execute(&Plan::default(), &Job::default()));
    }
}
