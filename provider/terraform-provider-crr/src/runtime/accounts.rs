//! The accounts that this run has entered besides those of the sites' own credentials.

use std::collections::BTreeMap;
use std::sync::Mutex;

use replication::SiteName;

use super::lock;

/// What the process has found out about accounts.
#[derive(Default)]
pub struct Accounts {
    entered: Mutex<BTreeMap<Question, (SiteName, SiteName)>>,
    /// Held while an account is looked for and made: two echoes may want the same.
    pub(crate) making: tokio::sync::Mutex<()>,
}

/// What decides which account it is, and how it is entered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Question {
    pub source: SiteName,
    pub target: SiteName,
    pub mode: &'static str,
    pub name: String,
    /// The role that enters it, or the source's account.
    pub by: Option<String>,
}

impl Accounts {
    /// The source and the target.
    pub(crate) fn entered(&self, question: &Question) -> Option<(SiteName, SiteName)> {
        let entered = lock(&self.entered);
        entered.get(question).cloned()
    }

    pub(crate) fn note(&self, question: Question, source: SiteName, target: SiteName) {
        let mut entered = lock(&self.entered);
        entered.insert(question, (source, target));
    }
}
