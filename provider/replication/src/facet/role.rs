//! The facets of a role.

use super::{Comparison, Part, our_tags};
use crate::arn::RoleArn;
use crate::desired::{DesiredRole, RoleStanding};
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
