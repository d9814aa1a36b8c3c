//! Who answers at a site, and whether it is who it was.

use cloud::{ErrorKind, Identity};
use replication::{Site, SiteName};
use tfplugin::{Diagnostics, Path, Value, from_value};

use super::role::{RoleWish, SiteAttributes, Unresolved};
use crate::diagnostics::add_error;
use crate::runtime::{Runtime, SiteLookup};

/// A site whose name is known and which has answered.
pub(super) struct Proven {
    pub site: Site,
    pub identity: Identity,
    pub wish: Option<RoleWish>,
}

impl Proven {
    pub fn name(&self) -> &SiteName {
        &self.site.name
    }
}

/// What came of asking who answers.
pub(super) enum Proof {
    /// The site has answered.
    Proven(Box<Proven>),
    /// Its name, or what its role needs, is known after apply only.
    Unknown,
    /// A diagnostic says what is wrong.
    Failed,
}

impl Proof {
    /// Who answers at the site that a value names.
    pub async fn of(runtime: &Runtime, value: &Value, diagnostics: &mut Diagnostics) -> Self {
        let attributes: SiteAttributes = match from_value(value) {
            Ok(attributes) => attributes,
            Err(error) => {
                diagnostics.error_at(error.path, "The site cannot be read", error.message);
                return Self::Failed;
            }
        };
        let at = Path::root().attribute("name");
        let Some(name) = attributes.name.as_known() else {
            return Self::Unknown;
        };
        let Ok(name) = name.parse::<SiteName>() else {
            return Self::Failed;
        };
        let site = match runtime.site(&name, at.clone(), diagnostics).await {
            SiteLookup::Known(site) => site,
            SiteLookup::Unknown => return Self::Unknown,
            SiteLookup::Failed => return Self::Failed,
        };
        let identity = match runtime.cloud.identity(&name).await {
            Ok(identity) => identity,
            Err(error) => {
                add_error(at, &error, diagnostics);
                return Self::Failed;
            }
        };
        match attributes.wish(&site, &runtime.default_tags) {
            Ok(wish) => {
                if let Some(wish) = &wish {
                    runtime.note_site_role(&name, wish.arn.clone());
                }
                Self::Proven(Box::new(Proven {
                    site,
                    identity,
                    wish,
                }))
            }
            Err(Unresolved::Unknown) => Self::Unknown,
            Err(Unresolved::Wrong(path, message)) => {
                diagnostics.error_at(path, "The replication role cannot be made", message);
                Self::Failed
            }
        }
    }
}

/// The account that state remembers, if it is another than the one that answers now.
pub(super) fn moved(prior: &Value, proven: &Proven, diagnostics: &mut Diagnostics) -> bool {
    let Some(known) = prior.get("account_id").and_then(Value::as_str) else {
        return false;
    };
    if known == proven.identity.account.as_str() {
        return false;
    }
    diagnostics.error_at(
        Path::root().attribute("name"),
        format!("Site \"{}\" is another account now", proven.name()),
        format!(
            "State says account {known}; the credentials are now of account {} ({}). Pairs of this site live in {known}. Restore the site's credentials in the provider block; or, if the move is meant, give the new account a site name of its own.",
            proven.identity.account, proven.identity.caller_arn
        ),
    );
    true
}

/// Whether the site does not answer and nothing is asked of it, which a warning then says.
///
/// A refresh has failed before this where it was not left out: whoever leaves it out may have to change what is not at the site
/// that is lost.
pub(super) async fn rests(
    runtime: &Runtime,
    prior: &Value,
    planned: &Value,
    diagnostics: &mut Diagnostics,
) -> bool {
    let asked = ["name", "replication_role"];
    if runtime.unknown.is_some() || asked.iter().any(|it| prior.get(it) != planned.get(it)) {
        return false;
    }
    let name = planned.get("name").and_then(Value::as_str);
    let Some(name) = name.and_then(|name| name.parse::<SiteName>().ok()) else {
        return false;
    };
    if !runtime.cloud.sites().any(|known| *known == name) {
        return false;
    }
    let error = match runtime.cloud.identity(&name).await {
        Err(error) if error.kind == ErrorKind::Connection => error,
        _ => return false,
    };
    let role = prior.get("replication_role_arn").and_then(Value::as_str);
    if let Some(role) = role.and_then(|role| role.parse().ok()) {
        runtime.note_site_role(&name, role);
    }
    diagnostics.warning_at(
        Path::root().attribute("name"),
        format!("Site \"{name}\" does not answer"),
        format!(
            "{}\n\nNothing is to be changed there, so it is shown as it was last seen.",
            error.detail()
        ),
    );
    true
}
