//! Which pairs this process has made: whoever goes in the same apply must leave them what they stand on.
//!
//! All names are deterministic, so a pair and its successor (`create_before_destroy`, or a new address without a `moved` block)
//! have the same rules, roles and buckets. Terraform then makes the new one first, which finds everything there.
//!
//! And what pairs want of the role that they share: it has one set of tags and one boundary, so two pairs that want different
//! ones would undo each other in every apply.

use std::collections::BTreeMap;

use replication::bucket::BucketRef;
use replication::desired::RoleStanding;
use replication::{Desired, Direction, Pair, PairId, RoleArn, Setting, Side};

use super::place::Place;

/// Pairs that were made, or are being made.
#[derive(Default)]
pub struct Claims {
    pairs: Vec<Claimed>,
    roles: BTreeMap<RoleArn, Wish>,
    /// The planned pairs that mirror settings, by their names.
    mirrors: BTreeMap<PairId, Pair>,
}

/// A pair that was made, and its lanes.
struct Claimed {
    pair: Pair,
    lanes: Vec<Lane>,
}

/// What the first pair that spoke of a role wants of it.
struct Wish {
    pair: PairId,
    tags: BTreeMap<String, String>,
    boundary: Option<String>,
}

/// Two pairs want different things of one role.
#[derive(Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The attribute in which they differ.
    pub attribute: &'static str,
    /// The role.
    pub role: RoleArn,
    /// The pair that spoke first.
    pub other: PairId,
}

impl Claims {
    /// Claims a pair's lanes for one resource. Says which one is another's already.
    pub fn claim(&mut self, pair: &Pair) -> Option<String> {
        let lanes = lanes(pair);
        let mut theirs = self.pairs.iter().flat_map(|other| &other.lanes);
        let taken = theirs.find(|lane| lanes.contains(lane));
        let taken = taken.map(|lane| format!("{} to {}", lane.from.bucket, lane.to.bucket));
        if taken.is_none() {
            let pair = pair.clone();
            self.pairs.push(Claimed { pair, lanes });
        }
        taken
    }

    /// Gives a pair's lanes back.
    pub fn release(&mut self, pair: &Pair) {
        self.pairs.retain(|other| other.pair != *pair);
    }

    /// The pairs made in this process that have a lane of this one.
    pub fn successors(&self, old: &Pair) -> Vec<Pair> {
        let old = lanes(old);
        let others = self.pairs.iter();
        let sharing = others.filter(|other| other.lanes.iter().any(|lane| old.contains(lane)));
        sharing.map(|other| other.pair.clone()).collect()
    }

    /// Whether a pair made in this process stands on the bucket. Two sites may be two ways to one bucket.
    pub fn stand_on(&self, at: &BucketRef) -> bool {
        self.pairs.iter().any(|Claimed { pair, .. }| {
            [&pair.source, &pair.destination]
                .iter()
                .any(|side| side.bucket == at.bucket)
        })
    }

    /// Notes the mirror of a pair that is planned. Says which other pair mirrors the same settings of another source onto the
    /// same bucket: in each apply the one would undo what the other wrote.
    pub fn mirror(&mut self, pair: &Pair) -> Option<(PairId, Vec<Setting>)> {
        let id = pair.id();
        let to = Place::of(&pair.destination);
        let contending = self.mirrors.iter().find_map(|(other, mirrored)| {
            let same = *other != id && Place::of(&mirrored.destination) == to;
            let settings = pair.mirror.contends_with(&mirrored.mirror);
            (same && !settings.is_empty()).then(|| (other.clone(), settings))
        });
        if contending.is_none() && !pair.mirror.settings.is_empty() {
            self.mirrors.insert(id, pair.clone());
        }
        contending
    }

    /// Notes what a pair that is planned wants of its roles. Says where another pair of this configuration wants otherwise.
    pub fn want(&mut self, pair: &PairId, desired: &Desired) -> Option<Disagreement> {
        desired.roles.iter().find_map(|(arn, role)| {
            let RoleStanding::Ours(wanted) = &role.standing else {
                return None;
            };
            let wish = || Wish {
                pair: pair.clone(),
                tags: wanted.tags.clone(),
                boundary: wanted.boundary.clone(),
            };
            let first = self.roles.entry(arn.clone()).or_insert_with(wish);
            if first.pair == *pair {
                *first = wish();
            }
            let attribute = if first.tags != wanted.tags {
                "tags"
            } else if first.boundary != wanted.boundary {
                "permissions_boundary"
            } else {
                return None;
            };
            Some(Disagreement {
                attribute,
                role: arn.clone(),
                other: first.pair.clone(),
            })
        })
    }
}

/// One direction of a pair.
#[derive(PartialEq, Eq)]
struct Lane {
    from: Place,
    to: Place,
}

fn lanes(pair: &Pair) -> Vec<Lane> {
    let lane = |from: &Side, to: &Side| Lane {
        from: Place::of(from),
        to: Place::of(to),
    };
    let (source, destination) = (&pair.source, &pair.destination);
    let back = (pair.direction == Direction::TwoWay).then(|| lane(destination, source));
    std::iter::once(lane(source, destination))
        .chain(back)
        .collect()
}

#[cfg(test)]
mod tests {
    use replication::{Namespace, Observed};

    use super::*;

    fn pair(source: &str, destination: &str, direction: Direction) -> Pair {
        let mut pair = crate::runtime::pairs::pair(source, destination);
        pair.direction = direction;
        pair
    }

    #[test]
    fn a_lane_is_one_resource_s() {
        let mut claims = Claims::default();
        let both = pair("orders", "orders-dr", Direction::TwoWay);
        assert_eq!(claims.claim(&both), None);
        let back = pair("orders-dr", "orders", Direction::OneWay);
        assert_eq!(claims.claim(&back).as_deref(), Some("orders-dr to orders"));
        let mut elsewhere = back.clone();
        elsewhere.source.site.account = "444455556666".parse().unwrap();
        assert_eq!(
            claims.claim(&elsewhere),
            None,
            "another's bucket of the name"
        );
        let mut system = back.clone();
        system.source.site.namespace = Namespace::Authority("s3.example.com".to_owned());
        assert_eq!(claims.claim(&system), None, "another system's");
        let mut another_way = back.clone();
        another_way.source.site.name = "west".parse().unwrap();
        assert!(claims.claim(&another_way).is_some(), "the same bucket");
        claims.release(&both);
        assert_eq!(claims.claim(&back), None);
    }

    #[test]
    fn what_goes_finds_who_follows_it_and_who_stands_on_its_buckets() {
        let mut claims = Claims::default();
        let old = pair("orders", "orders-dr", Direction::TwoWay);
        assert_eq!(claims.successors(&old), Vec::new());
        let new = pair("orders-dr", "orders", Direction::OneWay);
        claims.claim(&new);
        claims.claim(&pair("orders-dr", "archive", Direction::OneWay));
        assert_eq!(claims.successors(&old), vec![new]);
        let at = |bucket: &str| pair(bucket, "any", Direction::OneWay).source.at();
        assert!(claims.stand_on(&at("archive")));
        assert!(!claims.stand_on(&at("others")));
    }

    #[test]
    fn pairs_that_share_a_role_want_the_same_of_it() {
        let mut claims = Claims::default();
        let wants = |claims: &mut Claims, destination: &str, tag: &str, boundary: Option<&str>| {
            let mut pair = pair("orders", destination, Direction::OneWay);
            pair.tags = [("team".to_owned(), tag.to_owned())].into();
            pair.boundary = boundary.map(str::to_owned);
            let desired = pair.desired(&Observed::default());
            let found = claims.want(&pair.id(), &desired);
            found.map(|found| (found.attribute, found.other.destination_bucket.to_string()))
        };
        assert_eq!(wants(&mut claims, "near", "a", None), None);
        assert_eq!(wants(&mut claims, "far", "a", None), None);
        let near = |attribute| Some((attribute, "near".to_owned()));
        assert_eq!(wants(&mut claims, "far", "b", None), near("tags"));
        let boundary = Some("arn:aws:iam::111122223333:policy/b");
        assert_eq!(
            wants(&mut claims, "far", "a", boundary),
            near("permissions_boundary")
        );
        // The same pair may be planned again, with what it wants by then.
        assert_eq!(wants(&mut claims, "near", "b", None), None);
        assert_eq!(wants(&mut claims, "far", "b", None), None);
    }

    #[test]
    fn pairs_that_mirror_onto_one_bucket_share_what_stands_side_by_side() {
        let mut claims = Claims::default();
        let mut mirror = |source: &str, settings: &[Setting], exact: bool| {
            let mut pair = pair(source, "all", Direction::OneWay);
            pair.mirror.settings = settings.iter().copied().collect();
            pair.mirror.exact = exact;
            let found = claims.mirror(&pair);
            found.map(|(other, settings)| (other.source_bucket.to_string(), settings))
        };
        assert_eq!(mirror("one", &[Setting::Tags, Setting::Cors], false), None);
        assert_eq!(
            mirror("one", &[Setting::Tags, Setting::Cors], false),
            None,
            "planned again"
        );
        assert_eq!(
            mirror("two", &[Setting::Tags, Setting::Policy], false),
            None
        );
        let one = |settings: &[Setting]| Some(("one".to_owned(), settings.to_vec()));
        assert_eq!(
            mirror("three", &[Setting::Tags, Setting::Cors], false),
            one(&[Setting::Cors])
        );
        assert_eq!(
            mirror("three", &[Setting::Tags], true),
            one(&[Setting::Tags])
        );
    }
}
