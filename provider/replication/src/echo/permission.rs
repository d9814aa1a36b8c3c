//! Whether the roles of the sites let S3 replicate a bucket.
//!
//! S3 takes rules under any role and then fails every object. One role serves all buckets of a site, so it is looked at once,
//! and each bucket is put before its policy here, without a call.

use std::collections::BTreeMap;

use super::{Echo, Standing, as_is};
use crate::arn::RoleArn;
use crate::desired::MADE_BY;
use crate::observed::{Observed, Seen};
use crate::pair::Pair;
use crate::policy::evaluate::{Decision, Statements};
use crate::rehearsal::{Need, Subject, needs};
use crate::role::SITE_POLICY;

/// What is known of the roles that an echo's rules run under. Of a role that others made, or whose policy may not be read,
/// nothing is.
#[derive(Debug, Clone, Default)]
pub struct SiteRoles {
    roles: BTreeMap<RoleArn, Known>,
}

#[derive(Debug, Clone)]
enum Known {
    Missing,
    Says(Statements),
}

impl SiteRoles {
    /// Of what a look at [`Echo::role_reads`] saw.
    pub fn of(observed: &Observed) -> Self {
        let known = observed.roles.iter().filter_map(|(arn, found)| {
            if found.role.is_absent() {
                return Some((arn.clone(), Known::Missing));
            }
            // Only of the role that a `crr_site` made do we know that this policy is all of it.
            let ours = found.role.present()?.tags.contains_key(MADE_BY.0);
            let says = match found.policies.get(SITE_POLICY)? {
                Seen::Present(text) => Statements::parse(text),
                Seen::Absent => Statements::default(),
                Seen::NotLooked | Seen::Denied { .. } => return None,
            };
            ours.then(|| (arn.clone(), Known::Says(says)))
        });
        Self {
            roles: known.collect(),
        }
    }

    /// Of roles as they are about to be: with this policy and no other, or not there.
    pub fn planned(roles: impl IntoIterator<Item = (RoleArn, Option<String>)>) -> Self {
        let known = |(arn, policy): (RoleArn, Option<String>)| {
            let says = |policy: String| Known::Says(Statements::parse(&policy));
            (arn, policy.map_or(Known::Missing, says))
        };
        Self {
            roles: roles.into_iter().map(known).collect(),
        }
    }
}

impl Echo {
    /// How a bucket stands under the roles of the sites, given how its rules stand.
    pub fn under_roles(
        &self,
        pair: &Pair,
        observed: &Observed,
        standing: Standing,
        roles: &SiteRoles,
    ) -> Standing {
        let replicated = matches!(standing, Standing::Protected | Standing::Drifted(_));
        if roles.roles.is_empty() || !(replicated || standing.is_new()) {
            return standing;
        }
        let desired = as_is(pair).desired(observed);
        for need in needs(pair, &desired, observed) {
            let refused = match roles.roles.get(&need.role) {
                // A role that is yet to be made keeps a bucket pending, and no more.
                Some(Known::Missing) if replicated => return missing(&need.role),
                Some(Known::Says(statements))
                    if need.subject == Subject::Role && need.request.action.starts_with("s3:") =>
                {
                    matches!(
                        statements.decide(&need.request),
                        Decision::Denied | Decision::NotAllowed
                    )
                }
                _ => false,
            };
            if refused {
                return refusal(&need);
            }
        }
        standing
    }
}

fn missing(role: &RoleArn) -> Standing {
    Standing::Failed {
        summary: format!("Role {role} does not exist"),
        detail: "The rules stand, and S3 fails every object under them. Set `replication_role` on the `crr_site` of each site that objects leave and apply it, or give the echo another role.".to_owned(),
    }
}

fn refusal(need: &Need) -> Standing {
    let action = need.request.action.as_str();
    let switch = match action {
        "s3:GetObjectRetention" | "s3:GetObjectLegalHold" => "object_lock",
        "s3:ObjectOwnerOverrideToBucketOwner" => "owner_override",
        action if action.starts_with("s3:Replicate") => "write",
        _ => "read",
    };
    let on = need.request.resource.as_str();
    let bucket = on.rsplit(':').next().unwrap_or(on);
    let bucket = bucket.split('/').next().unwrap_or(bucket);
    let remedy = match switch {
        "read" | "write" => {
            format!("Let `replication_role.{switch}` of its `crr_site` cover {bucket}")
        }
        other => format!("Set `replication_role.{other} = true` on its `crr_site`"),
    };
    Standing::Failed {
        summary: format!(
            "Role {} may not {} {bucket}: see `replication_role.{switch}`",
            need.role.role_name(),
            if action.starts_with("s3:Replicate") {
                "write to"
            } else {
                "read"
            },
        ),
        detail: format!(
            "S3 takes the rules and then fails objects. {} No statement of its policy {SITE_POLICY} allows {action} on {on}. {remedy}, and apply.",
            need.fails
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{bucket, echo};
    use super::*;

    #[test]
    fn a_role_that_is_about_to_go_or_to_be_narrowed_fails_what_it_served() {
        let echo = echo();
        let pair = echo.pair(&bucket("orders")).unwrap();
        let Some(role) = echo.role_reads().roles.into_keys().next() else {
            panic!("a role")
        };
        let under = |policy: Option<String>| {
            let roles = SiteRoles::planned([(role.clone(), policy)]);
            echo.under_roles(&pair, &Observed::default(), Standing::Protected, &roles)
        };
        let writing = |to: &str| {
            let permissions = crate::role::Permissions {
                partition: pair.source.site.partition.clone(),
                sources: vec!["arn:aws:s3:::*".to_owned()],
                destinations: vec![format!("arn:aws:s3:::{to}")],
                object_lock: false,
                owner_override: false,
                decrypt: Vec::new(),
                encrypt: Vec::new(),
            };
            under(Some(permissions.role_policy().to_json()))
        };
        assert_eq!(writing("orders-*"), Standing::Protected);
        for (standing, word) in [(under(None), "does not exist"), (writing("pay*"), "write")] {
            let Standing::Failed { summary, .. } = standing else {
                panic!("{standing:?}")
            };
            assert!(summary.contains(word), "{summary}");
        }
    }
}
