//! Which account of an organization is the one to replicate to.
//!
//! An account is known by its name: the target is the one that is called as the source's owner is, or as a template makes of
//! that name. Names of accounts need not be unique, so a name that two have decides nothing.

use std::fmt;
use std::str::FromStr;

use crate::name::{AccountId, NameError};

pub mod keys;

/// What stands for the name of the source's account.
const ACCOUNT: &str = "{account}";

/// The longest name that an account may have.
const LONGEST: usize = 50;

/// What the target account is called: a text in which `{account}` stands for the name of the source's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountName(String);

impl Default for AccountName {
    fn default() -> Self {
        Self(ACCOUNT.to_owned())
    }
}

impl FromStr for AccountName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let plain = text.replace(ACCOUNT, "");
        if text.trim().is_empty() || plain.contains(['{', '}']) || plain.contains(char::is_control)
        {
            return Err(NameError(format!(
                "\"{text}\" is no name of an account: write a name, in which {ACCOUNT} stands for that of the source's account"
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AccountName {
    /// Whether the name of the source's account must be known.
    pub fn needs_source(&self) -> bool {
        self.0.contains(ACCOUNT)
    }

    /// The name, given that of the source's account.
    ///
    /// # Errors
    ///
    /// Where it is longer than a name of an account may be.
    pub fn name_for(&self, source: &str) -> Result<String, NameError> {
        let name = self.0.replace(ACCOUNT, source);
        if name.chars().count() > LONGEST {
            return Err(NameError(format!(
                "\"{name}\" is longer than the {LONGEST} characters that the name of an account may have"
            )));
        }
        Ok(name)
    }
}

/// The address of an account that is made: a text in which `{account}` stands for the account's name, in small letters and with
/// `-` in place of what an address may not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEmail(String);

impl FromStr for AccountEmail {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let plain = text.replace(ACCOUNT, "x");
        let right = plain.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && host.contains('.') && !host.contains('@')
        });
        if !right || plain.contains(['{', '}', ' ']) || plain.contains(char::is_control) {
            return Err(NameError(format!(
                "\"{text}\" is no address: write such as \"aws+{ACCOUNT}@example.com\", in which {ACCOUNT} stands for the account's name"
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

impl AccountEmail {
    /// The address for an account of this name.
    pub fn for_account(&self, name: &str) -> String {
        let fit = |c: char| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        };
        let name: String = name.chars().map(fit).collect();
        self.0.replace(ACCOUNT, &name)
    }
}

/// An account as an organization lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Its owner's address.
    pub email: Option<String>,
    /// Whether it can be worked in: not suspended, and not being closed.
    pub active: bool,
}

/// What a list of accounts says of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// This is the one.
    Found(AccountId),
    /// There is none.
    Missing {
        /// Accounts of the name that cannot be worked in.
        inactive: Vec<AccountId>,
        /// Whether the source's own account is the one of that name.
        is_source: bool,
    },
    /// More than one has the name: which is meant, nobody can tell.
    Several(Vec<AccountId>),
}

/// The account of this name, which is never the source's own: a copy beside what it is the copy of is none. No source: the list
/// is of another system than the source's account, where the same id is another account.
pub fn choose(listed: &[Listed], name: &str, source: Option<&AccountId>) -> Choice {
    let (same, others): (Vec<_>, Vec<_>) = listed
        .iter()
        .filter(|account| account.name == name)
        .partition(|account| Some(&account.id) == source);
    let (active, inactive): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|account| account.active);
    let ids = |accounts: Vec<&Listed>| -> Vec<AccountId> {
        let mut ids: Vec<_> = accounts.into_iter().map(|a| a.id.clone()).collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let mut active = ids(active);
    match (active.pop(), active.is_empty()) {
        (None, _) => Choice::Missing {
            inactive: ids(inactive),
            is_source: !same.is_empty(),
        },
        (Some(only), true) => Choice::Found(only),
        (Some(last), false) => {
            active.push(last);
            Choice::Several(active)
        }
    }
}

#[cfg(test)]
mod tests;
