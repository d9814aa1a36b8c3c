//! `east:orders->west:orders-dr`: what a pair is called in state, in `terraform import` and in reports.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{BucketName, NameError, SiteName};

/// The name of a pair: from which bucket of which site to which bucket of which other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PairId {
    /// The site of the source.
    pub source_site: SiteName,
    /// The bucket of the source.
    pub source_bucket: BucketName,
    /// The site of the destination.
    pub destination_site: SiteName,
    /// The bucket of the destination.
    pub destination_bucket: BucketName,
}

impl PairId {
    /// The same pair seen from the other side.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self {
            source_site: self.destination_site.clone(),
            source_bucket: self.destination_bucket.clone(),
            destination_site: self.source_site.clone(),
            destination_bucket: self.source_bucket.clone(),
        }
    }
}

impl fmt::Display for PairId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}->{}:{}",
            self.source_site, self.source_bucket, self.destination_site, self.destination_bucket
        )
    }
}

impl FromStr for PairId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let form = || {
            NameError(format!(
                "\"{text}\" is no pair id: write SITE:BUCKET->SITE:BUCKET, such as east:orders->west:orders-dr"
            ))
        };
        let (from, to) = text.split_once("->").ok_or_else(form)?;
        let (source_site, source_bucket) = from.split_once(':').ok_or_else(form)?;
        let (destination_site, destination_bucket) = to.split_once(':').ok_or_else(form)?;
        Ok(Self {
            source_site: source_site.trim().parse()?,
            source_bucket: source_bucket.trim().parse()?,
            destination_site: destination_site.trim().parse()?,
            destination_bucket: destination_bucket.trim().parse()?,
        })
    }
}

impl TryFrom<String> for PairId {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<PairId> for String {
    fn from(id: PairId) -> String {
        id.to_string()
    }
}
