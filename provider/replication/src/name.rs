//! Names as types: once one exists, it is valid.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

mod bucket_name;
mod namespace;
mod pair_id;

pub use bucket_name::BucketName;
pub use namespace::Namespace;
pub use pair_id::PairId;

/// Why a name was refused. The text names the rule that it breaks and repeats the name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NameError(pub String);

/// Implements what every validated text has in common: parsing, printing, serde through its text.
macro_rules! validated_text {
    ($name:ident, $check:path) => {
        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                $check(text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                $check(&text)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use validated_text;

/// The name of one of the provider's sites: letters, digits, `_`, `-` and `.`, at most 64 of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SiteName(String);
validated_text!(SiteName, check_site_name);

fn check_site_name(text: &str) -> Result<(), NameError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if text.is_empty() || text.len() > 64 || !text.chars().all(allowed) {
        return Err(NameError(format!(
            "\"{text}\" is no site name: use 1 to 64 letters, digits, '_', '-' or '.'"
        )));
    }
    Ok(())
}

impl SiteName {
    /// The same site entered in another account than that of its own credentials: `west/444455556666`. No text parses as such a
    /// name, so no configured site can have it.
    #[must_use]
    pub fn in_account(&self, account: &AccountId) -> Self {
        Self(format!("{}/{account}", self.configured()))
    }

    /// The name in the configuration, whatever the account.
    pub fn configured(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(name, _)| name)
    }
}

/// A 12-digit AWS account id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);
validated_text!(AccountId, check_account_id);

fn check_account_id(text: &str) -> Result<(), NameError> {
    if text.len() != 12 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NameError(format!(
            "\"{text}\" is no AWS account id: an account id is 12 digits"
        )));
    }
    Ok(())
}

/// A region such as `us-east-1`. S3-compatible systems name theirs freely, so only the form is checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(String);
validated_text!(Region, check_region);

fn check_region(text: &str) -> Result<(), NameError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if text.is_empty() || text.len() > 64 || !text.chars().all(allowed) {
        return Err(NameError(format!(
            "\"{text}\" is no region: use a name such as \"us-east-1\""
        )));
    }
    Ok(())
}

/// A partition of AWS: `aws`, `aws-cn`, `aws-us-gov` and so on. Nothing replicates from one to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Partition(String);
validated_text!(Partition, check_partition);

fn check_partition(text: &str) -> Result<(), NameError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.is_empty() || text.len() > 32 || !text.chars().all(allowed) {
        return Err(NameError(format!("\"{text}\" is no AWS partition")));
    }
    Ok(())
}

impl Partition {
    /// The DNS suffix of the partition's services, as `kms:ViaService` wants it.
    pub fn dns_suffix(&self) -> &'static str {
        match self.0.as_str() {
            "aws-cn" => "amazonaws.com.cn",
            _ => "amazonaws.com",
        }
    }
}

/// The name of a rule in a pair: its key in the `rules` map, and the end of the S3 rule's `ID`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuleName(String);
validated_text!(RuleName, check_rule_name);

fn check_rule_name(text: &str) -> Result<(), NameError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if text.is_empty() || text.len() > 128 || !text.chars().all(allowed) {
        return Err(NameError(format!(
            "\"{text}\" is no rule name: use 1 to 128 letters, digits, '_', '-' or '.'"
        )));
    }
    Ok(())
}

impl RuleName {
    /// The one rule of a pair that names none: everything in the bucket.
    pub fn everything() -> Self {
        Self("everything".to_owned())
    }
}

#[cfg(test)]
mod tests;
