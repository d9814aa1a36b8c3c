//! Credentials that are had anew: keys in a file are rotated while a process of months runs on them.
//!
//! # Flow
//!
//! [`Renewed`] asks the SDK's own chain, and gives what has no end one of a few minutes. [`Memory`] is where the SDK keeps what it
//! was given; a site forgets it at once where a service does not know the credentials, so that they are read again.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use aws_config::identity::IdentityCache;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::identity::{
    IdentityFuture, ResolveCachedIdentity, SharedIdentityCache, SharedIdentityResolver,
};
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::ConfigBag;
use futures::future::BoxFuture;
use tokio::sync::Mutex;
use tokio::time::Instant;

pub(crate) mod profile;

/// What says of no end is asked for again after so long.
const LASTS: Duration = Duration::from_mins(5);
/// What a service does not know is read again at most so often: the file may be as old as the key.
const AGAIN: Duration = Duration::from_secs(10);

/// Makes a chain that has read nothing yet.
type Make = Box<dyn Fn() -> BoxFuture<'static, SharedCredentialsProvider> + Send + Sync>;

/// Credentials of the SDK's chain. It reads files once in its life, so another takes its place where what it gave has no end of
/// its own, or where it failed. One whose credentials end renews them itself.
pub(crate) struct Renewed {
    make: Make,
    chain: Mutex<Option<SharedCredentialsProvider>>,
}

impl fmt::Debug for Renewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Renewed")
    }
}

impl Renewed {
    pub(crate) fn new(
        make: impl Fn() -> BoxFuture<'static, SharedCredentialsProvider> + Send + Sync + 'static,
    ) -> Self {
        Self {
            make: Box::new(make),
            chain: Mutex::default(),
        }
    }

    async fn credentials(&self) -> provider::Result {
        let mut chain = self.chain.lock().await;
        let asked = match chain.take() {
            Some(chain) => chain,
            None => (self.make)().await,
        };
        let mut credentials = asked.provide_credentials().await?;
        if credentials.expiry().is_some() {
            *chain = Some(asked);
        } else {
            *credentials.expiry_mut() = Some(SystemTime::now() + LASTS);
        }
        Ok(credentials)
    }
}

impl ProvideCredentials for Renewed {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}

/// What the SDK keeps for a site until it ends. A clone is the same memory.
#[derive(Debug, Clone)]
pub(crate) struct Memory(Arc<RwLock<Kept>>);

#[derive(Debug)]
struct Kept {
    cache: SharedIdentityCache,
    forgotten: Option<Instant>,
}

impl Default for Memory {
    fn default() -> Self {
        Self(Arc::new(RwLock::new(Kept {
            cache: IdentityCache::lazy().build(),
            forgotten: None,
        })))
    }
}

impl Memory {
    /// Forgets what is kept, unless that was done a moment ago.
    pub(crate) fn forget(&self) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.forgotten.is_some_and(|at| at.elapsed() < AGAIN) {
            return;
        }
        *kept = Kept {
            cache: IdentityCache::lazy().build(),
            forgotten: Some(Instant::now()),
        };
        tracing::debug!("credentials that a service does not know are read again");
    }

    fn cache(&self) -> SharedIdentityCache {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.cache.clone()
    }
}

impl ResolveCachedIdentity for Memory {
    fn resolve_cached_identity<'a>(
        &'a self,
        resolver: SharedIdentityResolver,
        runtime_components: &'a RuntimeComponents,
        config_bag: &'a ConfigBag,
    ) -> IdentityFuture<'a> {
        let cache = self.cache();
        IdentityFuture::new(async move {
            cache
                .resolve_cached_identity(resolver, runtime_components, config_bag)
                .await
        })
    }

    fn validate_base_client_config(
        &self,
        runtime_components: &RuntimeComponentsBuilder,
        cfg: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.cache()
            .validate_base_client_config(runtime_components, cfg)
    }

    fn validate_final_config(
        &self,
        runtime_components: &RuntimeComponents,
        cfg: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.cache().validate_final_config(runtime_components, cfg)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_credential_types::Credentials;
    use aws_credential_types::provider::error::CredentialsError;
    use futures::FutureExt;

    use super::*;

    /// What one chain answers, time after time.
    #[derive(Debug, Clone)]
    enum Chain {
        Key(&'static str),
        Ending(&'static str),
        Broken,
    }

    impl ProvideCredentials for Chain {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let hour = SystemTime::now() + Duration::from_hours(1);
            future::ProvideCredentials::ready(match self {
                Self::Key(id) => Ok(Credentials::new(*id, "s", None, None, "test")),
                Self::Ending(id) => Ok(Credentials::new(*id, "s", None, Some(hour), "test")),
                Self::Broken => Err(CredentialsError::not_loaded("no such profile")),
            })
        }
    }

    /// Each chain that is made answers as the next of these.
    fn renewed(chains: &'static [Chain]) -> Renewed {
        let next = AtomicUsize::new(0);
        Renewed::new(move || {
            let chain = chains[next.fetch_add(1, Ordering::SeqCst)].clone();
            async { SharedCredentialsProvider::new(chain) }.boxed()
        })
    }

    async fn key(renewed: &Renewed) -> String {
        let credentials = renewed.provide_credentials().await.unwrap();
        credentials.access_key_id().to_owned()
    }

    #[tokio::test]
    async fn a_key_without_an_end_gets_one_and_is_read_anew() {
        let renewed = renewed(&[Chain::Key("former"), Chain::Key("rotated")]);
        let former = renewed.provide_credentials().await.unwrap();
        assert_eq!(former.access_key_id(), "former");
        let left = former.expiry().unwrap().duration_since(SystemTime::now());
        assert!(left.unwrap() <= LASTS);
        assert_eq!(key(&renewed).await, "rotated");
    }

    #[tokio::test]
    async fn what_ends_by_itself_is_renewed_by_the_chain_that_gave_it() {
        let renewed = renewed(&[Chain::Ending("session")]);
        let first = renewed.provide_credentials().await.unwrap();
        assert!(first.expiry().unwrap() > SystemTime::now() + LASTS);
        assert_eq!(key(&renewed).await, "session");
    }

    #[tokio::test]
    async fn a_chain_that_failed_is_made_anew() {
        let renewed = renewed(&[Chain::Broken, Chain::Key("written by now")]);
        assert!(renewed.provide_credentials().await.is_err());
        assert_eq!(key(&renewed).await, "written by now");
    }
}
