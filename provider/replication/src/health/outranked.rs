//! Rules of others that decide for every object of one of ours.
//!
//! Of several rules that match an object and have one destination S3 follows the one of the highest priority ("Replication
//! configuration file elements" in the S3 user guide). Ours may stand as it should, and never decide.

use super::{FacetHealth, FacetStanding};
use crate::desired::Desired;
use crate::document::ReplicationDocument;
use crate::observed::Observed;
use crate::rule::{Filter, Rule};

/// Says of the rules that should be which of them others outrank with another outcome. An apply leaves that alone.
pub fn outranked(desired: &Desired, observed: &Observed) -> Vec<FacetHealth> {
    let mut found = Vec::new();
    for (at, wanted) in &desired.buckets {
        let Some(owned) = &wanted.rules else { continue };
        let standing = observed.buckets.get(at);
        let Some(xml) = standing.and_then(|bucket| bucket.replication.present()) else {
            continue;
        };
        let Ok(document) = ReplicationDocument::parse(xml) else {
            continue;
        };
        for ours in owned.rules.iter().filter(|rule| rule.enabled) {
            let mut foreign = document.foreign(owned).map(|found| &found.rule);
            let Some(theirs) = foreign.find(|theirs| decides(theirs, ours)) else {
                continue;
            };
            found.push(FacetHealth {
                facet: format!("{}.rules_of_others", wanted.label),
                standing: FacetStanding::Drifted,
                should: Some(format!("rule {} decides: {}", ours.id, ours.describe())),
                is: Some(format!(
                    "rule {} of others outranks it for every object: {}",
                    theirs.id,
                    theirs.describe()
                )),
                remedy: None,
            });
        }
    }
    found
}

/// Whether a rule takes every object of ours, and does something else with them.
fn decides(theirs: &Rule, ours: &Rule) -> bool {
    theirs.enabled
        && !theirs.v1
        && theirs.destination == ours.destination
        && theirs.priority > ours.priority
        && covers(&theirs.filter, &ours.filter)
        && outcome(theirs) != outcome(ours)
}

fn covers(wide: &Filter, narrow: &Filter) -> bool {
    let has = |(key, value): (&String, &String)| narrow.tags.get(key) == Some(value);
    narrow.prefix.starts_with(&wide.prefix) && wide.tags.iter().all(has)
}

/// What a rule does with an object that it takes. What S3 does where one of two rules does not take an object for its
/// encryption, or for being a replica, is not documented, and so is not held against anybody.
fn outcome(rule: &Rule) -> Rule {
    Rule {
        id: String::new(),
        priority: None,
        filter: Filter::default(),
        kms_objects: false,
        replica_modifications: false,
        metrics: false,
        ..rule.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_takes_all_of_ours_and_does_otherwise_decides() {
        let rule = |prefix: &str, priority: u32| {
            let mut rule = Rule::to("x", "arn:aws:s3:::orders-dr");
            prefix.clone_into(&mut rule.filter.prefix);
            rule.priority = Some(priority);
            rule
        };
        let ours = rule("a/b", 5);
        let cold = |rule: Rule| Rule {
            storage_class: Some("DEEP_ARCHIVE".to_owned()),
            ..rule
        };
        let disabled = Rule {
            enabled: false,
            ..cold(rule("", 9))
        };
        let mut tagged = cold(rule("", 9));
        tagged.filter.tags.insert("k".to_owned(), "v".to_owned());
        let mut elsewhere = cold(rule("", 9));
        "arn:aws:s3:::other".clone_into(&mut elsewhere.destination);
        for (theirs, decided) in [
            (cold(rule("", 9)), true),
            (cold(rule("a/", 9)), true),
            (rule("", 9), false),
            (cold(rule("", 4)), false),
            (cold(rule("a/b/c", 9)), false),
            (disabled, false),
            (tagged, false),
            (elsewhere, false),
        ] {
            assert_eq!(decides(&theirs, &ours), decided, "{}", theirs.describe());
        }
    }
}
