//! AWS Organizations as far as accounts go: who is there, and new ones, which take a while.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use super::{Asked, Refused, Said, Service, StandIn, lock};
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
    /// `ACTIVE`, `SUSPENDED`.
    pub status: &'static str,
}

/// A request for an account.
#[derive(Debug, Clone)]
struct Wanted {
    id: String,
    name: String,
    email: String,
    role: String,
    /// How many more questions it is under way for.
    left: usize,
    outcome: Option<Result<String, String>>,
}

/// What goes wrong with the next request for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It fails in the end, for this reason.
    Fails(String),
    /// It is taken, and the connection breaks before the answer.
    AnswerLost,
    /// It is refused at once: the type of the exception, and its words.
    Refused(String, String),
}

#[derive(Debug, Default)]
struct State {
    accounts: Vec<Account>,
    wanted: Vec<Wanted>,
    trouble: Option<Trouble>,
}

/// IAM of an account as its root.
pub type IamOf = Box<dyn Fn(&str) -> aws_sdk_iam::Client + Send + Sync>;

/// The organization.
pub struct Organizations {
    management: String,
    state: Mutex<State>,
    iam: IamOf,
    /// How many questions a request is under way for.
    patience: usize,
}

const JSON: &str = "application/x-amz-json-1.1";

/// How many accounts a page has: fewer than AWS's, so that a handful makes several.
const PAGE: usize = 2;

impl Organizations {
    /// An organization that the operator of this account manages, over the accounts of a lab.
    pub async fn start(lab: &Lab, management: &str) -> Result<StandIn<Self>, LabError> {
        let stand_in = StandIn::start(Self {
            management: management.to_owned(),
            state: Mutex::default(),
            iam: lab.iam_of_any(),
            patience: 1,
        })
        .await?;
        for site in lab.sites() {
            stand_in.know(&site.operator, &site.account);
        }
        stand_in.service.add(management, "management", "ACTIVE");
        Ok(stand_in)
    }

    /// An account that is there.
    pub fn add(&self, id: &str, name: &str, status: &'static str) {
        lock(&self.state).accounts.push(Account {
            id: id.to_owned(),
            name: name.to_owned(),
            email: format!("{id}@example.com"),
            status,
        });
    }

    /// The accounts.
    pub fn accounts(&self) -> Vec<Account> {
        lock(&self.state).accounts.clone()
    }

    /// Changes an account's name or status.
    pub fn change(&self, id: &str, name: &str, status: &'static str) {
        for account in &mut lock(&self.state).accounts {
            if account.id == id {
                name.clone_into(&mut account.name);
                account.status = status;
            }
        }
    }

    /// What goes wrong with the next request for an account.
    pub fn trouble(&self, trouble: Trouble) {
        lock(&self.state).trouble = Some(trouble);
    }

    /// A request that somebody else made a moment ago.
    pub fn under_way(&self, name: &str, role: &str) {
        let mut state = lock(&self.state);
        let id = format!("car-{}", state.wanted.len());
        state.wanted.push(Wanted {
            id,
            name: name.to_owned(),
            email: "somebody@example.com".to_owned(),
            role: role.to_owned(),
            left: 2,
            outcome: None,
        });
    }

    /// The role by which the management account enters an account.
    pub async fn make_role(&self, account: &str, name: &str) -> Result<(), LabError> {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "AWS": format!("arn:aws:iam::{}:root", self.management) },
                "Action": "sts:AssumeRole",
            }],
        });
        let all = json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }],
        });
        let iam = (self.iam)(account);
        let made = iam
            .create_role()
            .role_name(name)
            .assume_role_policy_document(trust.to_string())
            .send()
            .await;
        made.map_err(|error| LabError::new(format!("the access role: {error:?}")))?;
        let put = iam
            .put_role_policy()
            .role_name(name)
            .policy_name("AdministratorAccess")
            .policy_document(all.to_string())
            .send()
            .await;
        put.map(drop)
            .map_err(|error| LabError::new(format!("the access role's policy: {error:?}")))
    }

    fn describe(&self, body: &Value) -> Said {
        let id = text(body, "AccountId");
        let state = lock(&self.state);
        match state.accounts.iter().find(|account| account.id == id) {
            Some(found) => ok(&json!({ "Account": account(found) })),
            None => refused(
                "AccountNotFoundException",
                "You specified an account that doesn't exist.",
            ),
        }
    }

    fn list(&self, body: &Value) -> Said {
        let from: usize = text(body, "NextToken").parse().unwrap_or_default();
        let state = lock(&self.state);
        let page: Vec<Value> = state
            .accounts
            .iter()
            .skip(from)
            .take(PAGE)
            .map(account)
            .collect();
        let mut answer = json!({ "Accounts": page });
        if from + PAGE < state.accounts.len()
            && let Some(answer) = answer.as_object_mut()
        {
            answer.insert("NextToken".to_owned(), (from + PAGE).to_string().into());
        }
        ok(&answer)
    }

    fn create(&self, body: &Value) -> Said {
        let mut state = lock(&self.state);
        let trouble = state.trouble.take();
        if let Some(Trouble::Refused(kind, words)) = &trouble {
            return refused(kind, words);
        }
        let wanted = Wanted {
            id: format!("car-{}", state.wanted.len()),
            name: text(body, "AccountName"),
            email: text(body, "Email"),
            role: text(body, "RoleName"),
            left: self.patience,
            outcome: match &trouble {
                Some(Trouble::Fails(reason)) => Some(Err(reason.clone())),
                _ => None,
            },
        };
        let answer = json!({ "CreateAccountStatus": status(&wanted) });
        state.wanted.push(wanted);
        if trouble == Some(Trouble::AnswerLost) {
            return None;
        }
        ok(&answer)
    }

    async fn describe_wanted(&self, body: &Value) -> Said {
        let id = text(body, "CreateAccountRequestId");
        let due = {
            let mut state = lock(&self.state);
            let next = (3..10)
                .map(|digit| digit.to_string().repeat(12))
                .find(|id| state.accounts.iter().all(|account| account.id != *id));
            let taken: Vec<String> = state.accounts.iter().map(|a| a.email.clone()).collect();
            let Some(wanted) = state.wanted.iter_mut().find(|wanted| wanted.id == id) else {
                return refused("CreateAccountStatusNotFoundException", "No such request.");
            };
            if wanted.left > 0 {
                wanted.left -= 1;
                return ok(&json!({ "CreateAccountStatus": status(wanted) }));
            }
            if wanted.outcome.is_none() {
                wanted.outcome = Some(if taken.contains(&wanted.email) {
                    Err("EMAIL_ALREADY_EXISTS".to_owned())
                } else {
                    next.ok_or_else(|| "ACCOUNT_LIMIT_EXCEEDED".to_owned())
                });
                let wanted = wanted.clone();
                if let Some(Ok(account)) = &wanted.outcome {
                    state.accounts.push(Account {
                        id: account.clone(),
                        name: wanted.name.clone(),
                        email: wanted.email.clone(),
                        status: "ACTIVE",
                    });
                    Some((account.clone(), wanted.role.clone()))
                } else {
                    None
                }
            } else {
                None
            }
        };
        if let Some((account, role)) = due
            && let Err(error) = self.make_role(&account, &role).await
        {
            return refused("ServiceException", &error.to_string());
        }
        let state = lock(&self.state);
        let wanted = state.wanted.iter().find(|wanted| wanted.id == id)?;
        ok(&json!({ "CreateAccountStatus": finished(wanted) }))
    }

    fn list_wanted(&self) -> Said {
        let state = lock(&self.state);
        let open = state
            .wanted
            .iter()
            .filter(|wanted| wanted.outcome.is_none());
        let open: Vec<Value> = open.map(status).collect();
        ok(&json!({ "CreateAccountStatuses": open }))
    }
}

impl Service for Organizations {
    const SCOPE: &'static str = "organizations";

    fn operation(headers: &BTreeMap<String, String>, _: &str) -> String {
        let target = headers.get("x-amz-target").map_or("", String::as_str);
        target.rsplit('.').next().unwrap_or_default().to_owned()
    }

    fn refuse(&self, why: &Refused) -> Said {
        match why {
            Refused::UnknownKey(_) => refused(
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ),
            other => refused("InvalidSignatureException", &format!("{other:?}")),
        }
    }

    fn answer(&self, asked: Asked) -> BoxFuture<'_, Said> {
        async move {
            if asked.account != self.management {
                return refused(
                    "AccessDeniedException",
                    "You don't have permissions to access this resource.",
                );
            }
            let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
            match asked.operation.as_str() {
                "DescribeAccount" => self.describe(&body),
                "ListAccounts" => self.list(&body),
                "CreateAccount" => self.create(&body),
                "DescribeCreateAccountStatus" => self.describe_wanted(&body).await,
                "ListCreateAccountStatus" => self.list_wanted(),
                other => refused("UnknownOperationException", other),
            }
        }
        .boxed()
    }
}

fn text(body: &Value, name: &str) -> String {
    let value = body.get(name).and_then(Value::as_str);
    value.unwrap_or_default().to_owned()
}

fn account(account: &Account) -> Value {
    json!({ "Id": account.id, "Name": account.name, "Email": account.email, "Status": account.status })
}

fn status(wanted: &Wanted) -> Value {
    json!({ "Id": wanted.id, "AccountName": wanted.name, "State": "IN_PROGRESS" })
}

fn finished(wanted: &Wanted) -> Value {
    match &wanted.outcome {
        Some(Ok(account)) => json!({
            "Id": wanted.id, "AccountName": wanted.name, "State": "SUCCEEDED", "AccountId": account,
        }),
        Some(Err(reason)) => json!({
            "Id": wanted.id, "AccountName": wanted.name, "State": "FAILED", "FailureReason": reason,
        }),
        None => status(wanted),
    }
}

#[allow(clippy::unnecessary_wraps, reason = "it is one of the ends of a call")]
fn ok(answer: &Value) -> Said {
    Some((200, JSON, answer.to_string()))
}

#[allow(clippy::unnecessary_wraps, reason = "it is one of the ends of a call")]
fn refused(kind: &str, words: &str) -> Said {
    let answer = json!({ "__type": kind, "Message": words });
    Some((400, JSON, answer.to_string()))
}
