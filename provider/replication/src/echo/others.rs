//! What rules that no echo made mean for a bucket.
//!
//! A bucket is left to others only where their rules bring everything to its target that the echo's would. What they do not
//! bring is not protected, however many rules stand.

use super::{Echo, RULE_NAME_PREFIX, Standing, document};
use crate::arn::RoleArn;
use crate::bucket::Versioning;
use crate::name::{BucketName, SiteName};
use crate::observed::{Existence, Observed, Seen};
use crate::pair::{Pair, RoleChoice, Side};
use crate::rule::Rule;

/// What rules of others do one way.
enum Theirs {
    /// Nothing that is of account.
    Nothing,
    /// They bring everything there: their IDs.
    Cover(Vec<String>),
    /// They stand in the way: how.
    Hinder(String),
}

/// The rules of a `crr_pair` for this target: an echo's would take their place, not stand beside them.
pub(super) fn is_a_pair_s(rule: &Rule, to: &BucketName) -> bool {
    rule.id
        .strip_prefix("crr/")
        .and_then(|rest| rest.strip_prefix(to.as_str()))
        .is_some_and(|rest| rest.starts_with('/'))
}

impl Echo {
    /// How a bucket stands by what others made; none: their rules are of no account.
    pub(super) fn of_others(&self, pair: &Pair, observed: &Observed) -> Option<Standing> {
        let mut covering = Vec::new();
        let mut open = None;
        let mut may_join = self.merge;
        for (from, to) in self.ways(pair) {
            match self.theirs(from, to, observed) {
                Theirs::Hinder(why) => return Some(Standing::Conflict { why }),
                Theirs::Nothing => open = Some((from, to)),
                Theirs::Cover(ids) => {
                    let pairs = document(&from.at(), observed)?;
                    may_join &= !pairs
                        .rules
                        .iter()
                        .any(|rule| is_a_pair_s(&rule.rule, &to.bucket) && !self.is_ours(rule, to));
                    covering.extend(ids);
                }
            }
        }
        if covering.is_empty() {
            return None;
        }
        match open {
            None => Some(Standing::ByOthers { rules: covering }),
            Some(_) if may_join => None,
            Some((from, to)) => Some(Standing::Conflict {
                why: format!(
                    "rule {} of others replicates one way, and nothing replicates from {} to {}",
                    covering.join(", "),
                    from.at(),
                    to.at()
                ),
            }),
        }
    }

    fn theirs(&self, from: &Side, to: &Side, observed: &Observed) -> Theirs {
        let Some(document) = document(&from.at(), observed) else {
            return Theirs::Nothing;
        };
        let (ours, others): (Vec<_>, Vec<_>) = document
            .rules
            .iter()
            .partition(|rule| self.is_ours(rule, to));
        let (same, elsewhere): (Vec<_>, Vec<_>) = others
            .into_iter()
            .map(|rule| &rule.rule)
            .partition(|rule| rule.destination == to.arn());
        if !same.is_empty() {
            let of_a_pair = same.iter().any(|rule| is_a_pair_s(rule, &to.bucket));
            let mut counted = same.clone();
            if of_a_pair {
                counted.extend(ours.iter().map(|rule| &rule.rule));
            }
            match self.shortfall(&counted, from, to, observed) {
                None => {
                    let enabled = same.iter().filter(|rule| rule.enabled);
                    return Theirs::Cover(enabled.map(|rule| rule.id.clone()).collect());
                }
                Some(why) if of_a_pair => {
                    return Theirs::Hinder(format!("{why}; mend that crr_pair, or take it away"));
                }
                // Rules of this echo stand beside them, or may.
                Some(_) if self.merge || !ours.is_empty() => {}
                Some(why) => return Theirs::Hinder(why),
            }
        }
        let goes = |rule: &Rule| self.is_succeeded(rule, from);
        match elsewhere.iter().find(|rule| rule.enabled && !goes(rule)) {
            Some(rule) if !self.merge => Theirs::Hinder(format!(
                "rule {} of {} replicates to {}",
                rule.id,
                from.at(),
                rule.destination
            )),
            _ => Theirs::Nothing,
        }
    }

    /// Whether a rule is that of the echo which this one succeeds.
    fn is_succeeded(&self, rule: &Rule, from: &Side) -> bool {
        let site = &self.template.source.site;
        let Some(former) = &self.succeeds else {
            return false;
        };
        *site == from.site
            && former
                .name_for(site, &from.bucket)
                .is_ok_and(|to| rule.id.starts_with(&format!("crr/{to}/{RULE_NAME_PREFIX}")))
    }

    /// What rules to the bucket's target lack of what the echo's own would do.
    fn shortfall(
        &self,
        rules: &[&Rule],
        from: &Side,
        to: &Side,
        observed: &Observed,
    ) -> Option<String> {
        let enabled: Vec<_> = rules.iter().filter(|rule| rule.enabled).collect();
        let mut wanted = self.template.rules.iter().filter(|rule| rule.enabled);
        let covered = |wanted: &crate::rule::Filter| {
            enabled.iter().any(|rule| {
                wanted.prefix.starts_with(&rule.filter.prefix)
                    && rule
                        .filter
                        .tags
                        .iter()
                        .all(|(key, value)| wanted.tags.get(key) == Some(value))
            })
        };
        if wanted.any(|rule| !covered(&rule.filter)) {
            return Some(match (enabled.first(), rules.first()) {
                (Some(rule), _) => {
                    format!(
                        "rule {} of {} replicates only {}",
                        rule.id,
                        from.at(),
                        part(rule)
                    )
                }
                (None, Some(rule)) => format!("rule {} of {} is disabled", rule.id, from.at()),
                (None, None) => return None,
            });
        }
        let rule = enabled.first()?;
        let lack = match observed.buckets.get(&to.at()) {
            Some(target) if target.existence == Existence::Missing => "is not there",
            Some(target)
                if target.existence == Existence::Exists
                    && !matches!(
                        target.versioning,
                        Seen::Present(Versioning::Enabled) | Seen::NotLooked | Seen::Denied { .. }
                    ) =>
            {
                "is not versioned"
            }
            _ => return None,
        };
        Some(format!(
            "rule {} of {} replicates to {}, which {lack}",
            rule.id,
            from.at(),
            to.at()
        ))
    }

    /// The roles that the rules of a bucket run under and that are not the site's, each with the site that knows it.
    pub fn roles_of_others(&self, pair: &Pair, observed: &Observed) -> Vec<(SiteName, RoleArn)> {
        self.ways(pair)
            .into_iter()
            .filter_map(|(from, _)| {
                let role: RoleArn = document(&from.at(), observed)?.role.parse().ok()?;
                let known = from.role == RoleChoice::Existing(role.clone());
                let reached = role.as_str().contains(&format!(":{}:", from.site.account));
                (!known && reached).then(|| (from.site.name.clone(), role))
            })
            .collect()
    }
}

/// What a rule with a filter is for.
fn part(rule: &Rule) -> String {
    let mut parts = Vec::new();
    if !rule.filter.prefix.is_empty() {
        parts.push(format!("prefix {}", rule.filter.prefix));
    }
    for (key, value) in &rule.filter.tags {
        parts.push(format!("objects tagged {key} = {value}"));
    }
    if parts.is_empty() {
        return "a part".to_owned();
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests;
