//! What was seen a moment ago, for the next call on the same pair: Terraform reads, then plans, then applies.
//!
//! A plan may be about an old look; steps may not. They write whole documents, in which others have their part, so a
//! look that began before somebody's last write would take that write back.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use replication::Observed;

/// How long what a plan saw may serve the apply that follows it at once.
const FRESH: Duration = Duration::from_secs(10);

/// What one look saw, and when it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// What it saw.
    pub observed: Observed,
    /// It saw at least what was written before this.
    pub began: Instant,
}

/// The last look at each pair, until its next call takes it.
#[derive(Debug, Default)]
pub struct Looks {
    kept: HashMap<String, Look>,
    /// When what was last written to: buckets by name, roles and keys by ARN. Older than [`FRESH`] it does not matter.
    written: BTreeMap<String, Instant>,
}

impl Looks {
    /// Keeps a look at a pair.
    pub fn keep(&mut self, id: String, look: Look) {
        self.kept.insert(id, look);
    }

    /// Takes the last look, however old.
    pub fn take(&mut self, id: &str) -> Option<Look> {
        self.kept.remove(id)
    }

    /// Takes the last look if nothing in it can have changed by our own hand since it began.
    pub fn take_fresh(&mut self, id: &str, now: Instant) -> Option<Look> {
        let look = self.take(id)?;
        let untouched = |thing: &str| {
            self.written
                .get(thing)
                .is_none_or(|written| *written < look.began)
        };
        let fresh = now.duration_since(look.began) < FRESH && things(&look.observed).all(untouched);
        fresh.then_some(look)
    }

    /// Notes that these may have been written to until now.
    pub fn wrote(&mut self, things: impl IntoIterator<Item = String>, now: Instant) {
        self.written
            .retain(|_, written| now.duration_since(*written) < FRESH);
        self.written
            .extend(things.into_iter().map(|thing| (thing, now)));
    }
}

/// A bucket by its name alone: two sites may be two ways to one bucket.
fn things(observed: &Observed) -> impl Iterator<Item = &str> {
    let buckets = observed.buckets.keys().map(|at| at.bucket.as_str());
    let roles = observed.roles.keys().map(replication::RoleArn::as_str);
    let keys = observed.keys.keys().map(replication::KeyArn::as_str);
    buckets.chain(roles).chain(keys)
}

#[cfg(test)]
mod tests {
    use replication::bucket::BucketRef;
    use replication::observed::Existence;
    use replication::{ObservedBucket, ObservedKey};

    use super::*;

    const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/0b5ad0d1-6f4c-4c2e-9f4a-1b1e64ab3c5d";

    fn look(bucket: &str, began: Instant) -> Look {
        let at = BucketRef {
            site: "east".parse().unwrap(),
            bucket: bucket.parse().unwrap(),
        };
        Look {
            observed: Observed {
                buckets: [(at, ObservedBucket::of(Existence::Exists))].into(),
                keys: [(KEY.parse().unwrap(), ObservedKey::default())].into(),
                ..Observed::default()
            },
            began,
        }
    }

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[test]
    fn what_somebody_wrote_to_after_a_look_began_is_looked_at_again() {
        let start = Instant::now();
        for (thing, fresh) in [("orders", false), (KEY, false), ("others", true)] {
            // The write ends while the look is still under way, so the look is kept after it.
            let mut looks = Looks::default();
            looks.wrote([thing.to_owned()], start + seconds(1));
            looks.keep("pair".to_owned(), look("orders", start));
            let taken = looks.take_fresh("pair", start + seconds(2));
            assert_eq!(taken.is_some(), fresh, "{thing}");
        }
    }

    #[test]
    fn a_look_that_began_after_the_write_serves_once_and_for_a_while() {
        let start = Instant::now();
        let mut looks = Looks::default();
        looks.wrote(["orders".to_owned()], start);
        let seen = look("orders", start + seconds(1));
        looks.keep("pair".to_owned(), seen.clone());
        assert_eq!(
            looks.take_fresh("pair", start + seconds(2)),
            Some(seen.clone())
        );
        assert_eq!(looks.take("pair"), None, "it is taken");
        looks.keep("pair".to_owned(), seen);
        assert_eq!(looks.take_fresh("pair", start + seconds(11)), None);
    }

    #[test]
    fn writes_of_long_ago_are_not_kept() {
        let start = Instant::now();
        let mut looks = Looks::default();
        looks.wrote(["orders".to_owned()], start);
        looks.wrote(["others".to_owned()], start + FRESH);
        assert_eq!(looks.written.len(), 1);
    }
}
