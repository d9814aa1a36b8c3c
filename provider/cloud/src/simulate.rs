//! The service's own evaluation of policies.

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum};
use replication::SiteName;
use replication::policy::evaluate::{Decision, Request};

use crate::cloud::Cloud;
use crate::error::CloudError;
use crate::failure::Failure;
use crate::operation::SIMULATE_CUSTOM_POLICY;

impl Cloud {
    /// What IAM says of a request under these policies. It is asked about texts: nothing of it needs to exist, and nothing is
    /// changed.
    ///
    /// # Errors
    ///
    /// Where it could not be asked, or takes the texts for no policies.
    pub async fn simulate(
        &self,
        site: &SiteName,
        policies: impl IntoIterator<Item = String>,
        request: &Request,
    ) -> Result<Decision, CloudError> {
        let site = self.inner.site(site).await?;
        let fail = |failure: Failure| {
            let what = format!(
                "have IAM evaluate {} on {}",
                request.action, request.resource
            );
            failure.at(&site, what, None)
        };
        let context = request.context.iter().map(|(key, value)| {
            ContextEntry::builder()
                .context_key_name(key)
                .context_key_type(ContextKeyTypeEnum::String)
                .context_key_values(value)
                .build()
        });
        let asked = site
            .iam
            .simulate_custom_policy()
            .set_policy_input_list(Some(policies.into_iter().collect()))
            .action_names(&request.action)
            .resource_arns(&request.resource)
            .set_context_entries(Some(context.collect()))
            .send();
        let answer = self
            .inner
            .call(SIMULATE_CUSTOM_POLICY, asked)
            .await
            .map_err(fail)?;
        let decision = answer
            .evaluation_results()
            .first()
            .map(|result| result.eval_decision().as_str());
        match decision {
            Some("allowed") => Ok(Decision::Allowed),
            Some("explicitDeny") => Ok(Decision::Denied),
            Some(_) => Ok(Decision::NotAllowed),
            None => Err(fail(Failure::incomplete(
                SIMULATE_CUSTOM_POLICY,
                "evaluation result",
            ))),
        }
    }
}
