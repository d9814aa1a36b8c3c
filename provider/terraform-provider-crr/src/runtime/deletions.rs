//! Buckets that go with their pair, since `force_destroy` says so, and the other pairs that stand on them.
//!
//! Terraform plans and destroys pairs in any order, many at once. While it plans, whichever of two comes second is told of the
//! first. While it applies, it says nothing of pairs that have no change, and not beforehand who is to go: a pair that finds
//! others on its bucket leaves the bucket to the last of them that this process destroys.

use std::collections::{BTreeMap, BTreeSet};

use replication::{Pair, PairId};

use super::place::{Place, grounds};

/// Who deletes what, and who stands where.
#[derive(Default)]
pub struct Deletions {
    /// The planned pairs that stay, with all that they stand on.
    staying: BTreeMap<PairId, BTreeSet<Place>>,
    /// The planned pairs that go, with what goes with them.
    going: BTreeMap<PairId, BTreeSet<Place>>,
    /// Buckets that went with pairs which are gone, but for others that stood on them.
    left: BTreeMap<Place, PairId>,
}

/// A bucket that is to go, and a pair that is to stay on it.
#[derive(Debug, PartialEq, Eq)]
pub struct Collision {
    /// The bucket.
    pub bucket: Place,
    /// The pair that goes.
    pub going: PairId,
    /// The pair that stays.
    pub staying: PairId,
}

impl Deletions {
    /// Notes a planned pair that stays. Says which bucket would be deleted under it.
    pub fn stays(&mut self, pair: &Pair) -> Option<Collision> {
        let id = pair.id();
        let stands_on: BTreeSet<Place> = grounds(pair).into_iter().map(|on| on.place).collect();
        let found = self.going.iter().find_map(|(going, buckets)| {
            Some(Collision {
                bucket: buckets.intersection(&stands_on).next()?.clone(),
                going: going.clone(),
                staying: id.clone(),
            })
        });
        self.staying.insert(id, stands_on);
        found
    }

    /// Notes a planned pair that goes, with the buckets that go with it. Says which pair stays on one of them.
    pub fn goes(&mut self, pair: &Pair, buckets: BTreeSet<Place>) -> Option<Collision> {
        let id = pair.id();
        let found = self.staying.iter().find_map(|(staying, stands_on)| {
            Some(Collision {
                bucket: buckets.intersection(stands_on).next()?.clone(),
                going: id.clone(),
                staying: staying.clone(),
            })
        });
        self.going.insert(id, buckets);
        found
    }

    /// The buckets that go with planned pairs, each with its pair.
    pub fn going(&self) -> impl Iterator<Item = (&PairId, &Place)> {
        let going = self.going.iter();
        going.flat_map(|(pair, buckets)| buckets.iter().map(move |bucket| (pair, bucket)))
    }

    /// Notes a bucket that a pair which is gone has left to others.
    pub fn leave(&mut self, bucket: Place, by: PairId) {
        self.left.insert(bucket, by);
    }

    /// The pair that has left a bucket to others.
    pub fn left_by(&self, bucket: &Place) -> Option<PairId> {
        self.left.get(bucket).cloned()
    }

    /// Notes that a bucket is nobody's to delete any more.
    pub fn forget(&mut self, bucket: &Place) {
        self.left.remove(bucket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::pairs::pair;

    #[test]
    fn whichever_is_planned_second_is_told() {
        let (goes, stays) = (pair("orders", "near"), pair("orders", "far"));
        let bucket = Place::of(&goes.source);
        let told = Some(Collision {
            bucket: bucket.clone(),
            going: goes.id(),
            staying: stays.id(),
        });
        let mut deletions = Deletions::default();
        assert_eq!(deletions.stays(&stays), None);
        assert_eq!(deletions.goes(&goes, [bucket.clone()].into()), told);
        let mut deletions = Deletions::default();
        assert_eq!(deletions.goes(&goes, [bucket].into()), None);
        assert_eq!(deletions.stays(&stays), told);
    }

    #[test]
    fn a_target_of_the_same_account_is_stood_on_though_nothing_on_it_tells() {
        let (goes, stays) = (pair("orders", "all"), pair("invoices", "all"));
        let mut deletions = Deletions::default();
        deletions.stays(&stays);
        let destination = Place::of(&goes.destination);
        assert!(deletions.goes(&goes, [destination].into()).is_some());
    }

    #[test]
    fn buckets_that_stay_and_other_systems_buckets_of_the_name_collide_with_nobody() {
        let (goes, stays) = (pair("orders", "near"), pair("orders", "far"));
        let mut deletions = Deletions::default();
        deletions.stays(&stays);
        assert_eq!(deletions.goes(&goes, BTreeSet::new()), None);
        let mut elsewhere = Place::of(&goes.source);
        elsewhere.namespace = replication::Namespace::Authority("s3.example.com".to_owned());
        assert_eq!(deletions.goes(&goes, [elsewhere].into()), None);
    }
}
