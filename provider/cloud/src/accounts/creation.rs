//! A new account of an organization: asked for once, and waited for.

use std::time::Duration;

use aws_sdk_organizations::config::retry::RetryConfig;
use aws_sdk_organizations::types::{CreateAccountState, CreateAccountStatus};
use replication::{AccountId, SiteName};
use tokio::time::{Instant, sleep};

use super::of_organization;
use crate::cloud::Cloud;
use crate::error::{CloudError, ErrorKind};
use crate::failure::Failure;
use crate::job::Job;
use crate::operation::{CREATE_ACCOUNT, DESCRIBE_CREATE_ACCOUNT, LIST_CREATE_ACCOUNT};
use crate::site::Site;

/// How often is asked how far it is.
const INTERVAL: Duration = Duration::from_secs(2);
/// An account takes a minute or two. After so long something is wrong.
const BOUND: Duration = Duration::from_mins(15);
/// How long a new account may take until it can be entered and S3 answers there.
const SPREAD: Duration = Duration::from_mins(5);

/// An account to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Its name.
    pub name: String,
    /// Its owner's address, which no other account of AWS has.
    pub email: String,
    /// The role by which the organization's management account enters it.
    pub role: String,
}

impl Cloud {
    /// Makes an account in a site's organization and waits until it is there. A request of that name that is under way already
    /// is waited for instead.
    ///
    /// # Errors
    ///
    /// Where it cannot be asked for, fails, or is not there in time. What was asked for goes on by itself: whoever comes later
    /// finds the account, or the request under way.
    pub async fn create_account(
        &self,
        site: &SiteName,
        new: &NewAccount,
        job: &Job,
    ) -> Result<AccountId, CloudError> {
        let site = self.inner.site(site).await?;
        let what = || format!("make account \"{}\" in the organization", new.name);
        let mut status = match self.request_under_way(&site, &new.name).await {
            Ok(Some(status)) => {
                tracing::info!(
                    account = new.name,
                    "waiting for a request that is under way"
                );
                status
            }
            Ok(None) => self
                .ask_for(&site, new)
                .await
                .map_err(|failure| failure.at(&site, what(), None))?,
            Err(failure) => return Err(failure.at(&site, what(), None)),
        };
        let since = Instant::now();
        loop {
            match outcome(&status) {
                Outcome::Made(account) => return Ok(account),
                Outcome::Failed(reason) => {
                    let message = format!("the organization answers {reason}");
                    let mut error = of_organization(ErrorKind::Service, &site, what(), message);
                    error.operation = DESCRIBE_CREATE_ACCOUNT.to_string();
                    error.remedy = Some(remedy(&reason, new));
                    error.code = Some(reason);
                    return Err(error);
                }
                Outcome::UnderWay => {}
            }
            if let Some(kind) = pause(job, since, BOUND).await {
                let message = format!(
                    "it was asked for, and was not there after {} s",
                    since.elapsed().as_secs()
                );
                let mut error = of_organization(kind, &site, what(), message);
                error.remedy = Some(
                    "The organization goes on with it. Apply again: the request is found and waited for, and not made twice."
                        .to_owned(),
                );
                return Err(error);
            }
            let id = status.id.clone().unwrap_or_default();
            let request = site
                .organizations
                .describe_create_account_status()
                .create_account_request_id(id);
            let answer = self
                .inner
                .call(DESCRIBE_CREATE_ACCOUNT, request.send())
                .await
                .map_err(|failure| failure.at(&site, what(), None))?;
            status = answer.create_account_status.ok_or_else(|| {
                Failure::incomplete(DESCRIBE_CREATE_ACCOUNT, "status").at(&site, what(), None)
            })?;
        }
    }

    /// Waits until a new account lets us in and S3 answers there: both take a while to hear of it.
    ///
    /// # Errors
    ///
    /// The last answer, where it does not in time.
    pub async fn await_entered(
        &self,
        entered: &SiteName,
        account: &AccountId,
        job: &Job,
    ) -> Result<(), CloudError> {
        let since = Instant::now();
        loop {
            let tried = match self.prove_entered(entered, account).await {
                Ok(()) => self.prove(entered).await,
                Err(error) => Err(error),
            };
            let Err(error) = tried else { return Ok(()) };
            let may_come = matches!(error.kind, ErrorKind::Credentials | ErrorKind::Service);
            if !may_come || pause(job, since, SPREAD).await.is_some() {
                return Err(error);
            }
            tracing::debug!(site = %entered, answer = error.message, "waiting for a new account");
        }
    }

    /// The request for an account of this name that is under way.
    async fn request_under_way(
        &self,
        site: &Site,
        name: &str,
    ) -> Result<Option<CreateAccountStatus>, Failure> {
        let mut token = None;
        loop {
            let request = site
                .organizations
                .list_create_account_status()
                .states(CreateAccountState::InProgress)
                .set_next_token(token.take());
            let page = self.inner.call(LIST_CREATE_ACCOUNT, request.send()).await?;
            let found = page
                .create_account_statuses
                .unwrap_or_default()
                .into_iter()
                .find(|status| status.account_name() == Some(name));
            token = page.next_token.filter(|token| !token.is_empty());
            if found.is_some() || token.is_none() {
                return Ok(found);
            }
        }
    }

    async fn ask_for(&self, site: &Site, new: &NewAccount) -> Result<CreateAccountStatus, Failure> {
        tracing::info!(
            account = new.name,
            email = new.email,
            "asking for a new account"
        );
        // The SDK would send it again where the answer is lost, and the first may have been taken.
        let once =
            aws_sdk_organizations::config::Builder::new().retry_config(RetryConfig::disabled());
        let request = site
            .organizations
            .create_account()
            .account_name(&new.name)
            .email(&new.email)
            .role_name(&new.role)
            .customize()
            .config_override(once);
        match self.inner.call(CREATE_ACCOUNT, request.send()).await {
            Ok(answer) => answer
                .create_account_status
                .ok_or_else(|| Failure::incomplete(CREATE_ACCOUNT, "status")),
            Err(failure) if failure.kind == ErrorKind::Connection => {
                // The answer is lost: whether it was taken, the organization knows.
                match self.request_under_way(site, &new.name).await {
                    Ok(Some(status)) => Ok(status),
                    _ => Err(failure),
                }
            }
            Err(failure) => Err(failure),
        }
    }
}

enum Outcome {
    Made(AccountId),
    Failed(String),
    UnderWay,
}

fn outcome(status: &CreateAccountStatus) -> Outcome {
    match status.state() {
        Some(CreateAccountState::Succeeded) => {
            match status.account_id().and_then(|id| id.parse().ok()) {
                Some(account) => Outcome::Made(account),
                None => Outcome::Failed("without the new account's id".to_owned()),
            }
        }
        Some(CreateAccountState::Failed) => Outcome::Failed(
            status
                .failure_reason()
                .map_or_else(|| "FAILED without a reason".to_owned(), ToString::to_string),
        ),
        _ => Outcome::UnderWay,
    }
}

/// Waits before the next question, or says why there is none.
async fn pause(job: &Job, since: Instant, bound: Duration) -> Option<ErrorKind> {
    let until = job
        .deadline
        .map_or(since + bound, |deadline| deadline.min(since + bound));
    if Instant::now() + INTERVAL > until {
        return Some(ErrorKind::TimedOut);
    }
    tokio::select! {
        () = job.cancel.cancelled() => Some(ErrorKind::Cancelled),
        () = sleep(INTERVAL) => None,
    }
}

/// What to do where the organization does not make it.
fn remedy(reason: &str, new: &NewAccount) -> String {
    match reason {
        "EMAIL_ALREADY_EXISTS" => format!(
            "Another account of AWS has the address {} already, perhaps one that was closed: AWS never gives an address again. If it is the account that is meant, give it the name \"{}\"; else choose another `email` in `accounts`.",
            new.email, new.name
        ),
        "INVALID_EMAIL" => format!("AWS does not take the address {}: choose another `email` in `accounts`.", new.email),
        "ACCOUNT_LIMIT_EXCEEDED" => "The organization has as many accounts as it may: ask AWS for a higher quota, or close one that is not needed.".to_owned(),
        "CONCURRENT_ACCOUNT_MODIFICATION" | "INTERNAL_FAILURE" => "Apply again in a while. If it goes on, ask AWS Support.".to_owned(),
        "INVALID_ADDRESS" | "MISSING_PAYMENT_INSTRUMENT" | "INVALID_PAYMENT_INSTRUMENT" => "The management account's address or payment method is missing or invalid: mend it in AWS Billing.".to_owned(),
        _ => "What is to be done stands in AWS's documentation of CreateAccountStatus under this reason.".to_owned(),
    }
}
