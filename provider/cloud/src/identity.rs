//! Who we are at a site.

use std::collections::BTreeMap;

use replication::{AccountId, Partition, Region};

/// What a site says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account of its credentials.
    pub account: AccountId,
    /// The partition of that account.
    pub partition: Partition,
    /// Its region.
    pub region: Region,
    /// Whose credentials they are.
    pub caller_arn: String,
    /// The endpoints given for it, by service; for any other service the SDK's own.
    pub endpoints: BTreeMap<String, String>,
}
