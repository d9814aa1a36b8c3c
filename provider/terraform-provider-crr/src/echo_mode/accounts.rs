//! `accounts`: which account the target is, and the way into it.
//!
//! # Flow
//!
//! [`place`] turns the attribute into the two sites that the echo works at: those of the configuration, or the same ones entered
//! in another account. Everything after that sees only sites. Nothing is made before apply: [`make`] makes an account that
//! [`place`] found missing and the configuration wants.

use cloud::Job;
use cloud::accounts::NewAccount;
use replication::accounts::Listed;
use replication::{AccountId, Site, SiteName};
use tfplugin::{Diagnostics, Path, Value};

use crate::diagnostics::add_error;
use crate::known::Missing;
use crate::runtime::{Runtime, SiteLookup};

mod organization;
pub(super) mod schema;
mod vault;

use schema::Wish;

/// Where an echo works.
pub(super) enum Place {
    /// At the sites as the provider block has them.
    AsConfigured,
    /// At these.
    At { source: SiteName, target: SiteName },
    /// In an account that is yet to be made.
    Awaited(Box<Creation>),
    /// Something is known after apply only.
    Unknown,
    /// A diagnostic says what is wrong.
    Failed,
}

/// An account that is yet to be made, and where.
#[derive(Debug, Clone)]
pub struct Creation {
    pub target: SiteName,
    pub new: New,
}

impl Creation {
    /// What the account will be called.
    pub fn name(&self) -> &str {
        match &self.new {
            New::InOrganization(new) => &new.name,
            New::InVault { name, .. } => name,
        }
    }
}

/// What is to be made.
#[derive(Debug, Clone)]
pub enum New {
    /// An account of the target's organization.
    InOrganization(NewAccount),
    /// An account of the target's Vault.
    InVault { name: String, email: String },
}

fn at(name: &str) -> Path {
    Path::root().attribute("accounts").attribute(name)
}

/// The sites that the echo works at.
pub(super) async fn place(
    value: &Value,
    runtime: &Runtime,
    diagnostics: &mut Diagnostics,
) -> Place {
    let wanted = match schema::wish(value, diagnostics) {
        Ok(wanted) => wanted,
        Err(Missing::Unknown) => return Place::Unknown,
        Err(Missing::Failed) => return Place::Failed,
    };
    match wanted {
        Wish::Same => Place::AsConfigured,
        Wish::Organizations(wanted) => {
            let (source, target) = match sites(value, runtime, diagnostics).await {
                Ok(sites) => sites,
                Err(other) => return other,
            };
            match organization::find(&wanted, &source, &target, runtime, diagnostics).await {
                Ok(target) => Place::At {
                    source: source.name,
                    target,
                },
                Err(other) => other,
            }
        }
        Wish::Vault(wanted) => match vault::place(value, &wanted, runtime, diagnostics).await {
            Ok((source, target)) => Place::At { source, target },
            Err(other) => other,
        },
    }
}

/// The two sites of the provider block.
async fn sites(
    value: &Value,
    runtime: &Runtime,
    diagnostics: &mut Diagnostics,
) -> Result<(Site, Site), Place> {
    let source = site("source", value, runtime, diagnostics).await?;
    let target = site("target", value, runtime, diagnostics).await?;
    Ok((source, target))
}

/// The name of a site that an attribute has.
fn named(label: &str, value: &Value, diagnostics: &mut Diagnostics) -> Result<SiteName, Place> {
    let name = match value.get(label) {
        Some(name) if name.is_unknown() => return Err(Place::Unknown),
        name => name.and_then(Value::as_str).map(str::parse::<SiteName>),
    };
    if let Some(Ok(name)) = name {
        return Ok(name);
    }
    let path = Path::root().attribute(label);
    diagnostics.error_at(path, "Not a site name", "Name one of the provider's sites.");
    Err(Place::Failed)
}

/// A site of the provider block, and who we are there.
async fn site(
    label: &str,
    value: &Value,
    runtime: &Runtime,
    diagnostics: &mut Diagnostics,
) -> Result<Site, Place> {
    let name = named(label, value, diagnostics)?;
    let path = Path::root().attribute(label);
    match runtime.site(&name, path, diagnostics).await {
        SiteLookup::Known(site) => Ok(site),
        SiteLookup::Unknown => Err(Place::Unknown),
        SiteLookup::Failed => Err(Place::Failed),
    }
}

fn several(name: &str, accounts: &[AccountId], target: &SiteName, diagnostics: &mut Diagnostics) {
    let ids: Vec<&str> = accounts.iter().map(AccountId::as_str).collect();
    diagnostics.error_at(
        at("name"),
        format!("{} accounts are named \"{name}\"", accounts.len()),
        format!(
            "At site \"{target}\" they are {}. Which is meant cannot be told: rename one of them, or give another `name`.",
            ids.join(" and ")
        ),
    );
}

fn missing(
    name: &str,
    inactive: &[AccountId],
    is_source: bool,
    listed: &[Listed],
    place: &str,
    diagnostics: &mut Diagnostics,
) {
    let mut detail = format!(
        "The {place} has {} account(s), and none of that name to replicate to.",
        listed.len()
    );
    if !inactive.is_empty() {
        let ids: Vec<&str> = inactive.iter().map(AccountId::as_str).collect();
        detail.push_str(" Suspended or closed ones do not count: ");
        detail.push_str(&ids.join(", "));
        detail.push('.');
    }
    if is_source {
        detail.push_str(" The source's own account has it, which is no place for the copies: give another `name`, such as \"{account}-dr\".");
    }
    detail.push_str(" Make the account, or set `create = true` with an `email`.");
    diagnostics.error_at(
        at("name"),
        format!("No account is named \"{name}\""),
        detail,
    );
}

/// What a plan says of an account that the apply will make.
pub(super) fn tell(creation: &Creation, diagnostics: &mut Diagnostics) {
    let target = &creation.target;
    let (name, detail) = match &creation.new {
        New::InOrganization(NewAccount { name, email, role }) => (
            name,
            format!(
                "The organization of site \"{target}\" has none of that name. It is made with the address {email} and the role {role}, and which buckets are then protected is known after apply. An account cannot simply be unmade: destroy does not close it, closing is done by hand in AWS Organizations and takes 90 days, and its address is never free again."
            ),
        ),
        New::InVault { name, email } => (
            name,
            format!(
                "Vault of site \"{target}\" has none of that name. It is made with the address {email}, and which buckets are then protected is known after apply. Destroy does not delete it."
            ),
        ),
    };
    let summary = format!("Account \"{name}\" will be created");
    diagnostics.warning_at(at("create"), summary, detail);
}

/// Makes the account, unless somebody has made it meanwhile, and waits until it can be worked in.
pub(super) async fn make(
    value: &Value,
    runtime: &Runtime,
    job: &Job,
    diagnostics: &mut Diagnostics,
) {
    let _making = runtime.accounts.making.lock().await;
    let Place::Awaited(creation) = place(value, runtime, diagnostics).await else {
        return;
    };
    let made = match &creation.new {
        New::InOrganization(new) => {
            organization::make(value, &creation.target, new, runtime, job).await
        }
        New::InVault { name, email } => {
            let made = runtime
                .cloud
                .create_vault_account(&creation.target, name, email);
            made.await.map(drop)
        }
    };
    if let Err(error) = made {
        add_error(at("create"), &error, diagnostics);
    }
}
