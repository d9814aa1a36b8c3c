//! Random pairs, and the worlds that they meet.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use replication::pair::PairRule;
use replication::{
    Direction, Encryption, Filter, Lifecycle, Mirror, Namespace, OwnedStatements, Ownership, Pair,
    PublicAccessBlock, ResourcePolicy, RoleArn, RoleChoice, Setting, Side, Site, Versioning,
};

use crate::world::{Bucket, Role, World};

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

/// What others have put on a bucket.
#[derive(Debug, Clone)]
pub struct Others {
    /// None: no rules; V1 or V2 else, and whether they run under the role that the pair would make.
    rules: Option<(bool, bool)>,
    statements: bool,
    locked: bool,
    ownership: Ownership,
    versioning: Versioning,
    settings: Settings,
}

/// Settings that can be mirrored.
#[derive(Debug, Clone)]
struct Settings {
    tags: BTreeMap<String, String>,
    lifecycle: Option<Lifecycle>,
    cors: Option<String>,
    bucket_key: bool,
    public_access_block: Option<PublicAccessBlock>,
}

/// A lifecycle configuration of rules of these names, as somebody else may have written it.
pub fn lifecycle(names: &[&str], days: u32) -> Lifecycle {
    let rules: Vec<String> = names
        .iter()
        .map(|name| format!("<Rule> <ID>{name}</ID><Filter><Prefix>{name}/</Prefix></Filter><Status>Enabled</Status><!-- {days} --><Expiration><Days>{days}</Days></Expiration></Rule>\n"))
        .collect();
    let rules = rules.concat();
    Lifecycle {
        xml: format!(
            "<?xml version=\"1.0\"?><LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{rules}</LifecycleConfiguration>"
        ),
        minimum_size: Some("varies_by_storage_class".to_owned()),
    }
}

pub fn cors(origin: &str) -> String {
    format!(
        "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>{origin}</AllowedOrigin></CORSRule></CORSConfiguration>"
    )
}

fn settings() -> impl Strategy<Value = Settings> {
    let names = proptest::sample::subsequence(vec!["logs", "tmp", "old"], 1..=3);
    (
        btree_map("(team|cost|aws:x|crr:y|z)", "[a-z]{0,3}", 0..4),
        option::of((names, 1..3_u32).prop_map(|(names, days)| lifecycle(&names, days))),
        option::of("[ab]".prop_map(|origin| cors(&origin))),
        any::<bool>(),
        option::of(any::<bool>().prop_map(|open| PublicAccessBlock {
            block_public_policy: !open,
            ..PublicAccessBlock::ALL
        })),
    )
        .prop_map(
            |(tags, lifecycle, cors, bucket_key, public_access_block)| Settings {
                tags,
                lifecycle,
                cors,
                bucket_key,
                public_access_block,
            },
        )
}

pub fn others() -> impl Strategy<Value = Others> {
    let ownership = prop_oneof![
        Just(Ownership::BucketOwnerEnforced),
        Just(Ownership::BucketOwnerPreferred),
        Just(Ownership::ObjectWriter)
    ];
    let versioning = prop_oneof![
        Just(Versioning::Enabled),
        Just(Versioning::Suspended),
        Just(Versioning::Never)
    ];
    (
        option::of(any::<(bool, bool)>()),
        any::<bool>(),
        any::<bool>(),
        ownership,
        versioning,
        settings(),
    )
        .prop_map(
            |(rules, statements, locked, ownership, versioning, settings)| Others {
                rules,
                statements,
                locked,
                ownership,
                versioning,
                settings,
            },
        )
}

/// A pair and the world that it meets.
#[derive(Debug, Clone)]
pub struct Scene {
    pub world: World,
    pub pair: Pair,
}

pub fn scenes() -> impl Strategy<Value = Scene> {
    (pairs(), others(), others())
        .prop_map(|(pair, at_source, at_destination)| scene(pair, &at_source, &at_destination))
}

pub const STATEMENT: &str = r#"{ "Sid" : "Theirs", "Effect":"Deny", "Principal":"*",
  "Action":["s3:DeleteObject"],"Resource":"*" }"#;

/// A role that somebody else made.
pub fn their_role() -> Role {
    Role {
        trust: r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned(),
        boundary: None,
        tags: BTreeMap::new(),
        policies: [("theirs".to_owned(), "{}".to_owned())].into(),
    }
}

/// The world before anything of the pair is in it.
pub fn bare(pair: &Pair) -> World {
    let mut world = World::default();
    let third = side(pair.source.site.clone(), "third").at();
    let versioned = Bucket {
        versioning: Versioning::Enabled,
        ..Bucket::new()
    };
    world.buckets.insert(third, versioned);
    for side in [&pair.source, &pair.destination] {
        if !side.create {
            let mut bucket = Bucket::new();
            bucket.objects = 3;
            world.buckets.insert(side.at(), bucket);
        }
        let role = existing_role(side, "given");
        world.roles.insert(role, their_role());
        let account = &side.site.account;
        let policy = format!(
            r#"{{"Version":"2012-10-17","Id":"key","Statement":{{"Sid":"Root","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"kms:*","Resource":"*"}}}}"#
        );
        world.keys.insert(key(side), policy);
    }
    world
}

/// Two rules of somebody else, with a comment and white space in them.
pub fn their_rules(v1: bool, role: &RoleArn) -> String {
    let rules = if v1 {
        "<Rule><ID>old</ID><Prefix>logs/</Prefix><Status>Enabled</Status>\n <Destination><Bucket>arn:aws:s3:::third</Bucket></Destination></Rule>".to_owned()
    } else {
        "<Rule> <ID>theirs</ID><Priority>7</Priority><Filter><Prefix>a&amp;b/</Prefix></Filter><!-- why --><Status>Disabled</Status>\n <Destination><Bucket>arn:aws:s3:::third</Bucket></Destination><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication></Rule>".to_owned()
    };
    format!(
        "<?xml version=\"1.0\"?>\n<ReplicationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Role>{role}</Role>\n{rules}</ReplicationConfiguration>"
    )
}

fn scene(mut pair: Pair, at_source: &Others, at_destination: &Others) -> Scene {
    let mut world = bare(&pair);
    let both = [
        (pair.source.clone(), at_source),
        (pair.destination.clone(), at_destination),
    ];
    for (side, others) in both {
        let Some(bucket) = world.buckets.get_mut(&side.at()) else {
            continue;
        };
        bucket.versioning = others.versioning;
        bucket.ownership = Some(others.ownership);
        bucket.object_lock = others.locked;
        let settings = others.settings.clone();
        bucket.tags = settings.tags;
        bucket.lifecycle = settings.lifecycle;
        bucket.cors = settings.cors;
        bucket.public_access_block = settings.public_access_block;
        bucket.encryption = Encryption::with_key(side.key.as_ref());
        bucket.encryption.bucket_key = settings.bucket_key;
        if others.locked || others.rules.is_some() {
            bucket.versioning = Versioning::Enabled;
        }
        if others.statements {
            let text = format!(r#"{{"Statement":[{STATEMENT}],"Version":"2012-10-17"}}"#);
            bucket.policy = Some(text);
        }
        if let Some((v1, under_given)) = others.rules {
            // V1 rules of others stand in the way until the user says that they may be rewritten.
            pair.adopt |= v1;
            let role = match &side.role {
                RoleChoice::Existing(role) => role.clone(),
                RoleChoice::Own if under_given => existing_role(&side, "given"),
                RoleChoice::Own => existing_role(&side, "gone-or-not"),
            };
            bucket.replication = Some(their_rules(v1, &role));
            world.roles.entry(role).or_insert_with(their_role);
        }
    }
    Scene { world, pair }
}

/// The statements of every pair.
fn of_pairs() -> [OwnedStatements; 1] {
    [OwnedStatements {
        prefix: "Crr".to_owned(),
        ..OwnedStatements::default()
    }]
}

/// Every byte that others wrote into the world's shared documents, and the roles that they made.
pub fn of_others(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    for (at, bucket) in &world.buckets {
        for rule in world.rules(at) {
            let id = &rule.rule.id;
            if !id.starts_with("crr/") && !id.starts_with("by hand") {
                // A V1 rule is rewritten when the user says so: its meaning stays.
                let text = if id == "old" {
                    rule.rule.filter.prefix.clone()
                } else {
                    rule.xml
                };
                found.push(format!("{at} {id} {text}"));
            }
        }
        if let Some(text) = &bucket.policy {
            let policy = ResourcePolicy::parse(text).unwrap();
            found.extend(policy.foreign(&of_pairs()).map(|s| format!("{at} {s}")));
        }
    }
    for (key, text) in &world.keys {
        let policy = ResourcePolicy::parse(text).unwrap();
        found.extend(policy.foreign(&of_pairs()).map(|s| format!("{key} {s}")));
    }
    for (arn, role) in &world.roles {
        if !role.tags.contains_key("crr:made-by") {
            let theirs: Vec<_> = role
                .policies
                .iter()
                .filter(|(name, _)| !name.starts_with("crr-"))
                .collect();
            found.push(format!("{arn} {} {:?} {theirs:?}", role.trust, role.tags));
        }
    }
    found
}
