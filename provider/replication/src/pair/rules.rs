//! The S3 rules of a lane, with their priorities.

use std::collections::BTreeSet;

use super::lane::Lane;
use super::{PairRule, short_hash};
use crate::arn::bucket_of_arn;
use crate::desired::OwnedRules;
use crate::observed::Observed;
use crate::problem::Problem;
use crate::rule::Rule;

/// Allotted priorities lie in slots of this size, a slot a lane, so that a lane's rules keep their order.
const SLOT: u32 = 1_000;
/// How many slots there are: two lanes on one bucket share one by a chance of one in a million.
const SLOTS: u32 = 1_000_000;

impl Lane<'_> {
    /// Which rules on the source bucket are this lane's.
    pub fn ownership_of_rules(&self) -> OwnedRules {
        let named = self.pair.rules.iter().filter_map(|r| r.id.clone());
        OwnedRules {
            role: None,
            prefix: self.rule_prefix(),
            ids: named
                .chain(self.pair.remembered_ids.iter().cloned())
                .collect(),
            rules: Vec::new(),
            rewrite_v1: false,
        }
    }

    /// Whether the destination's key is in another account than the role, and one that we reach.
    pub fn writes_key_policy(&self) -> bool {
        self.crosses_accounts()
            && self
                .to
                .key
                .as_ref()
                .is_some_and(|k| k.account() == self.to.site.account.as_str())
    }

    /// Rules given by their ID that stand on the bucket for another destination: somebody else's, perhaps another pair's.
    /// What state remembers is ours, wherever it leads by now.
    pub(super) fn ids_of_others(&self, observed: &Observed) -> Vec<Problem> {
        let Some(document) = self.document(observed) else {
            return Vec::new();
        };
        let mut problems = Vec::new();
        for rule in &self.pair.rules {
            let Some(id) = rule.id.as_ref() else { continue };
            let elsewhere = document.rules.iter().find(|found| {
                found.rule.id == *id
                    && bucket_of_arn(&found.rule.destination).as_ref() != Some(&self.to.bucket)
            });
            if let Some(found) = elsewhere.filter(|_| !self.pair.remembered_ids.contains(id)) {
                problems.push(Problem::error(
                    ["rules", rule.name.as_str(), "id"],
                    format!("Rule {id} of bucket {} is another's", self.from.at()),
                    format!(
                        "It replicates to {}, and S3 wants each ID once in a bucket. Choose another, or leave `id` out.",
                        found.rule.destination
                    ),
                ));
            }
        }
        problems
    }

    pub(super) fn rules(&self, owner_override: bool, observed: &Observed) -> Vec<Rule> {
        let owned = self.ownership_of_rules();
        let document = self.document(observed);
        let mut taken: BTreeSet<u32> = document
            .iter()
            .flat_map(|d| d.foreign(&owned))
            .filter_map(|r| r.rule.priority)
            .collect();
        taken.extend(self.pair.rules.iter().filter_map(|r| r.priority));
        let slot =
            u32::from_str_radix(&short_hash(&self.rule_prefix()), 16).unwrap_or_default() % SLOTS;
        let mut next = (slot + 1) * SLOT;
        // In the order of their names: the order in which they are written means nothing.
        let mut ordered: Vec<&PairRule> = self.pair.rules.iter().collect();
        ordered.sort_by(|a, b| a.name.cmp(&b.name));
        ordered
            .into_iter()
            .map(|rule| {
                let priority = rule.priority.unwrap_or_else(|| {
                    while taken.contains(&next) {
                        next += 1;
                    }
                    next += 1;
                    next - 1
                });
                self.rule(rule, priority, owner_override)
            })
            .collect()
    }

    fn rule(&self, rule: &PairRule, priority: u32, owner_override: bool) -> Rule {
        let id = rule
            .id
            .clone()
            .unwrap_or_else(|| format!("{}{}", self.rule_prefix(), rule.name));
        let mut s3 = Rule::to(id, self.to.arn());
        s3.priority = Some(priority);
        s3.enabled = rule.enabled;
        s3.filter = rule.filter.clone();
        s3.delete_markers = rule.delete_markers;
        s3.replica_modifications = rule.replica_modifications;
        s3.rtc = rule.rtc;
        s3.metrics = rule.metrics;
        s3.storage_class = rule
            .storage_class
            .clone()
            .or_else(|| self.to.storage_class.clone());
        // Without `Account` S3 does not check whose bucket the destination is.
        s3.account = self
            .crosses_accounts()
            .then(|| self.to.site.account.to_string());
        s3.owner_override = owner_override;
        s3.replica_key = self.to.key.as_ref().map(ToString::to_string);
        s3.kms_objects = s3.replica_key.is_some();
        s3
    }
}
