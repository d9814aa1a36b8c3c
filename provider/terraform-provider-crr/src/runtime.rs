//! What the provider block has become: shared by all resources for the life of the process.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use cloud::{Cloud, CloudError};
use replication::observed::Reads;
use replication::{AccountId, Observed, RoleArn, Site, SiteName};
use tfplugin::{Diagnostics, Path};

use crate::diagnostics::add_error;

/// The cell that `configure` fills and every resource reads.
#[derive(Default)]
pub struct Shared {
    runtime: RwLock<Option<Arc<Runtime>>>,
}

impl Shared {
    /// Puts a runtime in place. Terraform configures a provider once in a process.
    pub fn set(&self, runtime: Runtime) {
        *self.runtime.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(runtime));
    }

    /// The runtime, or a diagnostic where there is none.
    pub fn get(&self, diagnostics: &mut Diagnostics) -> Option<Arc<Runtime>> {
        let runtime = self
            .runtime
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if runtime.is_none() {
            diagnostics.error(
                "The provider is not configured",
                "Terraform asked for work before it configured the provider. This is a fault in Terraform or in this provider.",
            );
        }
        runtime
    }
}

/// A site that can be named, as far as it is known.
pub enum SiteLookup {
    /// It is known, and answered who we are there.
    Known(Site),
    /// The provider block has a value that is known after apply only.
    Unknown,
    /// A diagnostic says why not.
    Failed,
}

/// How long what a plan saw may serve the apply that follows it at once.
const FRESH: Duration = Duration::from_secs(10);

/// What one look saw, and when.
struct Look {
    observed: Observed,
    at: Instant,
}

/// Everything that resources share.
pub struct Runtime {
    /// The services.
    pub cloud: Cloud,
    /// Whether part of the provider block is known after apply only, and which part.
    pub unknown: Option<String>,
    /// Tags for everything that we make.
    pub default_tags: BTreeMap<String, String>,
    /// The accounts that objects may go to; none: any.
    pub trusted_accounts: Option<BTreeSet<AccountId>>,
    looks: Mutex<HashMap<String, Look>>,
    /// Lanes that a resource of this process has applied: two resources for one lane would undo each other.
    lanes: Mutex<BTreeSet<String>>,
    /// Replication roles of whole sites, as the `crr_site` resources of this run have them.
    site_roles: Mutex<BTreeMap<SiteName, RoleArn>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Runtime {
    /// A runtime over these services.
    pub fn new(cloud: Cloud) -> Self {
        Self {
            cloud,
            unknown: None,
            default_tags: BTreeMap::new(),
            trusted_accounts: None,
            looks: Mutex::default(),
            lanes: Mutex::default(),
            site_roles: Mutex::default(),
        }
    }

    /// Finds a site by its name, and who we are there.
    pub async fn site(
        &self,
        name: &SiteName,
        path: Path,
        diagnostics: &mut Diagnostics,
    ) -> SiteLookup {
        if self.unknown.is_some() {
            return SiteLookup::Unknown;
        }
        if !self.cloud.sites().any(|known| known == name) {
            let known: Vec<&str> = self.cloud.sites().map(SiteName::as_str).collect();
            diagnostics.error_at(
                path,
                format!("The provider has no site \"{name}\""),
                format!(
                    "The provider block's `sites` has: {}. Add the site there, or name one of these.",
                    known.join(", ")
                ),
            );
            return SiteLookup::Failed;
        }
        match self.cloud.identity(name).await {
            Ok(identity) => SiteLookup::Known(Site {
                name: name.clone(),
                account: identity.account,
                partition: identity.partition,
                region: identity.region,
            }),
            Err(error) => {
                add_error(path, &error, diagnostics);
                SiteLookup::Failed
            }
        }
    }

    /// Looks, and looks again where the first look shows more to see.
    ///
    /// # Errors
    ///
    /// Where a service could not be reached at all.
    pub async fn observe(
        &self,
        reads: &Reads,
        more: impl Fn(&Observed) -> Reads,
    ) -> Result<Observed, CloudError> {
        let mut observed = self.cloud.observe(reads).await?;
        let further = more(&observed);
        if !further.is_empty() {
            observed.extend(self.cloud.observe(&further).await?);
        }
        Ok(observed)
    }

    /// Keeps a look for the next call on the same resource: Terraform reads, then plans, then applies.
    pub fn remember(&self, id: &str, observed: Observed) {
        let look = Look {
            observed,
            at: Instant::now(),
        };
        lock(&self.looks).insert(id.to_owned(), look);
    }

    /// Takes the last look, however old: what a refresh saw is what its plan is about.
    pub fn recall(&self, id: &str) -> Option<Observed> {
        lock(&self.looks).remove(id).map(|look| look.observed)
    }

    /// Takes the last look if it is fresh.
    pub fn recall_fresh(&self, id: &str) -> Option<Observed> {
        lock(&self.looks)
            .remove(id)
            .filter(|look| look.at.elapsed() < FRESH)
            .map(|look| look.observed)
    }

    /// Forgets every look at these buckets but the own one: they were written to.
    pub fn forget_looks(&self, buckets: &[replication::bucket::BucketRef]) {
        lock(&self.looks).retain(|_, look| {
            !buckets
                .iter()
                .any(|at| look.observed.buckets.contains_key(at))
        });
    }

    /// Claims lanes for one resource. Says which one is another's already.
    pub fn claim(&self, lanes: &[String]) -> Option<String> {
        let mut claimed = lock(&self.lanes);
        if let Some(taken) = lanes.iter().find(|lane| claimed.contains(*lane)) {
            return Some(taken.clone());
        }
        claimed.extend(lanes.iter().cloned());
        None
    }

    /// Gives lanes back.
    pub fn release(&self, lanes: &[String]) {
        let mut claimed = lock(&self.lanes);
        for lane in lanes {
            claimed.remove(lane);
        }
    }

    /// Notes the role of a whole site.
    pub fn note_site_role(&self, site: &SiteName, role: RoleArn) {
        lock(&self.site_roles).insert(site.clone(), role);
    }

    /// The role of a whole site: as its resource has it, or else the one of the default name.
    pub fn site_role(&self, site: &Site) -> RoleArn {
        lock(&self.site_roles)
            .get(&site.name)
            .cloned()
            .unwrap_or_else(|| crate::site::default_role(site))
    }
}
