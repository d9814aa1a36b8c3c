//! One replication role for a whole site.
//!
//! A role a bucket serves tens of buckets; an account has 1,000 roles by default, and a fleet needs one role for all.

use std::collections::{BTreeMap, BTreeSet};

use replication::desired::{DesiredPolicy, DesiredRole, MADE_BY, OwnRole, RoleStanding};
use replication::observed::{Reads, RoleReads};
use replication::role::{KeyUse, PATH, Permissions, name_for_site, trust_policy};
use replication::{Desired, KeyArn, Problem, RoleArn, Site};
use serde::Deserialize;
use tfplugin::{Attr, Diagnostics, Path, Unknown, Value};

use crate::known::texts;

/// The name of the role's one inline policy.
pub(super) const POLICY: &str = replication::role::SITE_POLICY;
/// What IAM gives all inline policies of a role together. White space does not count.
const POLICY_QUOTA: usize = 10_240;

/// The attributes of a site.
#[derive(Debug, Deserialize)]
pub struct SiteAttributes {
    pub name: Attr<String>,
    replication_role: Attr<RoleAttributes>,
}

#[derive(Debug, Deserialize)]
struct RoleAttributes {
    name: Attr<String>,
    path: Attr<String>,
    permissions_boundary: Attr<String>,
    read: Attr<Vec<Attr<String>>>,
    write: Attr<Vec<Attr<String>>>,
    object_lock: Attr<bool>,
    owner_override: Attr<bool>,
    decrypt: Attr<Vec<Attr<String>>>,
    encrypt: Attr<Vec<Attr<String>>>,
    tags: Attr<BTreeMap<String, Attr<String>>>,
}

/// Why there is no wish.
pub enum Unresolved {
    /// A value is known after apply only.
    Unknown,
    /// A value cannot be.
    Wrong(Path, String),
}

impl From<Unknown> for Unresolved {
    fn from(_: Unknown) -> Self {
        Self::Unknown
    }
}

/// What the role should be.
pub struct RoleWish {
    /// Its ARN.
    pub arn: RoleArn,
    site: Site,
    own: OwnRole,
    permissions: Permissions,
}

/// The model speaks of the sides of a pair; a site has one role, and another way out of one that is somebody else's.
pub fn of_site(problems: &[Problem]) -> Vec<Problem> {
    let of_site = |problem: &Problem| {
        let mut problem = problem.clone();
        let taken = problem.at.last().is_some_and(|last| last == "role");
        problem.at = vec!["replication_role".to_owned()];
        if taken {
            problem.at.push("name".to_owned());
            problem.detail = format!(
                "It lacks the tag {} = {}. Delete or rename it, or give the site's role another `name`. A pair uses a role that others made with `role = \"ARN\"`.",
                MADE_BY.0, MADE_BY.1
            );
        }
        problem
    };
    problems.iter().map(of_site).collect()
}

fn list(value: &Attr<Vec<Attr<String>>>) -> Result<Vec<String>, Unknown> {
    value
        .given()?
        .unwrap_or_default()
        .iter()
        .filter_map(|text| text.given().transpose())
        .collect()
}

impl SiteAttributes {
    /// What the configuration wants of the site's role; none: no role.
    pub fn wish(
        &self,
        site: &Site,
        default_tags: &BTreeMap<String, String>,
    ) -> Result<Option<RoleWish>, Unresolved> {
        let Some(role) = (match &self.replication_role {
            Attr::Known(role) => Some(role),
            Attr::Null => None,
            Attr::Unknown => return Err(Unresolved::Unknown),
        }) else {
            return Ok(None);
        };
        let name = role
            .name
            .given()?
            .unwrap_or_else(|| name_for_site(&site.name));
        let path = role.path.given()?.unwrap_or_else(|| PATH.to_owned());
        let buckets = |patterns: Vec<String>| -> Vec<String> {
            patterns
                .into_iter()
                .map(|pattern| format!("arn:{}:s3:::{pattern}", site.partition))
                .collect()
        };
        let sources = buckets(list(&role.read)?);
        let mut tags = default_tags.clone();
        tags.extend(texts(&role.tags)?);
        tags.insert(MADE_BY.0.to_owned(), MADE_BY.1.to_owned());
        tags.insert("crr:site".to_owned(), site.name.to_string());
        Ok(Some(RoleWish {
            arn: RoleArn::of(&site.partition, &site.account, &path, &name),
            site: site.clone(),
            own: OwnRole {
                path,
                description: format!(
                    "S3 replicates buckets of site {} under this role",
                    site.name
                ),
                trust: trust_policy(&site.account, &sources),
                boundary: role.permissions_boundary.given()?,
                tags,
            },
            permissions: Permissions {
                partition: site.partition.clone(),
                sources,
                destinations: buckets(list(&role.write)?),
                object_lock: role.object_lock.given()?.unwrap_or_default(),
                owner_override: role.owner_override.given()?.unwrap_or_default(),
                decrypt: keys(&role.decrypt, "decrypt")?,
                encrypt: keys(&role.encrypt, "encrypt")?,
            },
        }))
    }
}

fn keys(value: &Attr<Vec<Attr<String>>>, name: &str) -> Result<Vec<KeyUse>, Unresolved> {
    let wrong = |message: String| {
        Unresolved::Wrong(
            Path::root().attribute("replication_role").attribute(name),
            message,
        )
    };
    list(value)?
        .into_iter()
        .map(|arn| {
            let key: KeyArn = arn
                .parse()
                .map_err(|error: replication::NameError| wrong(error.to_string()))?;
            // A key is used through S3 of its own region only.
            let region = key
                .region()
                .parse()
                .map_err(|error: replication::NameError| wrong(error.to_string()))?;
            Ok(KeyUse { key, region })
        })
        .collect()
}

impl RoleWish {
    /// A role that is to go: what it was does not matter any more.
    pub fn gone(site: &Site, arn: RoleArn) -> Self {
        Self {
            arn,
            site: site.clone(),
            own: OwnRole {
                path: PATH.to_owned(),
                description: String::new(),
                trust: trust_policy(&site.account, &[]),
                boundary: None,
                tags: BTreeMap::new(),
            },
            permissions: Permissions {
                partition: site.partition.clone(),
                sources: Vec::new(),
                destinations: Vec::new(),
                object_lock: false,
                owner_override: false,
                decrypt: Vec::new(),
                encrypt: Vec::new(),
            },
        }
    }

    /// What should be.
    pub fn desired(&self) -> Desired {
        let policy = DesiredPolicy {
            label: "site".to_owned(),
            document: self.permissions.role_policy(),
        };
        let role = DesiredRole {
            label: "site".to_owned(),
            site: self.site.name.clone(),
            standing: RoleStanding::Ours(self.own.clone()),
            policies: [(POLICY.to_owned(), policy)].into(),
        };
        Desired {
            roles: [(self.arn.clone(), role)].into(),
            ..Desired::default()
        }
    }

    /// Its one inline policy.
    pub fn policy(&self) -> String {
        self.permissions.role_policy().to_json()
    }

    /// What the role is for, as a predicate.
    pub fn in_words(&self) -> String {
        let names = |arns: &[String]| {
            let names = arns.iter().map(|arn| {
                let name = arn.rsplit(':').next().unwrap_or_default();
                format!("\"{name}\"")
            });
            names.collect::<Vec<_>>().join(", ")
        };
        format!(
            "reads {} and writes {}",
            names(&self.permissions.sources),
            names(&self.permissions.destinations)
        )
    }

    /// Whether state has a role of this name on another path: IAM has one role of a name, and moves none.
    pub fn stays_on_its_path(&self, prior: Option<&Value>, diagnostics: &mut Diagnostics) {
        let known = prior
            .and_then(|prior| prior.get("replication_role_arn")?.as_str())
            .and_then(|arn| arn.parse::<RoleArn>().ok());
        if let Some(known) = known
            && known != self.arn
            && known.role_name() == self.arn.role_name()
        {
            diagnostics.error_at(
                Path::root().attribute("replication_role").attribute("path"),
                format!("Role {} cannot go to another path", known.role_name()),
                format!("It is {known}. IAM has one role of a name and moves none. Give `name` a new value, too: the new role is then made before the old one goes."),
            );
        }
    }

    /// What to look at.
    pub fn reads(&self, removing: bool) -> Reads {
        let role = RoleReads {
            site: self.site.name.clone(),
            policies: BTreeSet::from([POLICY.to_owned()]),
            policy_names: removing,
        };
        Reads {
            roles: [(self.arn.clone(), role)].into(),
            ..Reads::default()
        }
    }

    /// What can be known to fail.
    pub fn problems(&self) -> Vec<Problem> {
        let length = self.policy().chars().filter(|c| !c.is_whitespace()).count();
        if length <= POLICY_QUOTA {
            return Vec::new();
        }
        vec![Problem::error(
            ["replication_role"],
            format!("The role's policy would have {length} characters"),
            format!(
                "IAM takes {POLICY_QUOTA} in all inline policies of a role together. Use fewer and wider patterns, such as \"team-*\"."
            ),
        )]
    }
}
