//! Who we are at a site.

use std::collections::BTreeMap;

use replication::{AccountId, Partition, Region};

use crate::cloud::Inner;
use crate::error::CloudError;
use crate::failure::Failure;
use crate::operation::GET_CALLER_IDENTITY;
use crate::site::Site;

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
    /// The endpoints in force by service, where they are not the SDK's own: from the provider's sites, else from the
    /// environment or the profile.
    pub endpoints: BTreeMap<String, String>,
}

pub(crate) async fn ask(cloud: &Inner, site: &Site) -> Result<Identity, CloudError> {
    let answer = cloud
        .call(GET_CALLER_IDENTITY, site.sts.get_caller_identity().send())
        .await;
    answer
        .and_then(|answer| read(site, answer.account(), answer.arn()))
        .map_err(|failure| {
            let what = format!("find out who we are at site \"{}\"", site.name);
            failure.at(site, what, None)
        })
}

fn read(site: &Site, account: Option<&str>, arn: Option<&str>) -> Result<Identity, Failure> {
    let lacks = |what| Failure::incomplete(GET_CALLER_IDENTITY, what);
    let unusable =
        |e: replication::NameError| Failure::unusable(GET_CALLER_IDENTITY, e.to_string());
    let account = account.ok_or_else(|| lacks("account"))?;
    let arn = arn.ok_or_else(|| lacks("ARN"))?;
    let partition = arn.split(':').nth(1).ok_or_else(|| lacks("partition"))?;
    Ok(Identity {
        account: account.parse().map_err(unusable)?,
        partition: partition.parse().map_err(unusable)?,
        region: site.region.clone(),
        caller_arn: arn.to_owned(),
        endpoints: site.endpoints.clone(),
    })
}
