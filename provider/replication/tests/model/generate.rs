//! Random pairs, and the worlds that they meet.

mod others;
mod pair;

use proptest::prelude::*;
use replication::{Encryption, Pair, RoleChoice, Versioning};

pub use others::{STATEMENT, cors, lifecycle, of_others, their_role, their_rules};
pub use pair::{WEST, crossing, existing_role, key, own_role, pairs, plain, rule, side, site};

use crate::world::{Bucket, World};
use others::{Others, others};

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
