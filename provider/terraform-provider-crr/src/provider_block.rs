//! The provider block: many sites, one process.

use std::collections::{BTreeMap, BTreeSet};

use cloud::{AssumeRole, Cloud, CloudConfig, Retry, Secret, SiteConfig};
use replication::{AccountId, SiteName};
use serde::Deserialize;
use tfplugin::{Attr, ConfigureRequest, Diagnostics, Path, Value, from_value};

use crate::runtime::Runtime;

mod schema;

pub use schema::schema;

/// The provider block as it comes: anything may be unknown.
#[derive(Deserialize)]
struct Block {
    sites: Attr<BTreeMap<String, Attr<SiteBlock>>>,
    default_tags: Attr<BTreeMap<String, Attr<String>>>,
    max_concurrency: Attr<usize>,
    retry: Attr<RetryBlock>,
    trusted_account_ids: Attr<Vec<Attr<String>>>,
}

#[derive(Deserialize)]
struct SiteBlock {
    region: Attr<String>,
    profile: Attr<String>,
    admin_profile: Attr<String>,
    access_key: Attr<String>,
    secret_key: Attr<String>,
    session_token: Attr<String>,
    assume_role: Attr<AssumeRoleBlock>,
    endpoints: Attr<BTreeMap<String, Attr<String>>>,
    path_style: Attr<bool>,
    ca_bundle: Attr<String>,
    calls_per_second: Attr<u32>,
}

#[derive(Deserialize)]
struct AssumeRoleBlock {
    role_arn: Attr<String>,
    external_id: Attr<String>,
    session_name: Attr<String>,
    duration: Attr<String>,
    tags: Attr<BTreeMap<String, Attr<String>>>,
}

#[derive(Deserialize)]
struct RetryBlock {
    attempts: Attr<u32>,
    adaptive: Attr<bool>,
}

/// Takes values, and remembers the first attribute that is not known yet.
#[derive(Default)]
struct Taker {
    unknown: Option<String>,
}

impl Taker {
    fn take<T>(&mut self, name: &str, value: Attr<T>) -> Option<T> {
        if value.is_unknown() && self.unknown.is_none() {
            self.unknown = Some(name.to_owned());
        }
        value.known()
    }

    fn texts(
        &mut self,
        name: &str,
        value: Attr<BTreeMap<String, Attr<String>>>,
    ) -> BTreeMap<String, String> {
        self.take(name, value)
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((key, self.take(name, value)?)))
            .collect()
    }
}

/// Checks what the schema alone cannot.
pub fn validate(config: &Value, diagnostics: &mut Diagnostics) {
    let Some(block) = read(config, diagnostics) else {
        return;
    };
    let Some(sites) = block.sites.as_known() else {
        return;
    };
    for (name, site) in sites {
        let path = Path::root().attribute("sites").key(name);
        if let Err(error) = name.parse::<SiteName>() {
            diagnostics.error_at(path.clone(), "Not a site name", error.to_string());
        }
        let Some(site) = site.as_known() else {
            continue;
        };
        match (&site.access_key, &site.secret_key) {
            (Attr::Null, Attr::Null) if site.session_token.is_known() => diagnostics.error_at(
                path.attribute("session_token"),
                format!("Site \"{name}\" has a session token without keys"),
                "Set `access_key` and `secret_key`, too, or none of the three.",
            ),
            (Attr::Null, Attr::Null) => {}
            (Attr::Null, _) => diagnostics.error_at(
                path.attribute("secret_key"),
                format!("Site \"{name}\" has a secret key without an access key"),
                "Set both, or neither to use the SDK's usual chain.",
            ),
            (_, Attr::Null) => diagnostics.error_at(
                path.attribute("access_key"),
                format!("Site \"{name}\" has an access key without a secret key"),
                "Set both, or neither to use the SDK's usual chain.",
            ),
            _ => {}
        }
    }
}

fn read(config: &Value, diagnostics: &mut Diagnostics) -> Option<Block> {
    match from_value(config) {
        Ok(block) => Some(block),
        Err(error) => {
            diagnostics.error_at(
                error.path,
                "The provider block cannot be read",
                error.message,
            );
            None
        }
    }
}

/// Makes the runtime. No call is made yet: a site is spoken to when the first resource names it.
pub fn configure(request: &ConfigureRequest, diagnostics: &mut Diagnostics) -> Option<Runtime> {
    let terraform = (
        "Terraform".to_owned(),
        Some(request.terraform_version.clone()),
    );
    runtime(&request.config, vec![terraform], diagnostics)
}

/// Makes the runtime of a provider block, whoever read it.
pub(crate) fn runtime(
    block: &Value,
    user_agent: Vec<(String, Option<String>)>,
    diagnostics: &mut Diagnostics,
) -> Option<Runtime> {
    let given = without_keys(block);
    let block = read(block, diagnostics)?;
    let mut taker = Taker::default();
    let mut config = CloudConfig {
        user_agent,
        ..CloudConfig::default()
    };
    for (name, site) in taker.take("sites", block.sites).into_iter().flatten() {
        let label = format!("sites[\"{name}\"]");
        let path = Path::root().attribute("sites").key(&name);
        let name: SiteName = match name.parse() {
            Ok(name) => name,
            Err(error) => {
                diagnostics.error_at(path, "Not a site name", error.to_string());
                continue;
            }
        };
        if let Some(site) = taker.take(&label, site) {
            config.sites.insert(name, resolve(site, &label, &mut taker));
        }
    }
    if let Some(retry) = taker.take("retry", block.retry) {
        let usual = Retry::default();
        config.retry = Retry {
            attempts: taker
                .take("retry.attempts", retry.attempts)
                .unwrap_or(usual.attempts),
            adaptive: taker
                .take("retry.adaptive", retry.adaptive)
                .unwrap_or(usual.adaptive),
        };
    }
    if let Some(calls) = taker.take("max_concurrency", block.max_concurrency) {
        config.max_concurrency = calls;
    }
    let default_tags = taker.texts("default_tags", block.default_tags);
    let trusted = taker
        .take("trusted_account_ids", block.trusted_account_ids)
        .map(|ids| trusted(ids, &mut taker, diagnostics));
    match Cloud::new(config) {
        Ok(cloud) => {
            let mut runtime = Runtime::new(cloud);
            runtime.unknown = taker.unknown;
            runtime.default_tags = default_tags;
            runtime.trusted_accounts = trusted;
            runtime.block = given;
            Some(runtime)
        }
        Err(error) => {
            let path = error.site.as_ref().map_or_else(Path::root, |site| {
                Path::root().attribute("sites").key(site.as_str())
            });
            crate::diagnostics::add_error(path, &error, diagnostics);
            None
        }
    }
}

/// The attributes of a site that are secrets.
pub(crate) const KEYS: [&str; 3] = ["access_key", "secret_key", "session_token"];

/// The block as it may be shown: who works with it gets its keys elsewhere.
fn without_keys(block: &Value) -> Value {
    let mut block = block.clone();
    if let Some(Value::Map(sites)) = block.get("sites").cloned() {
        let sites = sites.into_iter().map(|(name, mut site)| {
            for key in KEYS {
                if site.get(key).is_some() {
                    site.set(key, Value::Null);
                }
            }
            (name, site)
        });
        block.set("sites", Value::map(sites));
    }
    block
}

fn trusted(
    ids: Vec<Attr<String>>,
    taker: &mut Taker,
    diagnostics: &mut Diagnostics,
) -> BTreeSet<AccountId> {
    let mut accounts = BTreeSet::new();
    for id in ids {
        let Some(id) = taker.take("trusted_account_ids", id) else {
            continue;
        };
        match id.parse::<AccountId>() {
            Ok(account) => {
                accounts.insert(account);
            }
            Err(error) => diagnostics.error_at(
                Path::root().attribute("trusted_account_ids"),
                "Not an account id",
                error.to_string(),
            ),
        }
    }
    accounts
}

fn resolve(site: SiteBlock, label: &str, taker: &mut Taker) -> SiteConfig {
    let mut text = |name: &str, value: Attr<String>| taker.take(&format!("{label}.{name}"), value);
    let mut config = SiteConfig {
        region: text("region", site.region),
        profile: text("profile", site.profile),
        admin_profile: text("admin_profile", site.admin_profile),
        access_key: text("access_key", site.access_key).map(Secret::new),
        secret_key: text("secret_key", site.secret_key).map(Secret::new),
        session_token: text("session_token", site.session_token).map(Secret::new),
        ca_bundle: text("ca_bundle", site.ca_bundle),
        ..SiteConfig::default()
    };
    config.path_style = taker
        .take(&format!("{label}.path_style"), site.path_style)
        .unwrap_or_default();
    config.calls_per_second =
        taker.take(&format!("{label}.calls_per_second"), site.calls_per_second);
    config.endpoints = taker.texts(&format!("{label}.endpoints"), site.endpoints);
    config.assume_role = taker
        .take(&format!("{label}.assume_role"), site.assume_role)
        .map(|role| {
            let label = format!("{label}.assume_role");
            AssumeRole {
                role_arn: taker.take(&label, role.role_arn).unwrap_or_default(),
                external_id: taker.take(&label, role.external_id),
                session_name: taker.take(&label, role.session_name),
                duration: taker
                    .take(&label, role.duration)
                    .and_then(|text| crate::duration::parse(&text).ok()),
                tags: taker.texts(&label, role.tags),
            }
        });
    config
}
