//! What a whole site looks like, in a size that does not grow with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Standing;

/// How many exceptions are listed by name.
pub const LISTED: usize = 100;

/// How many buckets stand how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// All that the site has, and those that were gone when looked at.
    pub buckets: usize,
    /// Replicated as they should be.
    pub protected: usize,
    /// Not replicated yet.
    pub pending: usize,
    /// Replicated, and not all is as it should be.
    pub drifted: usize,
    /// Cannot be looked at or protected.
    pub failed: usize,
    /// Replicated to the same target by others.
    pub by_others: usize,
    /// Replicated elsewhere by others, or what stands under the target's name is another's.
    pub conflicts: usize,
    /// Left out by the selection.
    pub excluded: usize,
    /// Listed, and not there any more.
    pub gone: usize,
}

/// What a whole site looks like.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// How many stand how.
    pub counts: Counts,
    /// Those that are not as they should be, by name: the first [`LISTED`] of them.
    pub exceptions: BTreeMap<String, String>,
    /// How many more of those there are.
    pub unlisted: usize,
    /// Why buckets are excluded, and how many for each reason.
    pub excluded_because: BTreeMap<String, usize>,
}

impl Coverage {
    /// Counts one bucket.
    pub fn add(&mut self, bucket: &str, standing: &Standing) {
        let counts = &mut self.counts;
        counts.buckets += 1;
        let exception = match standing {
            Standing::Protected => {
                counts.protected += 1;
                return;
            }
            Standing::ByOthers { .. } => {
                counts.by_others += 1;
                return;
            }
            Standing::Gone => {
                counts.gone += 1;
                return;
            }
            Standing::Excluded { why } => {
                counts.excluded += 1;
                *self.excluded_because.entry(why.clone()).or_default() += 1;
                return;
            }
            Standing::Pending => {
                counts.pending += 1;
                "pending: not replicated yet".to_owned()
            }
            Standing::TargetGone { target } => {
                counts.pending += 1;
                format!(
                    "{TARGET_GONE}{target} is gone, or was made anew, and with it the objects that were in it"
                )
            }
            Standing::Drifted(differences) => {
                counts.drifted += 1;
                let facets: Vec<&str> = differences.iter().map(|d| d.facet.as_str()).collect();
                format!("drifted: {}", facets.join(", "))
            }
            Standing::Failed { summary, .. } => {
                counts.failed += 1;
                format!("failed: {summary}")
            }
            Standing::Conflict { why } => {
                counts.conflicts += 1;
                format!("{CONFLICT}{why}")
            }
        };
        self.exceptions.insert(bucket.to_string(), exception);
        if self.exceptions.len() > LISTED {
            self.drop_one();
            self.unlisted += 1;
        }
    }

    /// Drops the last name of the kind that has most: each kind has its share, so that many of one hide none of another. Of
    /// kinds with as many, the mildest gives way.
    fn drop_one(&mut self) {
        let kind = |why: &str| KINDS.iter().position(|kind| why.starts_with(kind));
        let listed = |of: usize| {
            let exceptions = self.exceptions.values();
            exceptions.filter(|why| kind(why) == Some(of)).count()
        };
        let largest = (0..KINDS.len()).max_by_key(|of| listed(*of));
        let mut names = self.exceptions.iter().rev();
        let last = names.find(|(_, why)| kind(why) == largest);
        if let Some(name) = last.map(|(name, _)| name.clone()) {
            self.exceptions.remove(&name);
        }
    }

    /// What it will be once everything that can be protected is. Conflicts stay: somebody decided for them.
    #[must_use]
    pub fn once_protected(&self) -> Self {
        let mut coverage = self.clone();
        let counts = &mut coverage.counts;
        counts.protected += counts.pending + counts.drifted + counts.failed;
        (counts.pending, counts.drifted, counts.failed) = (0, 0, 0);
        // What is gone by then is not listed again.
        counts.buckets -= counts.gone;
        counts.gone = 0;
        let conflicts = counts.conflicts;
        coverage
            .exceptions
            .retain(|_, why| why.starts_with(CONFLICT));
        coverage.unlisted = conflicts.saturating_sub(coverage.exceptions.len());
        coverage
    }

    /// What it is after work on those that needed it, each with how it came to stand.
    #[must_use]
    pub fn after<'a>(&self, worked_on: impl IntoIterator<Item = (&'a str, &'a Standing)>) -> Self {
        let mut coverage = self.once_protected();
        for (bucket, standing) in worked_on {
            if *standing != Standing::Protected {
                coverage.counts.protected = coverage.counts.protected.saturating_sub(1);
                coverage.counts.buckets = coverage.counts.buckets.saturating_sub(1);
                coverage.add(bucket, standing);
            }
        }
        coverage
    }

    /// What it is where the role that the rules run under is not there: S3 then fails every object, however the rules stand.
    pub fn fail_protected(&mut self) {
        self.unlisted += self.counts.protected;
        self.counts.failed += std::mem::take(&mut self.counts.protected);
    }

    /// Whether anything can be done to protect more.
    pub fn needs_work(&self) -> bool {
        self.counts.pending + self.counts.drifted + self.counts.failed > 0
    }
}

const CONFLICT: &str = "conflict: ";

/// What is said of a bucket whose rules lead nowhere any more.
pub const TARGET_GONE: &str = "pending: its target ";

/// How what is said of a bucket begins, the worst first.
const KINDS: [&str; 4] = ["failed: ", CONFLICT, "drifted: ", "pending: "];

#[cfg(test)]
mod tests;
