//! How one bucket stands.

use super::{Echo, as_is, document};
use crate::facet::{Difference, differences};
use crate::observed::{Existence, Observed, Seen};
use crate::pair::{Pair, Side};
use crate::plan::plan;
use crate::problem::Problem;

/// How a bucket of an echo stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is replicated as it should be.
    Protected,
    /// It is replicated, and not all is as it should be.
    Drifted(Vec<Difference>),
    /// It is not replicated yet.
    Pending,
    /// It could not be looked at, or cannot be protected.
    Failed {
        /// What could not be done.
        summary: String,
        /// Why, and what to do.
        detail: String,
    },
    /// The selection leaves it out.
    Excluded {
        /// Which part of it.
        why: String,
    },
    /// It was listed and is not there any more.
    Gone,
    /// Somebody else, or a `crr_pair`, replicates it to the same target: left alone.
    ByOthers {
        /// The rules that do.
        rules: Vec<String>,
    },
    /// Others decided otherwise: it replicates elsewhere, or what stands under its target's name is not its target.
    Conflict {
        /// What stands in the way, and what to do.
        why: String,
    },
}

impl Standing {
    /// Whether a sweep has something to do for it.
    pub fn needs_work(&self) -> bool {
        matches!(self, Self::Pending | Self::Drifted(_) | Self::Failed { .. })
    }

    /// Of a problem that no step mends.
    pub fn failed(problem: &Problem) -> Self {
        Self::Failed {
            summary: problem.summary.clone(),
            detail: problem.detail.clone(),
        }
    }
}

impl Echo {
    /// How a bucket stands, given its pair and what a glance at it saw.
    pub fn standing(&self, pair: &Pair, observed: &Observed) -> Standing {
        let found = |side: &Side| observed.buckets.get(&side.at());
        match found(&pair.source).map(|bucket| &bucket.existence) {
            Some(Existence::Missing) => return Standing::Gone,
            Some(Existence::Exists) => {}
            Some(Existence::Elsewhere { region }) => {
                return Standing::Failed {
                    summary: format!("Bucket {} is in another region", pair.source.at()),
                    detail: format!(
                        "It is in {}. Exclude it, or give that region a site and an echo of its own.",
                        region
                            .as_deref()
                            .unwrap_or("a region that the service does not name")
                    ),
                };
            }
            Some(Existence::Forbidden { message }) => {
                return Standing::Failed {
                    summary: format!("Bucket {} may not be looked at", pair.source.at()),
                    detail: format!(
                        "The service answers: {message}. Allow it, or exclude the bucket."
                    ),
                };
            }
            None => {
                return Standing::Failed {
                    summary: format!("Bucket {} was not looked at", pair.source.at()),
                    detail: "The sweep ended before. Run it again.".to_owned(),
                };
            }
        }
        for (from, to) in self.ways(pair) {
            if let Some(Seen::Denied { action, message }) =
                found(from).map(|bucket| &bucket.replication)
            {
                return Standing::Failed {
                    summary: format!("The replication of bucket {} may not be read", from.at()),
                    detail: format!(
                        "The service answers: {message}. Allow {action}, or exclude the bucket."
                    ),
                };
            }
            if let Some(standing) = self.of_others(from, to, observed) {
                return standing;
            }
        }
        if found(&pair.destination).is_some_and(|b| b.existence == Existence::Missing) {
            return Standing::Pending;
        }
        let pair_as_is = as_is(pair);
        let desired = pair_as_is.desired(observed);
        if let Some(problem) = plan(&desired, observed)
            .problems
            .iter()
            .find(|problem| problem.is_error())
        {
            return Standing::failed(problem);
        }
        let differences = differences(&desired, observed);
        if differences.is_empty() {
            Standing::Protected
        } else if self.has_rules(pair, observed) {
            Standing::Drifted(differences)
        } else {
            Standing::Pending
        }
    }

    /// What rules that are not an echo's mean for the bucket.
    fn of_others(&self, from: &Side, to: &Side, observed: &Observed) -> Option<Standing> {
        let document = document(&from.at(), observed)?;
        let others: Vec<_> = document
            .rules
            .iter()
            .filter(|rule| rule.rule.enabled && !self.is_ours(rule, &to.bucket))
            .collect();
        let (same, elsewhere): (Vec<_>, Vec<_>) = others
            .into_iter()
            .partition(|rule| rule.rule.destination == to.arn());
        if !same.is_empty() {
            return Some(Standing::ByOthers {
                rules: same.iter().map(|rule| rule.rule.id.clone()).collect(),
            });
        }
        // A disabled rule of a `crr_pair` for the same target would be taken for ours and deleted.
        if let Some(rule) = document
            .rules
            .iter()
            .find(|rule| rule.rule.destination == to.arn() && !self.is_ours(rule, &to.bucket))
        {
            return Some(Standing::ByOthers {
                rules: vec![rule.rule.id.clone()],
            });
        }
        let first = elsewhere.first()?;
        (!self.merge).then(|| Standing::Conflict {
            why: format!(
                "rule {} of {} replicates to {}",
                first.rule.id,
                from.at(),
                first.rule.destination
            ),
        })
    }
}
