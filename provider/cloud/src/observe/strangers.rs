//! What others have put on a role of ours: policies that may deny what ours allow.

use replication::{RoleArn, Seen, SiteName};

use super::role::{ABSENT, decode, inline_policy, policy_names};
use super::seen;
use crate::cloud::Cloud;
use crate::error::CloudError;
use crate::failure::Failure;
use crate::operation::{GET_POLICY, GET_POLICY_VERSION, LIST_ATTACHED_POLICIES};
use crate::site::Site;

/// A policy of others on a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrangePolicy {
    /// Its name, or the ARN of one that is attached.
    pub name: String,
    /// What it says.
    pub document: Seen<String>,
}

impl Cloud {
    /// The policies of a role that are not ours: two calls, and one or two more for each that there is.
    ///
    /// # Errors
    ///
    /// Where IAM could not be asked. What it would not say is no error.
    pub async fn strange_policies(
        &self,
        site: &SiteName,
        role: &RoleArn,
        is_ours: impl Fn(&str) -> bool,
    ) -> Result<Seen<Vec<StrangePolicy>>, CloudError> {
        let site = self.inner.site(site).await?;
        self.strangers(&site, role.role_name(), is_ours)
            .await
            .map_err(|failure| failure.at(&site, format!("look at the policies of {role}"), None))
    }

    async fn strangers(
        &self,
        site: &Site,
        role: &str,
        is_ours: impl Fn(&str) -> bool,
    ) -> Result<Seen<Vec<StrangePolicy>>, Failure> {
        let (inline, attached) =
            futures::future::join(policy_names(self, site, role), attached(self, site, role)).await;
        let (inline, attached) = match (
            seen(inline.map(Some), &ABSENT)?,
            seen(attached.map(Some), &ABSENT)?,
        ) {
            (Seen::Present(inline), Seen::Present(attached)) => (inline, attached),
            (Seen::Denied { action, message }, _) | (_, Seen::Denied { action, message }) => {
                return Ok(Seen::Denied { action, message });
            }
            _ => return Ok(Seen::Absent),
        };
        let mut found = Vec::new();
        for name in inline.into_iter().filter(|name| !is_ours(name)) {
            let document = seen(inline_policy(self, site, role, &name).await, &ABSENT)?;
            found.push(StrangePolicy { name, document });
        }
        for name in attached {
            let document = seen(managed_policy(self, site, &name).await, &ABSENT)?;
            found.push(StrangePolicy { name, document });
        }
        Ok(Seen::Present(found))
    }
}

/// The ARNs of the managed policies on a role, page by page.
async fn attached(cloud: &Cloud, site: &Site, role: &str) -> Result<Vec<String>, Failure> {
    let mut arns = Vec::new();
    let mut marker = None;
    loop {
        let request = site
            .iam
            .list_attached_role_policies()
            .role_name(role)
            .set_marker(marker)
            .send();
        let page = cloud.inner.call(LIST_ATTACHED_POLICIES, request).await?;
        let policies = page.attached_policies().iter();
        arns.extend(policies.filter_map(|policy| policy.policy_arn().map(str::to_owned)));
        if !page.is_truncated() || page.marker().is_none() {
            return Ok(arns);
        }
        marker = page.marker().map(str::to_owned);
    }
}

/// What a managed policy says in the version that counts.
async fn managed_policy(cloud: &Cloud, site: &Site, arn: &str) -> Result<Option<String>, Failure> {
    let request = site.iam.get_policy().policy_arn(arn).send();
    let answer = cloud.inner.call(GET_POLICY, request).await?;
    let version = answer
        .policy()
        .and_then(|policy| policy.default_version_id());
    let Some(version) = version else {
        return Err(Failure::incomplete(GET_POLICY, "default version"));
    };
    let request = site.iam.get_policy_version().policy_arn(arn);
    let request = request.version_id(version).send();
    let answer = cloud.inner.call(GET_POLICY_VERSION, request).await?;
    let version = answer.policy_version();
    Ok(version.and_then(|version| version.document()).map(decode))
}
