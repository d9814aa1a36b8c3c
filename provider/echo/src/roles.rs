//! The roles that rules run under, looked at once for all buckets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cloud::Cloud;
use replication::echo::{SiteRoles, Standing};
use replication::observed::{Reads, RoleReads};
use replication::{Echo, Observed, Pair, RoleArn, Seen, SiteName};

/// Whether a role is missing, once that was asked.
type Asked = Arc<futures::lock::Mutex<Option<bool>>>;

/// What is known of the roles of a site's rules. Without a look nothing is, and nothing is held against a bucket.
#[derive(Debug, Default)]
pub struct Roles {
    site: SiteRoles,
    /// Those that rules of others run under.
    others: Mutex<BTreeMap<RoleArn, Asked>>,
    /// Those of them that nobody could say anything of.
    unseen: Mutex<BTreeMap<RoleArn, Unseen>>,
}

/// A role of which it is not known whether it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// What the service says.
    pub message: String,
    /// The action that is not allowed, where that is why.
    pub lacks: Option<String>,
}

impl Roles {
    /// Looks at the roles of the echo's sites: their facts and one policy each. Where IAM does not say, nothing is known.
    pub async fn look(cloud: &Cloud, echo: &Echo) -> Self {
        match cloud.observe(&echo.role_reads()).await {
            Ok(observed) => Self::of(&observed),
            Err(error) => {
                tracing::debug!(echo = echo.id(), %error, "the roles cannot be looked at");
                Self::default()
            }
        }
    }

    /// Of what a look at [`Echo::role_reads`] saw.
    pub fn of(observed: &Observed) -> Self {
        Self {
            site: SiteRoles::of(observed),
            others: Mutex::default(),
            unseen: Mutex::default(),
        }
    }

    /// The roles that rules of others run under and that could not be looked at, of the buckets judged so far. Nothing is held
    /// against a bucket for it.
    pub fn unseen(&self) -> BTreeMap<RoleArn, Unseen> {
        let unseen = self.unseen.lock();
        unseen.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How a bucket stands under its roles, given how its rules stand.
    pub(crate) async fn judge(
        &self,
        cloud: &Cloud,
        echo: &Echo,
        pair: &Pair,
        observed: &Observed,
        standing: Standing,
    ) -> Standing {
        if !matches!(standing, Standing::ByOthers { .. }) {
            return echo.under_roles(pair, observed, standing, &self.site);
        }
        for (site, role) in echo.roles_of_others(pair, observed) {
            if self.is_missing(cloud, site, &role).await {
                return Standing::Conflict {
                    why: format!(
                        "rules of others replicate it under role {role}, which does not exist"
                    ),
                };
            }
        }
        standing
    }

    async fn is_missing(&self, cloud: &Cloud, site: SiteName, role: &RoleArn) -> bool {
        let asked = {
            let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
            others.entry(role.clone()).or_default().clone()
        };
        let mut asked = asked.lock().await;
        if let Some(missing) = *asked {
            return missing;
        }
        let reads = Reads {
            roles: [(
                role.clone(),
                RoleReads {
                    site,
                    policies: [].into(),
                    policy_names: false,
                },
            )]
            .into(),
            ..Reads::default()
        };
        let seen = cloud.observe(&reads).await;
        let found = seen.map(|mut seen| seen.roles.remove(role).unwrap_or_default().role);
        let missing = matches!(found, Ok(Seen::Absent));
        let unseen = match found {
            Ok(Seen::Denied { action, message }) => Some(Unseen {
                message,
                lacks: Some(action),
            }),
            Err(error) => Some(Unseen {
                message: error.summary(),
                lacks: None,
            }),
            Ok(_) => None,
        };
        if let Some(unseen) = unseen {
            let mut all = self.unseen.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(role.clone(), unseen);
        }
        *asked = Some(missing);
        missing
    }
}
