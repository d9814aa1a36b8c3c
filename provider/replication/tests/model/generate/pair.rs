//! Pairs: those that tests begin with, and random ones.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use replication::pair::PairRule;
use replication::{
    Direction, Filter, Mirror, Namespace, Pair, RoleArn, RoleChoice, Setting, Side, Site,
};

pub const EAST: &str = "111111111111";
pub const WEST: &str = "222222222222";

pub fn site(name: &str, account: &str, region: &str) -> Site {
    Site {
        name: name.parse().unwrap(),
        account: account.parse().unwrap(),
        partition: "aws".parse().unwrap(),
        region: region.parse().unwrap(),
        namespace: Namespace::Partition("aws".parse().unwrap()),
    }
}

pub fn side(site: Site, bucket: &str) -> Side {
    Side {
        site,
        bucket: bucket.parse().unwrap(),
        create: false,
        created: false,
        storage_class: None,
        key: None,
        object_lock: None,
        access_log: None,
        role: RoleChoice::Own,
    }
}

pub fn rule(name: &str) -> PairRule {
    PairRule {
        name: name.parse().unwrap(),
        id: None,
        filter: Filter::default(),
        enabled: true,
        priority: None,
        delete_markers: true,
        replica_modifications: false,
        rtc: false,
        metrics: true,
        storage_class: None,
    }
}

/// `east:orders->west:orders-dr`, in one account.
pub fn plain() -> Pair {
    Pair {
        source: side(site("east", EAST, "us-east-1"), "orders"),
        destination: side(site("west", EAST, "us-west-2"), "orders-dr"),
        direction: Direction::OneWay,
        rules: vec![rule("everything")],
        owner_override: None,
        mirror: Mirror::default(),
        boundary: None,
        tags: BTreeMap::new(),
        adopt: false,
        remembered_ids: BTreeSet::new(),
        trusted_accounts: None,
    }
}

/// The same between two accounts, both ways.
pub fn crossing() -> Pair {
    let mut pair = plain();
    pair.destination.site = site("west", WEST, "us-west-2");
    pair.direction = Direction::TwoWay;
    pair
}

pub fn key(side: &Side) -> replication::KeyArn {
    let Site {
        account, region, ..
    } = &side.site;
    format!("arn:aws:kms:{region}:{account}:key/{}", side.bucket)
        .parse()
        .unwrap()
}

pub fn existing_role(side: &Side, name: &str) -> RoleArn {
    let account = &side.site.account;
    format!("arn:aws:iam::{account}:role/{name}")
        .parse()
        .unwrap()
}

/// The role that the pair makes for its source bucket.
pub fn own_role(pair: &Pair) -> RoleArn {
    let mut own = pair.clone();
    own.source.role = RoleChoice::Own;
    let roles = own.reads().roles;
    let made = |arn: &&RoleArn| {
        arn.as_str()
            .contains(&format!("/crr-{}-", pair.source.bucket))
    };
    roles.keys().find(made).unwrap().clone()
}

pub fn mirrors() -> impl Strategy<Value = Mirror> {
    let some = proptest::sample::subsequence(Setting::ALL.to_vec(), 0..=Setting::ALL.len());
    (some, any::<bool>(), any::<bool>()).prop_map(|(settings, exact, public)| Mirror {
        settings: settings.into_iter().collect(),
        exact,
        public,
    })
}

fn rules() -> impl Strategy<Value = Vec<PairRule>> {
    // What XML has to escape, what lies beyond ASCII, and the control characters that XML can carry.
    let text = "[a-z0-9/<>&\"' \t\r\n\u{e9}\u{4e16}\u{1f30d}\u{2028}-]{0,12}";
    let one = (
        (text, btree_map("[a-z<&:]{1,5}", "[a-z&> ]{0,5}", 0..3)),
        option::of(0..5_u32),
        any::<[bool; 6]>(),
        prop_oneof![Just(None), Just(Some("STANDARD_IA".to_owned()))],
    );
    vec(one, 1..5).prop_map(|parts| {
        let mut taken = BTreeSet::new();
        let made = |(index, ((prefix, tags), priority, on, storage_class)): (usize, _)| {
            let [enabled, delete_markers, modifications, rtc, metrics, named]: [bool; 6] = on;
            let tags: BTreeMap<String, String> = tags;
            let priority: Option<u32> = priority;
            PairRule {
                name: format!("rule-{index}").parse().unwrap(),
                id: named.then(|| format!("by hand {index}")),
                filter: Filter {
                    prefix,
                    tags: tags.clone(),
                },
                enabled,
                priority: priority
                    .map(|p| 1_000_000_000 + p)
                    .filter(|p| taken.insert(*p)),
                delete_markers: delete_markers && tags.is_empty(),
                replica_modifications: modifications,
                rtc: rtc && metrics,
                metrics,
                storage_class,
            }
        };
        parts.into_iter().enumerate().map(made).collect()
    })
}

pub fn pairs() -> impl Strategy<Value = Pair> {
    (
        rules(),
        any::<[bool; 7]>(),
        option::of(any::<bool>()),
        any::<bool>(),
        mirrors(),
    )
        .prop_map(|(rules, on, owner_override, boundary, mirror)| {
            let [
                two_way,
                crosses,
                kms,
                make_source,
                make_destination,
                named,
                named_back,
            ] = on;
            let mut pair = if crosses { crossing() } else { plain() };
            pair.direction = if two_way {
                Direction::TwoWay
            } else {
                Direction::OneWay
            };
            pair.rules = rules;
            pair.mirror = mirror;
            pair.owner_override = owner_override;
            pair.boundary = boundary.then(|| "arn:aws:iam::111111111111:policy/b".to_owned());
            pair.tags = [("team".to_owned(), "orders".to_owned())].into();
            pair.source.create = make_source;
            pair.destination.create = make_destination;
            for (side, named) in [
                (&mut pair.source, named),
                (&mut pair.destination, named_back),
            ] {
                side.key = kms.then(|| key(side));
                if named {
                    side.role = RoleChoice::Existing(existing_role(side, "given"));
                }
            }
            pair
        })
}
