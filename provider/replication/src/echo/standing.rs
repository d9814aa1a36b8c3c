//! How one bucket stands.

use super::{Echo, as_is};
use crate::bucket::BucketRef;
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
    /// Its rules stand, and the bucket that they replicate to is not there any more, or is another one of that name.
    TargetGone {
        /// That bucket.
        target: BucketRef,
    },
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
    /// Others decided otherwise: it replicates elsewhere or in part only, or what stands under its target's name is not its
    /// target. Or it can have no target.
    Conflict {
        /// What stands in the way, and what to do.
        why: String,
    },
}

impl Standing {
    /// Whether a sweep has something to do for it.
    pub fn needs_work(&self) -> bool {
        self.is_new() || matches!(self, Self::Drifted(_) | Self::Failed { .. })
    }

    /// Whether it is to get a target: what needs to be seen of one is looked at first.
    pub fn is_new(&self) -> bool {
        matches!(self, Self::Pending | Self::TargetGone { .. })
    }

    /// Of a problem that no step mends.
    pub fn failed(problem: &Problem) -> Self {
        Self::Failed {
            summary: problem.summary.clone(),
            detail: in_words_of_echo(&problem.detail),
        }
    }
}

/// A text about a pair's attributes, about those of an echo.
pub fn in_words_of_echo(text: &str) -> String {
    [
        ("`source.site`", "`source`"),
        ("`destination.site`", "`target`"),
        ("`source.kms_key_arn`", "`source_kms_key_arn`"),
        ("`destination.kms_key_arn`", "`target_kms_key_arn`"),
        ("`source.role`", "`source_role`"),
        ("`destination.role`", "`target_role`"),
        ("this pair", "the echo"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (of_pair, of_echo)| {
        text.replace(of_pair, of_echo)
    })
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
        for (from, _) in self.ways(pair) {
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
        }
        if let Some(standing) = self.of_others(pair, observed) {
            return standing;
        }
        match found(&pair.destination).map(|bucket| &bucket.existence) {
            // Rules are written once versioning is on, and S3 never forgets that it was: without, it is another of that name.
            Some(there @ (Existence::Missing | Existence::Exists))
                if self.has_rules(pair, observed)
                    && (*there == Existence::Missing || is_unversioned(pair, observed)) =>
            {
                let target = pair.destination.at();
                return Standing::TargetGone { target };
            }
            Some(Existence::Missing) => return Standing::Pending,
            Some(Existence::Elsewhere { region }) => {
                return Standing::Failed {
                    summary: format!("Target {} is in another region", pair.destination.at()),
                    detail: format!(
                        "A bucket of this name is in {}. Exclude {}, or choose another template in `target_bucket`.",
                        region
                            .as_deref()
                            .unwrap_or("a region that the service does not name"),
                        pair.source.bucket
                    ),
                };
            }
            Some(Existence::Forbidden { message }) => {
                return Standing::Failed {
                    summary: format!("Target {} may not be looked at", pair.destination.at()),
                    detail: format!(
                        "The service answers: {message}. A bucket of this name belongs to another account, or the credentials of site {} lack permissions. Exclude {}, choose another template in `target_bucket`, or allow it. If the target was deleted and another account took its name, rules that stand still send objects there, where that account lets the role in: delete them at once.",
                        pair.destination.site.name, pair.source.bucket
                    ),
                };
            }
            _ => {}
        }
        let pair_as_is = as_is(pair);
        let mut desired = pair_as_is.desired(observed);
        self.close_again(pair, observed, &mut desired);
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
}

/// Whether versioning was never on at the target.
fn is_unversioned(pair: &Pair, observed: &Observed) -> bool {
    let found = observed.buckets.get(&pair.destination.at());
    found.is_some_and(|bucket| bucket.versioning.is_absent())
}
