//! A site of the lab: a region of an account, and who works there.

use serde::Serialize;

/// A key pair. It belongs to the lab and opens nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Keys {
    /// The access key.
    pub access_key: String,
    /// The secret key.
    pub secret_key: String,
    /// The token of a session's keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_token: Option<String>,
}

impl Keys {
    /// The keys of an account's root.
    pub fn root(account: &str) -> Self {
        Self {
            access_key: account.to_owned(),
            secret_key: "test".to_owned(),
            session_token: None,
        }
    }
}

/// A region of an account, with the operator's keys: what a user of the provider has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Site {
    /// Its name in the provider block.
    pub name: String,
    /// The region.
    pub region: String,
    /// The account.
    pub account: String,
    /// Where all its APIs answer.
    pub endpoint: String,
    /// The operator's keys: only the permissions that the documentation lists.
    #[serde(flatten)]
    pub operator: Keys,
}

impl Site {
    /// The operator's ARN.
    pub fn operator_arn(&self) -> String {
        format!("arn:aws:iam::{}:user/operator", self.account)
    }
}
