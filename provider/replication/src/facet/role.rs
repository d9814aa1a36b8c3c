//! The facets of a role.

use super::{Comparison, Part, our_tags};
use crate::arn::RoleArn;
use crate::desired::{DesiredRole, MADE_BY, RoleStanding};
use crate::observed::{ObservedRole, Seen};
use crate::policy::canonical;

pub(super) fn compare(
    arn: &RoleArn,
    wanted: &DesiredRole,
    found: Option<&ObservedRole>,
    comparisons: &mut Vec<Comparison>,
) {
    let mut push = |facet: String, part: Part, should: Option<String>, is: Option<String>| {
        comparisons.push(Comparison {
            facet,
            part,
            should,
            is,
        });
    };
    let facts = found.and_then(|r| r.role.present());
    if let RoleStanding::Ours(own) = &wanted.standing {
        let label = wanted.label.as_str();
        let trust = facts.map(|f| canonical(&f.trust).unwrap_or_else(|_| f.trust.clone()));
        push(
            format!("{label}.role_trust"),
            Part::Trust(arn.clone()),
            Some(own.trust.to_json()),
            trust,
        );
        let boundary = facts.and_then(|f| f.boundary.clone());
        push(
            format!("{label}.role_boundary"),
            Part::Boundary(arn.clone()),
            own.boundary.clone(),
            boundary,
        );
        let should = serde_json::json!(own.tags).to_string();
        let is = facts.map(|f| our_tags(&own.tags, &f.tags));
        push(
            format!("{label}.role_tags"),
            Part::RoleTags(arn.clone()),
            Some(should),
            is,
        );
    }
    for (name, policy) in &wanted.policies {
        let is = found
            .and_then(|r| r.policies.get(name))
            .and_then(Seen::present)
            .map(|text| canonical(text).unwrap_or_else(|_| text.clone()));
        push(
            format!("{}.role_policy", policy.label),
            Part::RolePolicy(arn.clone(), name.clone()),
            Some(policy.document.to_json()),
            is,
        );
    }
}

/// What of ours is left on a role that the rules run under no more. None of it should be.
pub(super) fn compare_stray(
    arn: &RoleArn,
    stray: &DesiredRole,
    found: Option<&ObservedRole>,
    comparisons: &mut Vec<Comparison>,
) {
    let Some(found) = found else { return };
    for (name, policy) in &stray.policies {
        let is = found.policies.get(name).and_then(Seen::present);
        comparisons.push(Comparison {
            facet: format!("{}.stray_policy", policy.label),
            part: Part::StrayPolicy(arn.clone(), name.clone()),
            should: None,
            is: is.map(|_| format!("{name} on {arn}")),
        });
    }
    comparisons.push(Comparison {
        facet: format!("{}.stray_role", stray.label),
        part: Part::StrayRole(arn.clone()),
        should: None,
        is: is_last(stray, found).then(|| arn.to_string()),
    });
}

/// Whether a role is ours and carries no policy but these: nobody else needs it.
///
/// Without a look at all of its policies we do not know, so it stays.
pub(crate) fn is_last(wanted: &DesiredRole, found: &ObservedRole) -> bool {
    matches!(wanted.standing, RoleStanding::Ours(_))
        && found
            .role
            .present()
            .is_some_and(|facts| facts.tags.contains_key(MADE_BY.0))
        && found
            .policy_names
            .present()
            .is_some_and(|names| names.iter().all(|name| wanted.policies.contains_key(name)))
}
