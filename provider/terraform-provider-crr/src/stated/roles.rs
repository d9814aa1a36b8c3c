//! The roles that rules run under: who made them, what stands on them, and whether S3 may assume them.

use std::collections::{BTreeMap, BTreeSet};

use replication::desired::{MADE_BY, RoleStanding};
use replication::observed::ObservedRole;
use replication::rehearsal::{Need, Outcome, Papers, Subject, rehearse};
use replication::role::SITE_POLICY;
use replication::{
    Denial, Desired, Echo, Observed, Pair, Problem, RoleArn, RoleChoice, Seen, SiteName,
};
use tfplugin::{Diagnostics, Path};

use super::NotLooked;
use crate::diagnostics::add_error;
use crate::echo_mode::survey::absent_roles;
use crate::pair::absent_role;
use crate::runtime::Runtime;

/// What a pair has at stake on the roles that its rules run under.
#[derive(Debug, Clone, Default)]
pub struct Stakes {
    /// What S3 needs the roles' policies to allow.
    pub needs: Vec<Need>,
    /// The roles that the pair makes for itself.
    pub own: BTreeSet<RoleArn>,
    /// The names of its inline policies on each role.
    pub policies: BTreeMap<RoleArn, BTreeSet<String>>,
    /// Whose credentials reach each role.
    pub sites: BTreeMap<RoleArn, SiteName>,
}

impl Stakes {
    /// Of what should be of a pair, and what S3 needs of it.
    pub fn of(pair: &Pair, desired: &Desired, needs: Vec<Need>) -> Self {
        let mut stakes = Self::default();
        for (arn, role) in desired.roles.iter().chain(&desired.strays) {
            let names = role.policies.keys().cloned();
            stakes
                .policies
                .entry(arn.clone())
                .or_default()
                .extend(names);
            if matches!(role.standing, RoleStanding::Ours(_)) {
                stakes.own.insert(arn.clone());
            }
        }
        for need in needs {
            if need.subject != Subject::Role {
                continue;
            }
            let side = match need.facet.split('.').next() {
                Some("destination") => &pair.destination,
                _ => &pair.source,
            };
            stakes
                .sites
                .entry(need.role.clone())
                .or_insert_with(|| side.site.name.clone());
            stakes.needs.push(need);
        }
        stakes
    }
}

/// Whether S3 may assume the roles that others made, as far as they are there: the trust of one that the pair makes is a facet.
pub(crate) fn trust_of_others(
    needs: &[Need],
    desired: &Desired,
    observed: &Observed,
) -> Vec<(Need, Outcome)> {
    let papers = Papers::of_standing_roles(observed);
    let is_own = |role: &RoleArn| {
        desired
            .roles
            .get(role)
            .is_some_and(|role| matches!(role.standing, RoleStanding::Ours(_)))
    };
    needs
        .iter()
        .filter(|need| need.subject == Subject::Trust && !is_own(&need.role))
        .filter_map(|need| {
            let outcome = match &observed.roles.get(&need.role)?.role {
                Seen::Present(_) => rehearse(need, &papers),
                Seen::Denied { action, message } => Outcome::Unknown {
                    why: format!(
                        "role {} may not be looked at. The service answers: {message}",
                        need.role
                    ),
                    lacks: Some(action.clone()),
                },
                Seen::Absent | Seen::NotLooked => return None,
            };
            Some((need.clone(), outcome))
        })
        .collect()
}

/// What a look at an echo's roles found.
#[derive(Debug, Default)]
pub struct EchoRoles {
    /// Those that are not there.
    pub missing: Vec<Problem>,
    /// What of them may not be read, by the facet that it is of.
    pub denials: Vec<(String, Denial)>,
    /// Their trust policies.
    pub papers: Papers,
    /// What is held against buckets.
    pub known: echo::Roles,
}

/// Looks at the roles that an echo's rules run under, once for all its buckets.
///
/// # Errors
///
/// Where IAM could not be asked.
pub async fn look_at_roles(runtime: &Runtime, echo: &Echo) -> Result<EchoRoles, NotLooked> {
    let observed = match runtime.cloud.observe(&echo.role_reads()).await {
        Ok(observed) => observed,
        Err(error) => {
            let mut diagnostics = Diagnostics::new();
            add_error(Path::root().attribute("role"), &error, &mut diagnostics);
            return Err(NotLooked::Failed(diagnostics));
        }
    };
    let missing = absent_roles(echo, &observed);
    let of_role = |(arn, found)| denials(label(echo, arn), found);
    Ok(EchoRoles {
        missing: missing
            .iter()
            .map(|role| absent_role(label(echo, role), role))
            .collect(),
        denials: observed.roles.iter().flat_map(of_role).collect(),
        papers: Papers::of_standing_roles(&observed),
        known: echo::Roles::of(&observed),
    })
}

/// The side that a role is of, as facets call it.
fn label(echo: &Echo, role: &RoleArn) -> &'static str {
    if echo.template.source.role == RoleChoice::Existing(role.clone()) {
        "source"
    } else {
        "destination"
    }
}

/// What may not be read of a role counts as good with nobody who asks S3: it takes any role, and then fails every object.
fn denials(label: &str, found: &ObservedRole) -> Vec<(String, Denial)> {
    // A role that others made need not have this policy.
    let of_others = found
        .role
        .present()
        .is_some_and(|facts| !facts.tags.contains_key(MADE_BY.0));
    let policy = found.policies.get(SITE_POLICY);
    let policy = policy.filter(|_| !of_others).and_then(Denial::of);
    let role = Denial::of(&found.role).map(|denial| (format!("{label}.role"), denial));
    role.into_iter()
        .chain(policy.map(|denial| (format!("{label}.role_policy"), denial)))
        .collect()
}

#[cfg(test)]
mod tests {
    use replication::observed::RoleFacts;

    use super::*;

    fn denied<T>(action: &str) -> Seen<T> {
        Seen::Denied {
            action: action.to_owned(),
            message: "no".to_owned(),
        }
    }

    #[test]
    fn what_may_not_be_read_of_a_role_is_told_unless_it_is_none_of_ours() {
        let facts = |tag: &str| {
            Seen::Present(RoleFacts {
                trust: "{}".to_owned(),
                boundary: None,
                tags: [(tag.to_owned(), String::new())].into(),
            })
        };
        for (role, actions) in [
            (
                denied("iam:GetRole"),
                &["iam:GetRole", "iam:GetRolePolicy"][..],
            ),
            (facts(MADE_BY.0), &["iam:GetRolePolicy"]),
            (facts("theirs"), &[]),
        ] {
            let found = ObservedRole {
                role,
                policies: [(SITE_POLICY.to_owned(), denied("iam:GetRolePolicy"))].into(),
                policy_names: Seen::NotLooked,
            };
            let lacking: Vec<String> = denials("source", &found)
                .into_iter()
                .map(|(_, denial)| denial.action)
                .collect();
            assert_eq!(lacking, actions);
        }
    }
}
