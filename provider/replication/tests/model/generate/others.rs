//! What others have put on buckets and keys, and the roles that they made.

use std::collections::BTreeMap;

use proptest::collection::btree_map;
use proptest::option;
use proptest::prelude::*;
use replication::{
    Lifecycle, OwnedStatements, Ownership, PublicAccessBlock, ResourcePolicy, RoleArn, Versioning,
};

use crate::world::{Role, World};

/// What others have put on a bucket.
#[derive(Debug, Clone)]
pub struct Others {
    /// None: no rules; V1 or V2 else, and whether they run under the role that the pair would make.
    pub rules: Option<(bool, bool)>,
    pub statements: bool,
    pub locked: bool,
    pub ownership: Ownership,
    pub versioning: Versioning,
    pub settings: Settings,
}

/// Settings that can be mirrored.
#[derive(Debug, Clone)]
pub struct Settings {
    pub tags: BTreeMap<String, String>,
    pub lifecycle: Option<Lifecycle>,
    pub cors: Option<String>,
    pub bucket_key: bool,
    pub public_access_block: Option<PublicAccessBlock>,
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
