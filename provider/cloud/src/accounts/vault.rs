//! Scality Vault: the accounts of a system that is no AWS, by the API of its administrators.
//!
//! Its wire is IAM's: a form that is posted to `/`, signed for `iam` in `us-east-1`, errors as IAM's XML. Only the answers are
//! JSON. So the calls go through an IAM client with the body exchanged, and have its signatures, retries and errors.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeSerializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::SensitiveOutput;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use replication::accounts::Listed;
use replication::accounts::keys::EXPIRES_AFTER;
use replication::{AccountId, SiteName};
use serde_json::Value;

use super::keys::Keys;
use crate::cloud::{Cloud, Inner};
use crate::config::Secret;
use crate::error::{CloudError, ErrorKind};
use crate::exchange::{KeepBody, SendBody};
use crate::failure::Failure;
use crate::operation::{
    DELETE_ACCESS_KEY, LIST_ACCESS_KEYS, Operation, VAULT_CREATE_ACCOUNT,
    VAULT_GENERATE_ACCOUNT_ACCESS_KEY, VAULT_LIST_ACCOUNTS,
};
use crate::site::Site;

/// The region that Vault's signatures name, wherever it is.
pub(crate) const REGION: &str = "us-east-1";
/// How many accounts one call answers: the most that it gives.
const PAGE: &str = "1000";
/// What Vault says where there is one already.
const EXISTS: [&str; 2] = ["EntityAlreadyExists", "EntityAlreadyExistsException"];

impl Cloud {
    /// The accounts of a site's Vault.
    ///
    /// # Errors
    ///
    /// Where they are not listed.
    pub async fn list_vault_accounts(&self, site: &SiteName) -> Result<Vec<Listed>, CloudError> {
        let site = self.inner.site(site).await?;
        list(&self.inner, &site).await.map_err(|failure| {
            let what = format!("list the accounts of Vault at site \"{}\"", site.name);
            failure.at(&site, what, None)
        })
    }

    /// Whether two sites have one Vault, and so one set of accounts.
    pub fn share_vault(&self, one: &SiteName, other: &SiteName) -> bool {
        let endpoint = |site| {
            let config = self.inner.site_config(site).ok()?;
            config.endpoints.get("vault").cloned()
        };
        endpoint(one).is_some() && endpoint(one) == endpoint(other)
    }

    /// Makes an account in a site's Vault.
    ///
    /// # Errors
    ///
    /// Where Vault refuses: names and addresses are given once.
    pub async fn create_vault_account(
        &self,
        site: &SiteName,
        name: &str,
        email: &str,
    ) -> Result<AccountId, CloudError> {
        let site = self.inner.site(site).await?;
        let what = || format!("make account \"{name}\" in Vault at site \"{}\"", site.name);
        tracing::info!(account = name, email, "making an account");
        let parameters = [("name", name), ("emailAddress", email)];
        let made = match ask(&self.inner, &site, VAULT_CREATE_ACCOUNT, &parameters).await {
            Ok(answer) => answer
                .pointer("/account/data")
                .or_else(|| answer.get("account"))
                .and_then(account)
                .ok_or_else(|| Failure::incomplete(VAULT_CREATE_ACCOUNT, "account's id")),
            // The first try may have been taken and its answer lost; or somebody else made it meanwhile.
            Err(failure) if failure.is(&EXISTS) => {
                let listed = list(&self.inner, &site).await;
                let found = listed.map(|all| all.into_iter().find(|it| it.name == name));
                found.and_then(|found| found.ok_or(failure))
            }
            Err(failure) => Err(failure),
        };
        made.map(|account| account.id).map_err(|failure| {
            let taken = failure.is(&EXISTS);
            let mut error = failure.at(&site, what(), None);
            if taken {
                error.remedy = Some(format!(
                    "Another account has the address {email}. If it is the one that is meant, name it by `name` in `accounts`; else give another `email`."
                ));
            }
            error
        })
    }

    /// The same site in an account of its Vault, with an access key of our own making. What is left over of dead processes goes.
    ///
    /// # Errors
    ///
    /// Where Vault gives no key, or the account is entered by a role already.
    pub async fn enter_by_key(
        &self,
        site: &SiteName,
        account: &AccountId,
        name: &str,
    ) -> Result<SiteName, CloudError> {
        let entered = site.in_account(account);
        let config = self.inner.site_config(site)?;
        let keys = Keys::new(&self.inner, site.clone(), entered.clone(), name.to_owned());
        let keys = self.inner.add_keyed(&entered, config, keys)?;
        {
            let mut clouds = lock();
            if !clouds.iter().any(|it| Arc::ptr_eq(&it.inner, &self.inner)) {
                clouds.push(self.clone());
            }
        }
        keys.current().await?;
        self.inner.sweep(&entered).await;
        Ok(entered)
    }

    /// Gives all keys back that were made. To be called when the work is over; nothing works after it at the sites that were
    /// entered by them.
    pub async fn close(&self) {
        lock().retain(|other| !Arc::ptr_eq(&other.inner, &self.inner));
        let closing = self
            .inner
            .keys()
            .into_iter()
            .map(|keys| async move {
                if let Err(error) = keys.close().await {
                    tracing::warn!(account = keys.account, error = %error, "an access key could not be given back: the next process deletes it");
                }
            });
        futures::future::join_all(closing).await;
    }
}

/// The clouds of this process that have made keys: whatever becomes of the work, they are to be given back.
static WITH_KEYS: Mutex<Vec<Cloud>> = Mutex::new(Vec::new());

fn lock() -> MutexGuard<'static, Vec<Cloud>> {
    WITH_KEYS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives back the keys of all clouds of this process: what a program does last, however its work has ended.
pub async fn give_back_keys() {
    let clouds = std::mem::take(&mut *lock());
    for cloud in clouds {
        cloud.close().await;
    }
}

impl Inner {
    /// Deletes an account's keys that nobody uses any more. That it cannot be done keeps nobody from the work.
    pub(crate) async fn sweep(&self, entered: &SiteName) {
        for keys in self.keys() {
            if keys.is_for(entered)
                && let Err(error) = keys.sweep().await
            {
                tracing::warn!(site = %entered, error = %error, "left-over access keys could not be deleted");
            }
        }
    }
}

async fn list(cloud: &Inner, site: &Site) -> Result<Vec<Listed>, Failure> {
    let mut accounts = Vec::new();
    let mut marker = String::new();
    loop {
        let mut parameters = vec![("MaxItems", PAGE)];
        if !marker.is_empty() {
            parameters.push(("Marker", marker.as_str()));
        }
        let answer = ask(cloud, site, VAULT_LIST_ACCOUNTS, &parameters).await?;
        let page = answer.get("accounts").and_then(Value::as_array);
        for listed in page.into_iter().flatten() {
            let account = account(listed)
                .ok_or_else(|| Failure::incomplete(VAULT_LIST_ACCOUNTS, "id of an account"))?;
            accounts.push(account);
        }
        let truncated = answer.get("isTruncated").and_then(Value::as_bool) == Some(true);
        let next = match answer.get("marker") {
            Some(Value::String(next)) => next.clone(),
            Some(Value::Number(next)) => next.to_string(),
            _ => String::new(),
        };
        if !truncated || next.is_empty() || next == marker {
            return Ok(accounts);
        }
        marker = next;
    }
}

fn account(said: &Value) -> Option<Listed> {
    let text = |name: &str| said.get(name).and_then(Value::as_str);
    Some(Listed {
        id: text("id")?.parse().ok()?,
        name: text("name").unwrap_or_default().to_owned(),
        email: text("emailAddress").map(str::to_owned),
        active: true,
    })
}

/// Makes a key of an account, with an id and a secret that are given.
pub(super) async fn make_key(
    cloud: &Inner,
    site: &Site,
    account: &str,
    id: &str,
    secret: &Secret,
) -> Result<(), CloudError> {
    let expires = EXPIRES_AFTER.to_string();
    let parameters = [
        ("AccountName", account),
        ("externalAccessKey", id),
        ("externalSecretKey", secret.reveal()),
        // What a Vault that does not know it leaves unread.
        ("DurationSeconds", &expires),
    ];
    match ask(cloud, site, VAULT_GENERATE_ACCOUNT_ACCESS_KEY, &parameters).await {
        Ok(answer) => {
            let made = answer.pointer("/data/id").or_else(|| answer.get("id"));
            if made.and_then(Value::as_str).is_none_or(|made| made == id) {
                return Ok(());
            }
            Err(Failure::unusable(
                VAULT_GENERATE_ACCOUNT_ACCESS_KEY,
                "it made a key of another id than was asked for".to_owned(),
            ))
        }
        // The first try was taken and its answer lost: nobody else makes keys of this id.
        Err(failure) if failure.is(&EXISTS) => Ok(()),
        Err(failure) => Err(failure),
    }
    .map_err(|failure| {
        let what = format!("make an access key for account \"{account}\"");
        failure.at(site, what, None)
    })
}

/// The ids of the keys of the account that asks.
pub(super) async fn list_keys(cloud: &Inner, site: &Site) -> Result<Vec<String>, CloudError> {
    let mut ids = Vec::new();
    let mut marker = None;
    loop {
        let request = site.iam.list_access_keys().set_marker(marker.take());
        let page = cloud
            .call(LIST_ACCESS_KEYS, request.send())
            .await
            .map_err(|failure| failure.at(site, "list the account's keys".to_owned(), None))?;
        ids.extend(
            page.access_key_metadata
                .into_iter()
                .filter_map(|key| key.access_key_id),
        );
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            return Ok(ids);
        }
    }
}

/// Deletes a key of the account that asks, which may be the one that it asks with.
pub(super) async fn delete_key(cloud: &Inner, site: &Site, id: &str) -> Result<(), CloudError> {
    let request = site.iam.delete_access_key().access_key_id(id);
    match cloud.call(DELETE_ACCESS_KEY, request.send()).await {
        Ok(_) => Ok(()),
        Err(failure) if failure.is(&["NoSuchEntity"]) => Ok(()),
        // The answer was lost and the key was the one that asks.
        Err(failure) if failure.kind == ErrorKind::Credentials => Ok(()),
        Err(failure) => Err(failure.at(site, format!("delete access key {id}"), None)),
    }
}

/// One call to Vault.
async fn ask(
    cloud: &Inner,
    site: &Site,
    operation: Operation,
    parameters: &[(&str, &str)],
) -> Result<Value, Failure> {
    let Some(vault) = &site.vault else {
        let mut failure = Failure::unusable(
            operation,
            "the site has no endpoint of Vault: give it `vault` in its `endpoints`".to_owned(),
        );
        failure.kind = ErrorKind::Configuration;
        return Err(failure);
    };
    let kept = KeepBody::default();
    let request = vault
        // Which call of IAM's it is, is nothing to Vault: its name goes with the body. This one's answer is not looked at.
        .create_account_alias()
        .account_alias("unused")
        .customize()
        .interceptor(SendBody(form(operation, parameters)))
        .interceptor(kept.clone())
        .interceptor(Hush)
        .send();
    cloud.call(operation, request).await?;
    let body = kept.take().unwrap_or_default();
    serde_json::from_slice(&body)
        .map_err(|error| Failure::unusable(operation, format!("the answer is no JSON: {error}")))
}

/// A form as it is posted.
fn form(operation: Operation, parameters: &[(&str, &str)]) -> String {
    let mut body = format!("Action={}&Version=2010-05-08", operation.name);
    for (name, value) in parameters {
        body.push('&');
        body.push_str(name);
        body.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                body.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(body, "%{byte:02X}");
            }
        }
    }
    body
}

/// Keeps the answer out of the SDK's own logs: a secret may be in it.
#[derive(Debug)]
struct Hush;

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Hush {
    fn name(&self) -> &'static str {
        "Hush"
    }

    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        bag.interceptor_state().store_put(SensitiveOutput);
        Ok(())
    }
}
