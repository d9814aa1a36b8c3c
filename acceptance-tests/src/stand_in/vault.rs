//! Scality Vault as far as its administrators' API goes that the public client library knows: accounts, and keys of accounts.
//!
//! The accounts and keys are the emulator's, so that S3 and IAM know them: an account is its user `default`, who may do all.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::organizations::IamOf;
use super::{Asked, Refused, Said, Service, StandIn, lock};
use crate::lab::Keys;
use crate::{Lab, LabError};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its owner's address.
    pub email: String,
}

#[derive(Debug, Default)]
struct State {
    accounts: Vec<Account>,
    /// Every secret that was ever handed out.
    secrets: Vec<String>,
    /// How many more answers get lost after the work.
    lose: usize,
}

/// The user that an account's own keys belong to in the emulator.
pub const OWNER: &str = "default";

/// A Vault.
pub struct Vault {
    state: Mutex<State>,
    iam: IamOf,
}

const JSON: &str = "text/javascript";

/// How many accounts a page has: fewer than Vault's, so that a handful makes several.
const PAGE: usize = 2;

impl Vault {
    /// A Vault over the accounts of a lab, which this administrator manages.
    pub async fn start(lab: &Lab, admin: &Keys) -> Result<StandIn<Self>, LabError> {
        let stand_in = StandIn::start(Self {
            state: Mutex::default(),
            iam: lab.iam_of_any(),
        })
        .await?;
        stand_in.know(admin, "admin");
        Ok(stand_in)
    }

    /// An account that is there.
    pub async fn add(&self, id: &str, name: &str, email: &str) -> Result<(), LabError> {
        let broken = |error: String| LabError::new(format!("the account's owner: {error}"));
        let iam = (self.iam)(id);
        let made = iam.create_user().user_name(OWNER).send().await;
        made.map_err(|error| broken(format!("{error:?}")))?;
        let all = json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }],
        });
        let put = iam
            .put_user_policy()
            .user_name(OWNER)
            .policy_name("all")
            .policy_document(all.to_string())
            .send()
            .await;
        put.map_err(|error| broken(format!("{error:?}")))?;
        lock(&self.state).accounts.push(Account {
            id: id.to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
        });
        Ok(())
    }

    /// The accounts.
    pub fn accounts(&self) -> Vec<Account> {
        lock(&self.state).accounts.clone()
    }

    /// Every secret that was ever handed out.
    pub fn secrets(&self) -> Vec<String> {
        lock(&self.state).secrets.clone()
    }

    /// Does the work of the next so many calls that make something, and loses the answers.
    pub fn lose_answers(&self, count: usize) {
        lock(&self.state).lose = count;
    }

    /// The keys that an account has.
    pub async fn keys(&self, account: &str) -> Result<Vec<String>, LabError> {
        let listed = (self.iam)(account)
            .list_access_keys()
            .user_name(OWNER)
            .send()
            .await
            .map_err(|error| LabError::new(format!("the keys: {error:?}")))?;
        let ids = listed.access_key_metadata().iter();
        Ok(ids
            .filter_map(|key| key.access_key_id().map(str::to_owned))
            .collect())
    }

    /// A key of an account with this id.
    pub async fn make_key(&self, account: &str, id: &str, secret: &str) -> Result<(), String> {
        let made = (self.iam)(account)
            .create_access_key()
            .user_name(format!("{OWNER} {id} {secret}"))
            .send()
            .await;
        made.map(drop).map_err(|error| {
            let code = error.as_service_error().and_then(|it| it.meta().code());
            code.unwrap_or("InternalError").to_owned()
        })
    }

    fn list(&self, form: &BTreeMap<String, String>) -> Said {
        let from: usize = given(form, "Marker").parse().unwrap_or_default();
        let state = lock(&self.state);
        let page: Vec<Value> = state
            .accounts
            .iter()
            .skip(from)
            .take(PAGE)
            .map(account)
            .collect();
        let more = from + PAGE < state.accounts.len();
        let mut answer = json!({ "isTruncated": more, "accounts": page });
        if more && let Some(answer) = answer.as_object_mut() {
            answer.insert("marker".to_owned(), (from + PAGE).to_string().into());
        }
        ok(&answer)
    }

    async fn create(&self, form: &BTreeMap<String, String>) -> Said {
        let (name, email) = (given(form, "name"), given(form, "emailAddress"));
        if name.is_empty() || email.is_empty() {
            return refused(400, "ValidationError", "name and emailAddress are needed");
        }
        let id = {
            let state = lock(&self.state);
            let taken = |it: &Account| it.name == name || it.email == email;
            if state.accounts.iter().any(taken) {
                return refused(
                    409,
                    "EntityAlreadyExists",
                    "The request was rejected because it attempted to create a resource that already exists.",
                );
            }
            (5..10)
                .map(|digit| digit.to_string().repeat(12))
                .find(|id| state.accounts.iter().all(|it| it.id != *id))
        };
        let Some(id) = id else {
            return refused(409, "LimitExceeded", "no more accounts");
        };
        if let Err(error) = self.add(&id, &name, &email).await {
            return refused(500, "InternalError", &error.to_string());
        }
        if self.loses() {
            return None;
        }
        let made = Account { id, name, email };
        ok(&json!({ "account": { "data": account(&made) } }))
    }

    async fn generate(&self, form: &BTreeMap<String, String>) -> Said {
        let name = given(form, "AccountName");
        let account = {
            let state = lock(&self.state);
            state.accounts.iter().find(|it| it.name == name).cloned()
        };
        let Some(account) = account else {
            return refused(
                404,
                "NoSuchEntity",
                "The request was rejected because it referenced an entity that does not exist.",
            );
        };
        let (id, secret) = (
            given(form, "externalAccessKey"),
            given(form, "externalSecretKey"),
        );
        let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
        let plain = |c: char| c.is_ascii_alphanumeric() || "/+=".contains(c);
        if id.len() != 20 || !id.chars().all(upper) {
            return refused(400, "ValidationError", "invalid access key supplied");
        }
        if secret.len() != 40 || !secret.chars().all(plain) {
            return refused(400, "ValidationError", "invalid secret key supplied");
        }
        if given(form, "DurationSeconds").parse::<u32>().is_err() {
            return refused(400, "ValidationError", "invalid expiration time supplied");
        }
        lock(&self.state).secrets.push(secret.clone());
        if let Err(code) = self.make_key(&account.id, &id, &secret).await {
            return refused(409, &code, "the key is not made");
        }
        if self.loses() {
            return None;
        }
        ok(&json!({ "data": {
            "id": id, "value": secret, "createDate": "2026-01-01T00:00:00Z",
            "lastUsedDate": "2026-01-01T00:00:00Z", "status": "Active", "userId": account.id,
        } }))
    }

    fn loses(&self) -> bool {
        let mut state = lock(&self.state);
        let loses = state.lose > 0;
        state.lose = state.lose.saturating_sub(1);
        loses
    }
}

impl Service for Vault {
    const SCOPE: &'static str = "iam";

    fn operation(_: &BTreeMap<String, String>, body: &str) -> String {
        given(&form(body), "Action")
    }

    fn refuse(&self, why: &Refused) -> Said {
        match why {
            Refused::UnknownKey(_) => refused(
                403,
                "InvalidAccessKeyId",
                "The AWS access key Id you provided does not exist in our records.",
            ),
            other => refused(403, "SignatureDoesNotMatch", &format!("{other:?}")),
        }
    }

    fn answer(&self, asked: Asked) -> BoxFuture<'_, Said> {
        async move {
            let form = form(&asked.body);
            if given(&form, "Version") != "2010-05-08" {
                return refused(400, "ValidationError", "no such version");
            }
            match asked.operation.as_str() {
                "ListAccounts" => self.list(&form),
                "CreateAccount" => self.create(&form).await,
                "GenerateAccountAccessKey" => self.generate(&form).await,
                other => refused(400, "InvalidAction", other),
            }
        }
        .boxed()
    }
}

fn account(account: &Account) -> Value {
    json!({
        "arn": format!("arn:aws:iam::{}:/{}/", account.id, account.name),
        "id": account.id,
        "name": account.name,
        "emailAddress": account.email,
        "createDate": "2026-01-01T00:00:00Z",
        "canonicalId": account.id.repeat(5),
    })
}

fn given(form: &BTreeMap<String, String>, name: &str) -> String {
    form.get(name).cloned().unwrap_or_default()
}

fn form(body: &str) -> BTreeMap<String, String> {
    body.split('&')
        .filter_map(|field| field.split_once('='))
        .map(|(name, value)| (name.to_owned(), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let pair: Vec<u8> = rest.by_ref().take(2).collect();
                let pair = String::from_utf8_lossy(&pair).into_owned();
                bytes.extend(u8::from_str_radix(&pair, 16).ok());
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[allow(clippy::unnecessary_wraps, reason = "it is one of the ends of a call")]
fn ok(answer: &Value) -> Said {
    Some((200, JSON, answer.to_string()))
}

#[allow(clippy::unnecessary_wraps, reason = "it is one of the ends of a call")]
fn refused(status: u16, code: &str, words: &str) -> Said {
    let text = format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Code>{code}</Code><Message>{words}</Message></Error><RequestId>STANDIN0000</RequestId></ErrorResponse>"
    );
    Some((status, "application/xml", text))
}
