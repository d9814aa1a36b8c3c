//! What of an echo is to be taken away, and what of it is left where a bucket is gone.

use std::collections::BTreeSet;

use super::lineage::Lineage;
use super::{Echo, Verdict, document};
use crate::arn::RoleArn;
use crate::desired::{Desired, RoleStanding};
use crate::name::{BucketName, SiteName};
use crate::observed::{Observed, Seen};
use crate::pair::Pair;

impl Echo {
    /// What of a bucket's pair is to be taken away, given what is there.
    pub fn leaving(&self, pair: &Pair, observed: &Observed) -> Desired {
        let mut desired = pair.desired(observed);
        // Another echo's rule may have the `id` that the user gave to both.
        for (from, to) in self.ways(pair) {
            let bucket = desired.buckets.get_mut(&from.at());
            if let Some(owned) = bucket.and_then(|bucket| bucket.rules.as_mut())
                && let Some(document) = document(&from.at(), observed)
            {
                let elsewhere = |id: &String| {
                    let mut rules = document.rules.iter();
                    rules.any(|found| found.rule.id == *id && found.rule.destination != to.arn())
                };
                owned.ids.retain(|id| !elsewhere(id));
            }
        }
        // Rules go before what they run under. So where none are, a role of others that may not be read is none of ours.
        if !self.has_rules(pair, observed) {
            desired.roles.retain(|role, wanted| {
                let found = observed.roles.get(role).map(|found| &found.role);
                wanted.standing != RoleStanding::Guest
                    || !matches!(found, Some(Seen::Denied { .. }))
            });
        }
        desired
    }

    /// The selected bucket whose target a bucket of this name would be.
    pub fn selected_source_of(&self, target: &BucketName) -> Option<BucketName> {
        let site = &self.template.source.site;
        let source = self.target_bucket.source_of(site, target)?;
        (self.selection.by_name(&source) == Verdict::Selected).then_some(source)
    }

    /// Whether the tags of what stands under a target's name say that it is the copy of the pair's source.
    pub fn is_copy(&self, pair: &Pair, observed: &Observed) -> bool {
        let found = observed.buckets.get(&pair.destination.at());
        found
            .and_then(|found| found.tags.present())
            .is_some_and(|tags| Lineage::of(tags).names(&pair.source.site, &pair.source.bucket))
    }

    /// Of the inline policies of a role of others, those of this echo for buckets that are not listed at its source: each with
    /// its bucket.
    pub fn policies_of_unlisted(
        &self,
        (site, role): (&SiteName, &RoleArn),
        policies: &BTreeSet<String>,
        listed: &BTreeSet<BucketName>,
    ) -> Vec<(BucketName, String)> {
        let of = |policy: &String| {
            // The name ends with the bucket that the policy lets replicate into: a target, or a bucket on the way back.
            let (_, to) = policy.strip_prefix("crr-")?.split_once("-to-")?;
            let to: BucketName = to.parse().ok()?;
            let sources = [self.selected_source_of(&to), Some(to)];
            sources.into_iter().flatten().find(|source| {
                let pair = self.pair(source).ok();
                let names = pair.map(|pair| pair.policies_on(role)).unwrap_or_default();
                self.selection.by_name(source) == Verdict::Selected
                    && !listed.contains(source)
                    && names.contains(&(site.clone(), policy.clone()))
            })
        };
        let found = policies.iter();
        found
            .filter_map(|policy| Some((of(policy)?, policy.clone())))
            .collect()
    }
}

#[cfg(test)]
mod tests;
