//! Steps on a role.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::Tag;
use replication::desired::MADE_BY;
use replication::step::Target;
use replication::{RoleArn, SiteName, Step};

use super::bucket::unusable;
use crate::cloud::Cloud;
use crate::error::CloudError;
use crate::failure::Failure;
use crate::observe::role::{facts, policy_names};
use crate::operation::{
    CREATE_ROLE, DELETE_ROLE, DELETE_ROLE_BOUNDARY, DELETE_ROLE_POLICY, DETACH_ROLE_POLICY,
    LIST_ATTACHED_POLICIES, Operation, PUT_ROLE_BOUNDARY, PUT_ROLE_POLICY, PUT_ROLE_TRUST,
    TAG_ROLE,
};
use crate::site::Site;
use crate::wait::{Ended, Patience, persist};

pub(super) async fn take(
    cloud: &Cloud,
    role: &RoleArn,
    step: &Step,
    patience: Patience<'_>,
) -> Result<(), CloudError> {
    let Some(site) = site_of(step) else {
        return Ok(());
    };
    let access = RoleAccess {
        cloud,
        site: &*cloud.inner.site(site).await?,
        role,
    };
    access
        .write(step, patience)
        .await
        .map_err(|ended| ended.at(access.site, step.to_string(), Target::Role(role.clone())))
}

/// Whose credentials a step on a role takes; none: it is no such step, as its target says.
fn site_of(step: &Step) -> Option<&SiteName> {
    match step {
        Step::CreateRole { site, .. }
        | Step::PutRoleTrust { site, .. }
        | Step::PutRoleBoundary { site, .. }
        | Step::TagRole { site, .. }
        | Step::PutRolePolicy { site, .. }
        | Step::DeleteRolePolicy { site, .. }
        | Step::DeleteRole { site, .. } => Some(site),
        _ => None,
    }
}

struct RoleAccess<'a> {
    cloud: &'a Cloud,
    site: &'a Site,
    role: &'a RoleArn,
}

/// Sends a call on a role.
macro_rules! ask_role {
    ($access:expr, $operation:expr, $call:ident $(, $method:ident($($value:expr),*))*) => {
        $access.cloud.inner.call(
            $operation,
            $access.site.iam.$call().role_name($access.role.role_name())$(.$method($($value),*))*.send(),
        )
    };
}

impl RoleAccess<'_> {
    async fn write(&self, step: &Step, mut patience: Patience<'_>) -> Result<(), Ended> {
        match step {
            Step::CreateRole { trust, .. } => self.create(step, trust, &mut patience).await,
            Step::PutRoleTrust { trust, .. } => persist!(patience, self.put_trust(trust)),
            Step::PutRoleBoundary {
                boundary: Some(boundary),
                ..
            } => persist!(
                patience,
                ask_role!(
                    self,
                    PUT_ROLE_BOUNDARY,
                    put_role_permissions_boundary,
                    permissions_boundary(boundary)
                )
            )
            .map(drop),
            Step::PutRoleBoundary { boundary: None, .. } => persist!(
                patience,
                gone_is_fine(ask_role!(
                    self,
                    DELETE_ROLE_BOUNDARY,
                    delete_role_permissions_boundary
                ))
            ),
            Step::TagRole { tags, .. } => {
                let tags = tag_list(tags, TAG_ROLE)?;
                persist!(
                    patience,
                    ask_role!(self, TAG_ROLE, tag_role, set_tags(Some(tags.clone())))
                )
                .map(drop)
            }
            Step::PutRolePolicy { name, policy, .. } => persist!(
                patience,
                ask_role!(
                    self,
                    PUT_ROLE_POLICY,
                    put_role_policy,
                    policy_name(name),
                    policy_document(policy)
                )
            )
            .map(drop),
            Step::DeleteRolePolicy { name, .. } => persist!(patience, self.delete_policy(name)),
            Step::DeleteRole { policies, .. } => persist!(patience, self.delete(policies)),
            _ => Ok(()),
        }
    }

    /// Makes the role. One that is there on its path and carries our tag is the one that an earlier try made whose answer was lost.
    async fn create(
        &self,
        step: &Step,
        trust: &str,
        patience: &mut Patience<'_>,
    ) -> Result<(), Ended> {
        loop {
            match self.request(step).await {
                Ok(()) => return Ok(()),
                Err(failure) if failure.is(&["EntityAlreadyExists"]) => {
                    let found = facts(self.cloud, self.site, self.role).await;
                    let Some(found) = found.ok().flatten() else {
                        return Err(Ended::refused(failure));
                    };
                    if found.tags.get(MADE_BY.0).map(String::as_str) != Some(MADE_BY.1) {
                        return Err(Ended::refused(failure));
                    }
                    // It may be an older one of ours.
                    return persist!(patience, self.put_trust(trust));
                }
                Err(failure) => patience.wait(failure).await?,
            }
        }
    }

    async fn request(&self, step: &Step) -> Result<(), Failure> {
        let Step::CreateRole {
            path,
            description,
            trust,
            boundary,
            tags,
            ..
        } = step
        else {
            return Ok(());
        };
        let tags = tag_list(tags, CREATE_ROLE)?;
        ask_role!(
            self,
            CREATE_ROLE,
            create_role,
            path(path),
            description(description),
            assume_role_policy_document(trust),
            set_permissions_boundary(boundary.clone()),
            set_tags((!tags.is_empty()).then_some(tags))
        )
        .await
        .map(drop)
    }

    async fn put_trust(&self, trust: &str) -> Result<(), Failure> {
        ask_role!(
            self,
            PUT_ROLE_TRUST,
            update_assume_role_policy,
            policy_document(trust)
        )
        .await
        .map(drop)
    }

    async fn delete_policy(&self, policy: &str) -> Result<(), Failure> {
        gone_is_fine(ask_role!(
            self,
            DELETE_ROLE_POLICY,
            delete_role_policy,
            policy_name(policy)
        ))
        .await
    }

    /// Deletes the role with all that is on it: IAM deletes no role that has a policy.
    async fn delete(&self, known: &BTreeSet<String>) -> Result<(), Failure> {
        let mut policies = known.clone();
        match policy_names(self.cloud, self.site, self.role.role_name()).await {
            Ok(found) => policies.extend(found),
            Err(failure) if is_gone(&failure) => return Ok(()),
            // Those that we know of may be all.
            Err(failure) if failure.is_denied() => {}
            Err(failure) => return Err(failure),
        }
        for policy in &policies {
            self.delete_policy(policy).await?;
        }
        for policy in self.attached().await? {
            gone_is_fine(ask_role!(
                self,
                DETACH_ROLE_POLICY,
                detach_role_policy,
                policy_arn(&policy)
            ))
            .await?;
        }
        gone_is_fine(ask_role!(self, DELETE_ROLE, delete_role)).await
    }

    /// The ARNs of the managed policies on it, page by page.
    async fn attached(&self) -> Result<Vec<String>, Failure> {
        let mut arns = Vec::new();
        let mut marker = None;
        loop {
            let answer = ask_role!(
                self,
                LIST_ATTACHED_POLICIES,
                list_attached_role_policies,
                set_marker(marker)
            )
            .await;
            let page = match answer {
                Ok(page) => page,
                Err(failure) if is_gone(&failure) || failure.is_denied() => return Ok(arns),
                Err(failure) => return Err(failure),
            };
            arns.extend(
                page.attached_policies()
                    .iter()
                    .filter_map(|policy| policy.policy_arn().map(str::to_owned)),
            );
            if !page.is_truncated() || page.marker().is_none() {
                return Ok(arns);
            }
            marker = page.marker().map(str::to_owned);
        }
    }
}

fn is_gone(failure: &Failure) -> bool {
    failure.is(&["NoSuchEntity"])
}

/// A delete of what is not there has succeeded: somebody was quicker, or our first answer was lost.
async fn gone_is_fine<T>(request: impl Future<Output = Result<T, Failure>>) -> Result<(), Failure> {
    match request.await {
        Err(failure) if !is_gone(&failure) => Err(failure),
        _ => Ok(()),
    }
}

fn tag_list(tags: &BTreeMap<String, String>, operation: Operation) -> Result<Vec<Tag>, Failure> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<Result<_, _>>()
        .map_err(unusable(operation))
}
