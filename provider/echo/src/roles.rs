//! The roles that rules run under, looked at once for all buckets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cloud::Cloud;
use replication::echo::{SiteRoles, Standing};
use replication::observed::{Reads, RoleReads};
use replication::{Echo, Observed, Pair, RoleArn, SiteName};

/// Whether a role is missing, once that was asked.
type Asked = Arc<futures::lock::Mutex<Option<bool>>>;

/// What is known of the roles of a site's rules. Without a look nothing is, and nothing is held against a bucket.
#[derive(Debug, Default)]
pub struct Roles {
    site: SiteRoles,
    /// Those that rules of others run under.
    others: Mutex<BTreeMap<RoleArn, Asked>>,
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
        }
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
        let missing = cloud.observe(&reads).await.is_ok_and(|observed| {
            let found = observed.roles.get(role);
            found.is_some_and(|found| found.role.is_absent())
        });
        *asked = Some(missing);
        missing
    }
}
