//! Which pairs of this run make a bucket, and where: a name is given once, and no bucket is in two regions.

use std::collections::BTreeMap;

use replication::{BucketName, Namespace, Pair, PairId};

use super::place::{Place, grounds};

/// The names of the buckets of all planned pairs.
#[derive(Default)]
pub struct BucketNames(BTreeMap<(Namespace, BucketName), BTreeMap<PairId, Planned>>);

struct Planned {
    place: Place,
    create: bool,
}

/// One name that two pairs want at two places.
#[derive(Debug, PartialEq, Eq)]
pub struct Twice {
    /// The side of the pair that came second.
    pub side: &'static str,
    /// Where that wants it.
    pub here: Place,
    /// Where the other has it.
    pub there: Place,
    /// The pair that came first.
    pub other: PairId,
}

impl BucketNames {
    /// Notes the buckets of a planned pair. Says which of them another has at another place, where one of the two makes it:
    /// of buckets that nobody makes the look tells where they are.
    pub fn plan(&mut self, pair: &Pair) -> Option<Twice> {
        let id = pair.id();
        let mut twice = None;
        for ground in grounds(pair) {
            let place = ground.place;
            let name = (place.namespace.clone(), place.bucket.clone());
            let planned = self.0.entry(name).or_default();
            let other = planned.iter().find(|(other, planned)| {
                **other != id
                    && (planned.create || ground.create)
                    && cannot_both_be(&planned.place, &place)
            });
            if let Some((other, planned)) = other {
                twice = twice.or(Some(Twice {
                    side: ground.side,
                    here: place,
                    there: planned.place.clone(),
                    other: other.clone(),
                }));
                continue;
            }
            let create = ground.create;
            planned.insert(id.clone(), Planned { place, create });
        }
        twice
    }
}

/// Whether a name that is at the one place is not at the other. Systems other than AWS may have names for each account.
fn cannot_both_be(one: &Place, other: &Place) -> bool {
    let everywhere = matches!(one.namespace, Namespace::Partition(_));
    let same_account = one.account == other.account;
    (same_account && one.region != other.region) || (everywhere && !same_account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::pairs::pair;

    #[test]
    fn no_bucket_is_in_two_regions() {
        let mut names = BucketNames::default();
        let first = pair("orders", "orders-dr");
        assert_eq!(names.plan(&first), None);
        assert_eq!(names.plan(&first), None, "planned again");
        let mut second = pair("invoices", "orders");
        second.destination.site.region = "us-west-2".parse().unwrap();
        let twice = names.plan(&second).unwrap();
        assert_eq!((twice.side, &twice.other), ("destination", &first.id()));
        assert_eq!(names.plan(&pair("orders", "far")), None, "the same bucket");

        let mut system = second.clone();
        system.destination.site.namespace = Namespace::Authority("s3.example.com".to_owned());
        assert_eq!(names.plan(&system), None, "another system's name");
    }

    #[test]
    fn a_name_is_one_account_s_on_aws_and_perhaps_several_accounts_elsewhere() {
        for (namespace, refused) in [
            (Namespace::Partition("aws".parse().unwrap()), true),
            (Namespace::Authority("s3.example.com".to_owned()), false),
        ] {
            let mut names = BucketNames::default();
            let (mut first, mut second) = (pair("orders", "near"), pair("orders", "far"));
            first.source.site.namespace = namespace.clone();
            second.source.site.namespace = namespace;
            second.source.site.account = "444455556666".parse().unwrap();
            assert_eq!(names.plan(&first), None);
            assert_eq!(names.plan(&second).is_some(), refused);
        }
    }

    #[test]
    fn where_nobody_makes_it_the_look_tells() {
        let mut names = BucketNames::default();
        let (mut first, mut second) = (pair("orders", "near"), pair("orders", "far"));
        first.source.create = false;
        second.source.create = false;
        second.source.site.region = "us-west-2".parse().unwrap();
        assert_eq!(names.plan(&first), None);
        assert_eq!(names.plan(&second), None);
    }
}
