//! What the provider block has become: shared by all resources for the life of the process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Instant;

use cloud::{Cloud, CloudError, Guard};
use replication::observed::{Reads, RoleReads};
use replication::{AccountId, Namespace, Observed, RoleArn, Site, SiteName};
use tfplugin::{DataSourceRequest, DataSourceResponse, Deferred, Diagnostics, Path, Value};

use crate::diagnostics::add_error;

mod accounts;
mod bucket_names;
mod claims;
mod deletions;
mod echoes;
mod looks;
#[cfg(test)]
mod pairs;
pub mod place;
mod role_wishes;
mod staying;

use accounts::Accounts;
pub(crate) use accounts::Question;
use bucket_names::BucketNames;
use claims::Claims;
pub use deletions::Collision;
use deletions::Deletions;
use echoes::Echoes;
#[cfg(test)]
pub(crate) use echoes::tests::echo;
pub use echoes::{Successor, copied_to};
pub use looks::Look;
use looks::Looks;
use role_wishes::RoleWishes;
pub use role_wishes::Shared as SharedRole;
pub(crate) use staying::StayingRole;

/// The cell that `configure` fills and every resource reads.
#[derive(Default)]
pub struct Shared {
    runtime: RwLock<Option<Arc<Runtime>>>,
}

impl Shared {
    /// Puts a runtime in place of the one before. A process that Terraform attaches to lives across runs, and each run configures
    /// anew: what one saw and claimed is nothing to the next. The one before is to be closed.
    pub fn set(&self, runtime: Runtime) -> Option<Arc<Runtime>> {
        self.put(Some(Arc::new(runtime)))
    }

    /// Takes the runtime away: the process ends.
    pub fn take(&self) -> Option<Arc<Runtime>> {
        self.put(None)
    }

    fn put(&self, runtime: Option<Arc<Runtime>>) -> Option<Arc<Runtime>> {
        let mut slot = self.runtime.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *slot, runtime)
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

impl Shared {
    /// The runtime for the read of a data source; or the answer in its place: the read is put off where the provider block is not
    /// wholly known, or a diagnostic says what is wrong.
    pub fn to_read(
        &self,
        request: &DataSourceRequest,
        diagnostics: &mut Diagnostics,
    ) -> Result<Arc<Runtime>, DataSourceResponse> {
        let runtime = self
            .get(diagnostics)
            .ok_or_else(DataSourceResponse::default)?;
        if runtime.unknown.is_some() && request.deferral_allowed {
            return Err(DataSourceResponse {
                state: None,
                deferred: Some(Deferred::ProviderConfigUnknown),
            });
        }
        Ok(runtime)
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

/// Everything that resources share.
pub struct Runtime {
    /// The services.
    pub cloud: Cloud,
    /// Whether part of the provider block is known after apply only, and which part.
    pub unknown: Option<String>,
    /// The provider block without its keys, for whoever is to reach the same sites.
    pub(crate) block: Value,
    /// Tags for everything that we make.
    pub default_tags: BTreeMap<String, String>,
    /// The accounts that objects may go to; none: any.
    pub trusted_accounts: Option<BTreeSet<AccountId>>,
    /// The accounts that were entered besides those of the sites' own credentials.
    pub accounts: Accounts,
    looks: Mutex<Looks>,
    /// Pairs that this process has made: two resources for one lane would undo each other.
    claims: Mutex<Claims>,
    /// Buckets that go with their pairs.
    deletions: Mutex<Deletions>,
    /// The names of the buckets of planned pairs.
    bucket_names: Mutex<BucketNames>,
    /// Echoes of this run.
    echoes: Mutex<Echoes>,
    /// Replication roles of whole sites, as the `crr_site` resources of this run have them.
    site_roles: Mutex<BTreeMap<SiteName, RoleArn>>,
    /// What the `crr_site` resources of this run want of roles.
    role_wishes: Mutex<RoleWishes>,
    /// What this run's `crr_site` resources take from roles that stand: each with the policy that it will have, or none.
    role_changes: Mutex<BTreeMap<RoleArn, Option<String>>>,
    /// The roles of rules that stay although this run has destroyed their echo.
    staying_roles: Mutex<Vec<StayingRole>>,
    /// Sites that are taken for what a plan says they are, without a call.
    presumed: Mutex<BTreeMap<SiteName, Site>>,
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
            block: Value::Null,
            default_tags: BTreeMap::new(),
            trusted_accounts: None,
            accounts: Accounts::default(),
            looks: Mutex::default(),
            claims: Mutex::default(),
            deletions: Mutex::default(),
            bucket_names: Mutex::default(),
            echoes: Mutex::default(),
            site_roles: Mutex::default(),
            role_wishes: Mutex::default(),
            role_changes: Mutex::default(),
            staying_roles: Mutex::default(),
            presumed: Mutex::default(),
        }
    }

    /// Gives back what was made for the process alone, which are access keys. Nothing works after it where those were needed.
    pub async fn close(&self) {
        self.cloud.close().await;
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
        if let Some(site) = lock(&self.presumed).get(name) {
            return SiteLookup::Known(site.clone());
        }
        if !self.cloud.knows(name) {
            let known: Vec<&str> = self.cloud.sites().map(SiteName::as_str).collect();
            diagnostics.error_at(
                path,
                format!("The provider has no site \"{name}\""),
                if known.is_empty() {
                    "The provider block's `sites` is empty. Add the site there.".to_owned()
                } else {
                    format!(
                        "The provider block's `sites` has: {}. Add the site there, or name one of these.",
                        known.join(", ")
                    )
                },
            );
            return SiteLookup::Failed;
        }
        match self.cloud.identity(name).await {
            Ok(identity) => SiteLookup::Known(Site {
                name: name.clone(),
                account: identity.account,
                namespace: Namespace::of(
                    &identity.partition,
                    identity.endpoints.get("s3").map(String::as_str),
                ),
                partition: identity.partition,
                region: identity.region,
            }),
            Err(error) => {
                add_error(path, &error, diagnostics);
                SiteLookup::Failed
            }
        }
    }

    /// Takes a site for what is said of it, without asking: for a rehearsal, which needs no credentials.
    pub fn presume(&self, site: Site) {
        lock(&self.presumed).insert(site.name.clone(), site);
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

    /// Keeps a look for the next call on the same pair.
    pub fn remember(&self, id: &str, look: Look) {
        lock(&self.looks).keep(id.to_owned(), look);
    }

    /// Takes the last look, however old: what a refresh saw is what its plan is about.
    pub fn recall(&self, id: &str) -> Option<Look> {
        lock(&self.looks).take(id)
    }

    /// Takes the last look if steps may still be based on it. Ask while holding what it is about.
    pub fn recall_fresh(&self, id: &str) -> Option<Look> {
        lock(&self.looks).take_fresh(id, Instant::now())
    }

    /// Waits until nobody else in the process writes to what these reads are about, and keeps others from it.
    ///
    /// What is only looked at is nobody's: a fleet shares one role and one key, and would wait in line for them.
    pub async fn hold(&self, about: impl IntoIterator<Item = Reads>) -> Hold<'_> {
        let mut buckets = BTreeSet::new();
        let mut roles = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for reads in about {
            buckets.extend(reads.buckets.into_keys());
            let ours = |role: &RoleReads| !role.policies.is_empty();
            roles.extend(
                reads
                    .roles
                    .into_iter()
                    .filter(|(_, r)| ours(r))
                    .map(|r| r.0),
            );
            keys.extend(
                reads
                    .keys
                    .into_iter()
                    .filter(|(_, k)| k.policy)
                    .map(|k| k.0),
            );
        }
        let things = buckets
            .iter()
            .map(|at| at.bucket.to_string())
            .chain(roles.iter().map(ToString::to_string))
            .chain(keys.iter().map(ToString::to_string))
            .collect();
        let guard = self.cloud.lock(buckets, roles, keys).await;
        Hold {
            runtime: self,
            things,
            _guard: guard,
        }
    }

    /// The pairs that this process has made.
    pub fn claims(&self) -> MutexGuard<'_, Claims> {
        lock(&self.claims)
    }

    /// The buckets that go with their pairs, and who stands on them.
    pub fn deletions(&self) -> MutexGuard<'_, Deletions> {
        lock(&self.deletions)
    }

    /// The names of the buckets of planned pairs.
    pub fn bucket_names(&self) -> MutexGuard<'_, BucketNames> {
        lock(&self.bucket_names)
    }

    /// The echoes of this run.
    pub fn echoes(&self) -> MutexGuard<'_, Echoes> {
        lock(&self.echoes)
    }

    /// What this run's `crr_site` resources want of roles.
    pub fn role_wishes(&self) -> MutexGuard<'_, RoleWishes> {
        lock(&self.role_wishes)
    }

    /// Notes what becomes of a role that stands: its policy, or none where it goes.
    pub fn note_role_change(&self, role: RoleArn, policy: Option<String>) {
        lock(&self.role_changes).insert(role, policy);
    }

    /// What becomes of roles that stand, as far as it was planned by now.
    pub fn role_changes(&self) -> BTreeMap<RoleArn, Option<String>> {
        lock(&self.role_changes).clone()
    }

    /// Notes the role of a whole site.
    pub fn note_site_role(&self, site: &SiteName, role: RoleArn) {
        lock(&self.site_roles).insert(site.clone(), role);
    }

    /// Whether a resource of this run has a role for its whole site, or makes it.
    pub fn is_noted_site_role(&self, role: &RoleArn) -> bool {
        lock(&self.site_roles).values().any(|noted| noted == role)
    }

    /// Notes the roles of rules that stay although their echo goes.
    pub(crate) fn note_staying_roles(&self, roles: Vec<StayingRole>) {
        lock(&self.staying_roles).extend(roles);
    }

    /// Whether rules that stay run under this role of a site.
    pub fn is_staying_role(&self, site: &Site, role: &RoleArn) -> bool {
        lock(&self.staying_roles)
            .iter()
            .any(|staying| staying.is(site, role))
    }

    /// The role of a whole site, by its default name.
    ///
    /// # Errors
    ///
    /// Where a resource of this run gives the site's role another name. By the default name alone every process knows the
    /// same role: the one that applies does not hear of a `crr_site` that has no change.
    pub fn site_role(&self, site: &Site) -> Result<RoleArn, RoleArn> {
        let usual = site.default_role();
        match lock(&self.site_roles).get(&site.name) {
            Some(other) if *other != usual => Err(other.clone()),
            _ => Ok(usual),
        }
    }
}

/// Holds buckets, roles and keys until it is dropped. Whoever looked at them before that looks again before writing.
#[must_use = "it holds only as long as it lives"]
pub struct Hold<'a> {
    runtime: &'a Runtime,
    things: Vec<String>,
    _guard: Guard,
}

impl Drop for Hold<'_> {
    // Before the guard goes: the next in line must find the note. And in a drop, so that no way out forgets it.
    fn drop(&mut self) {
        lock(&self.runtime.looks).wrote(std::mem::take(&mut self.things), Instant::now());
    }
}
