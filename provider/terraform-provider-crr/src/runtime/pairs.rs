//! Pairs for the tests of what pairs are to each other.

use replication::{Direction, Mirror, Namespace, Pair, RoleChoice, Side, Site};

/// A one-way pair of buckets that it makes.
pub(super) fn pair(source: &str, destination: &str) -> Pair {
    let side = |bucket: &str| Side {
        site: Site {
            name: "east".parse().unwrap(),
            account: "111122223333".parse().unwrap(),
            partition: "aws".parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
            namespace: Namespace::Partition("aws".parse().unwrap()),
        },
        bucket: bucket.parse().unwrap(),
        create: true,
        created: true,
        storage_class: None,
        key: None,
        object_lock: None,
        access_log: None,
        role: RoleChoice::Own,
    };
    Pair {
        source: side(source),
        destination: side(destination),
        direction: Direction::OneWay,
        rules: Vec::new(),
        owner_override: None,
        mirror: Mirror::default(),
        boundary: None,
        tags: [].into(),
        adopt: false,
        remembered_ids: [].into(),
        trusted_accounts: None,
    }
}
