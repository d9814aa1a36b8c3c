//! Sites that are not the configuration's: those of other accounts, entered while we work.

use std::sync::{Arc, PoisonError};

use replication::SiteName;

use super::{Entry, Inner, configuration};
use crate::accounts::keys::Keys;
use crate::config::{AssumeRole, SiteConfig};
use crate::error::CloudError;

/// How an account is entered that is not the one of the site's own credentials.
#[derive(Clone)]
pub(crate) enum Enter {
    /// By a role that those credentials may assume.
    Role(AssumeRole),
    /// By keys of our own making.
    Keys(Arc<Keys>),
}

impl Inner {
    /// Adds a site that is reached as another is, but with the credentials of a role that those of that site may assume.
    ///
    /// # Errors
    ///
    /// Where a site of this name is there already and is entered by another role.
    pub(crate) fn add_entered(
        &self,
        name: &SiteName,
        config: SiteConfig,
        role: AssumeRole,
    ) -> Result<(), CloudError> {
        let mut sites = self.sites.write().unwrap_or_else(PoisonError::into_inner);
        match sites.get(name).map(|entry| &entry.enter) {
            None => {
                sites.insert(name.clone(), Entry::of(config, Some(Enter::Role(role))));
                Ok(())
            }
            Some(Some(Enter::Role(other))) if *other == role => Ok(()),
            Some(Some(Enter::Role(other))) => Err(entered_otherwise(name, &other.role_arn)),
            Some(_) => Err(entered_otherwise(name, "a key")),
        }
    }

    /// Adds a site that is reached as another is, but with keys of our own making; or says those that it has already.
    ///
    /// # Errors
    ///
    /// Where a site of this name is there already and is entered by a role.
    pub(crate) fn add_keyed(
        &self,
        name: &SiteName,
        config: SiteConfig,
        keys: Keys,
    ) -> Result<Arc<Keys>, CloudError> {
        let mut sites = self.sites.write().unwrap_or_else(PoisonError::into_inner);
        match sites.get(name).map(|entry| &entry.enter) {
            None => {
                let keys = Arc::new(keys);
                let enter = Enter::Keys(keys.clone());
                sites.insert(name.clone(), Entry::of(config, Some(enter)));
                Ok(keys)
            }
            Some(Some(Enter::Keys(keys))) => Ok(keys.clone()),
            Some(_) => Err(entered_otherwise(name, "a role")),
        }
    }

    /// All keys of our own making.
    pub(crate) fn keys(&self) -> Vec<Arc<Keys>> {
        let sites = self.sites.read().unwrap_or_else(PoisonError::into_inner);
        sites
            .values()
            .filter_map(|entry| match &entry.enter {
                Some(Enter::Keys(keys)) => Some(keys.clone()),
                _ => None,
            })
            .collect()
    }
}

fn entered_otherwise(name: &SiteName, by: &str) -> CloudError {
    let message =
        format!("it is entered by {by} already, and cannot be entered in another way, too");
    configuration(Some(name), message)
}
