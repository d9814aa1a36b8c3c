//! The facets of our statements in a policy that others write, too: `destination.policy.SID` and so on.

use std::collections::BTreeMap;

use super::{Comparison, Part, beside};
use crate::desired::OwnedStatements;
use crate::policy::ResourcePolicy;

/// Our statements in a shared policy, one facet each.
pub(super) fn compare(
    label: &str,
    part: &Part,
    owned: &OwnedStatements,
    policy: Option<&String>,
    comparisons: &mut Vec<Comparison>,
) {
    let should: BTreeMap<String, String> = owned
        .statements
        .iter()
        .map(|s| (s.sid.clone(), s.to_value().to_string()))
        .collect();
    let is = policy
        .and_then(|text| ResourcePolicy::parse(text).ok())
        .map(|policy| policy.owned(owned))
        .unwrap_or_default();
    for (sid, should, is) in beside(&should, &is) {
        comparisons.push(Comparison {
            facet: format!("{label}.{sid}"),
            part: part.clone(),
            should,
            is,
        });
    }
}
