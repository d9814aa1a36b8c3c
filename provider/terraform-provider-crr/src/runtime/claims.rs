//! Which pairs this process has made: whoever goes in the same apply must leave them what they stand on.
//!
//! All names are deterministic, so a pair and its successor (`create_before_destroy`, or a new address without a `moved` block)
//! have the same rules, roles and buckets. Terraform then makes the new one first, which finds everything there.

use replication::bucket::BucketRef;
use replication::{Direction, Pair};

/// Pairs that were made, or are being made.
#[derive(Default)]
pub struct Claims(Vec<Pair>);

impl Claims {
    /// Claims a pair's lanes for one resource. Says which one is another's already.
    pub fn claim(&mut self, pair: &Pair) -> Option<String> {
        let taken = lanes(pair)
            .into_iter()
            .find(|lane| self.0.iter().any(|other| lanes(other).contains(lane)));
        if taken.is_none() {
            self.0.push(pair.clone());
        }
        taken
    }

    /// Gives a pair's lanes back.
    pub fn release(&mut self, pair: &Pair) {
        self.0.retain(|other| other != pair);
    }

    /// The pairs made in this process that have a lane of this one.
    pub fn successors(&self, old: &Pair) -> Vec<Pair> {
        let old = lanes(old);
        let shares = |pair: &&Pair| lanes(pair).iter().any(|lane| old.contains(lane));
        self.0.iter().filter(shares).cloned().collect()
    }

    /// Whether a pair made in this process stands on the bucket. Two sites may be two ways to one bucket.
    pub fn stand_on(&self, at: &BucketRef) -> bool {
        self.0.iter().any(|pair| {
            [&pair.source, &pair.destination]
                .iter()
                .any(|side| side.bucket == at.bucket)
        })
    }
}

fn lanes(pair: &Pair) -> Vec<String> {
    let (source, destination) = (&pair.source.bucket, &pair.destination.bucket);
    let mut lanes = vec![format!("{source} to {destination}")];
    if pair.direction == Direction::TwoWay {
        lanes.push(format!("{destination} to {source}"));
    }
    lanes
}

#[cfg(test)]
mod tests {
    use replication::{RoleChoice, Side, Site};

    use super::*;

    fn pair(source: &str, destination: &str, direction: Direction) -> Pair {
        let side = |bucket: &str| Side {
            site: Site {
                name: "east".parse().unwrap(),
                account: "111122223333".parse().unwrap(),
                partition: "aws".parse().unwrap(),
                region: "us-east-1".parse().unwrap(),
            },
            bucket: bucket.parse().unwrap(),
            create: true,
            created: true,
            storage_class: None,
            key: None,
            role: RoleChoice::Own,
        };
        Pair {
            source: side(source),
            destination: side(destination),
            direction,
            rules: Vec::new(),
            owner_override: None,
            mirror: replication::Mirror::default(),
            boundary: None,
            tags: [].into(),
            adopt: false,
            remembered_ids: [].into(),
            trusted_accounts: None,
        }
    }

    #[test]
    fn a_lane_is_one_resource_s() {
        let mut claims = Claims::default();
        let both = pair("orders", "orders-dr", Direction::TwoWay);
        assert_eq!(claims.claim(&both), None);
        let back = pair("orders-dr", "orders", Direction::OneWay);
        assert_eq!(claims.claim(&back).as_deref(), Some("orders-dr to orders"));
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
}
