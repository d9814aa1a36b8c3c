//! Accounts other than those of the sites' own credentials: what they are called, which there are, and the way into one.
//!
//! # Guarantees
//!
//! * A key that we make is one an account and process, says by its id whose it is, is renewed, and is deleted by
//!   [`Cloud::close`]; those of dead processes are deleted by the next. No key of anybody else's ever is.
//! * An account is entered once a process: the same site, region and endpoints, with the credentials of a role there. STS gives
//!   them, they are renewed before they expire, and they are nowhere but in memory.
//! * A new account is asked for once: a request that is under way is waited for, and no request is repeated whose answer was lost.

use replication::accounts::Listed;
use replication::{AccountId, RoleArn, SiteName};

use crate::cloud::Cloud;
use crate::config::AssumeRole;
use crate::error::{CloudError, ErrorFacts, ErrorKind};
use crate::failure::Failure;
use crate::operation::{DESCRIBE_ACCOUNT, LIST_ACCOUNT_ALIASES, LIST_ACCOUNTS};
use crate::site::Site;

mod creation;
pub(crate) mod keys;
pub(crate) mod vault;

pub use creation::NewAccount;
pub use vault::give_back_keys;

impl Cloud {
    /// What the account of a site is called: by its organization, or, where that may not be asked, by its alias.
    ///
    /// # Errors
    ///
    /// Where the services cannot be reached. That neither says a name is no error.
    pub async fn account_name(&self, site: &SiteName) -> Result<Option<String>, CloudError> {
        let account = self.identity(site).await?.account;
        let site = self.inner.site(site).await?;
        let what = || {
            format!(
                "find the name of account {account} of site \"{}\"",
                site.name
            )
        };
        let request = site
            .organizations
            .describe_account()
            .account_id(account.as_str());
        match self.inner.call(DESCRIBE_ACCOUNT, request.send()).await {
            Ok(answer) => {
                if let Some(name) = answer.account().and_then(|account| account.name()) {
                    return Ok(Some(name.to_owned()));
                }
            }
            Err(failure) if does_not_say(&failure) => {
                tracing::debug!(site = %site.name, answer = %failure.words(), "the organization does not say the account's name");
            }
            Err(failure) => return Err(failure.at(&site, what(), None)),
        }
        let request = site.iam.list_account_aliases();
        match self.inner.call(LIST_ACCOUNT_ALIASES, request.send()).await {
            Ok(answer) => Ok(answer.account_aliases().first().cloned()),
            Err(failure) if does_not_say(&failure) => Ok(None),
            Err(failure) => Err(failure.at(&site, what(), None)),
        }
    }

    /// The accounts of a site's organization.
    ///
    /// # Errors
    ///
    /// Where they are not listed.
    pub async fn list_accounts(&self, site: &SiteName) -> Result<Vec<Listed>, CloudError> {
        let site = self.inner.site(site).await?;
        let fail = |failure: Failure| {
            let what = format!(
                "list the accounts of the organization of site \"{}\"",
                site.name
            );
            failure.at(&site, what, None)
        };
        let mut accounts = Vec::new();
        let mut token = None;
        loop {
            let request = site
                .organizations
                .list_accounts()
                .set_next_token(token.take());
            let page = self
                .inner
                .call(LIST_ACCOUNTS, request.send())
                .await
                .map_err(fail)?;
            for account in page.accounts.unwrap_or_default() {
                let id = account
                    .id()
                    .ok_or_else(|| Failure::incomplete(LIST_ACCOUNTS, "id of an account"))
                    .and_then(|id| id.parse().map_err(|error| unusable(&error)));
                accounts.push(Listed {
                    id: id.map_err(fail)?,
                    active: is_active(&account),
                    name: account.name.unwrap_or_default(),
                    email: account.email,
                });
            }
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(accounts);
            }
        }
    }

    /// The same site in another account, entered by a role there. Nothing is asked of anybody but who we are at the site.
    ///
    /// # Errors
    ///
    /// Where the site cannot be reached, or the account is entered by another role already.
    pub async fn enter(
        &self,
        site: &SiteName,
        account: &AccountId,
        role: &str,
    ) -> Result<SiteName, CloudError> {
        let partition = self.identity(site).await?.partition;
        let role = RoleArn::of(&partition, account, "/", role);
        let entered = site.in_account(account);
        let config = self.inner.site_config(site)?;
        let assumed = AssumeRole {
            role_arn: role.to_string(),
            ..AssumeRole::default()
        };
        self.inner.add_entered(&entered, config, assumed)?;
        Ok(entered)
    }

    /// Proves that an account was entered, and that it is the one that was meant.
    ///
    /// # Errors
    ///
    /// Where its role does not let us in, or the credentials are of another account.
    pub async fn prove_entered(
        &self,
        entered: &SiteName,
        account: &AccountId,
    ) -> Result<(), CloudError> {
        let identity = self.identity(entered).await?;
        if identity.account == *account {
            return Ok(());
        }
        let what = format!("enter account {account}");
        let message = format!(
            "the credentials are of account {} ({})",
            identity.account, identity.caller_arn
        );
        let mut facts = ErrorFacts::of(ErrorKind::Unexpected, what, message);
        facts.site = Some(entered.clone());
        Err(facts.into())
    }
}

fn unusable(error: &replication::NameError) -> Failure {
    Failure::unusable(LIST_ACCOUNTS, error.to_string())
}

/// Whether the answer is merely that it is not for us to know, or that there is nothing to know.
fn does_not_say(failure: &Failure) -> bool {
    failure.is_denied()
        || failure.is_not_implemented()
        || failure.is(&[
            "AWSOrganizationsNotInUseException",
            "AccountNotFoundException",
            // What an endpoint says of a service that it does not have.
            "InvalidAction",
            "UnknownOperationException",
            "UnrecognizedOperation",
        ])
}

/// AWS is replacing `Status` by `State`; a system may answer either.
fn is_active(account: &aws_sdk_organizations::types::Account) -> bool {
    match account.state() {
        Some(state) => state.as_str() == "ACTIVE",
        #[allow(
            deprecated,
            reason = "the only one of the two that every system answers"
        )]
        None => account
            .status()
            .is_some_and(|status| status.as_str() == "ACTIVE"),
    }
}

/// An error of the organization that no single call made.
fn of_organization(kind: ErrorKind, site: &Site, what: String, message: String) -> CloudError {
    let mut facts = ErrorFacts::of(kind, what, message);
    facts.site = Some(site.name.clone());
    facts.into()
}
