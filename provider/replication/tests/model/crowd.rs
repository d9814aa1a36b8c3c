//! Several pairs on one bucket, one key, one role.

use std::collections::BTreeSet;

use proptest::prelude::*;
use replication::document::ReplicationDocument;
use replication::{Direction, Pair, ResourcePolicy, RoleChoice, Step, Versioning};

use crate::apply::{apply, apply_and_settle, assert_settled, planned, remove};
use crate::generate::{
    WEST, bare, crossing, existing_role, key, own_role, plain, rule, side, site, their_role,
    their_rules,
};
use crate::world::{Bucket, World};

/// From `orders` to two buckets, one of whose names begins with the other's.
fn siblings(crossing_accounts: bool) -> (World, Pair, Pair) {
    let mut one = if crossing_accounts {
        crossing()
    } else {
        plain()
    };
    one.direction = Direction::OneWay;
    one.rules = vec![rule("a"), rule("b")];
    let mut other = one.clone();
    other.destination.bucket = "orders-dr-2".parse().unwrap();
    let mut world = bare(&one);
    world.buckets.insert(other.destination.at(), Bucket::new());
    (world, one, other)
}

fn assert_apart(world: &World, pair: &Pair) {
    let rules = world.rules(&pair.source.at());
    let ids: BTreeSet<_> = rules.iter().map(|r| &r.rule.id).collect();
    let priorities: BTreeSet<_> = rules.iter().filter_map(|r| r.rule.priority).collect();
    assert_eq!((ids.len(), priorities.len()), (rules.len(), rules.len()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn two_pairs_from_one_bucket_in_any_order(crosses in any::<bool>(), turns in prop::collection::vec((any::<bool>(), 0..9_usize), 0..8)) {
        let (mut world, one, other) = siblings(crosses);
        for (first, count) in turns {
            let pair = if first { &one } else { &other };
            let (_, _, plan) = planned(&world, pair);
            for step in plan.steps().take(count) {
                world.take(&step.step).unwrap();
            }
            assert_apart(&world, pair);
        }
        apply(&mut world, &one);
        apply(&mut world, &other);
        assert_settled(&world, &one);
        assert_settled(&world, &other);
        prop_assert_eq!(world.rules(&one.source.at()).len(), 4);

        remove(&mut world, &one);
        assert_settled(&world, &other);
        prop_assert!(world.roles.contains_key(&own_role(&other)));
        remove(&mut world, &other);
        prop_assert_eq!(world.ours(), Vec::<String>::new());
    }
}

#[test]
fn plans_that_were_made_at_once_and_merged_anew_keep_both() {
    let (mut world, one, other) = siblings(true);
    let plans = [planned(&world, &one).2, planned(&world, &other).2];
    for step in plans.iter().flat_map(replication::Plan::steps) {
        match take_anew(&mut world, &step.step) {
            Err(refusal) if refusal.starts_with("EntityAlreadyExists") => {}
            taken => taken.unwrap(),
        }
    }
    assert_settled(&world, &one);
    assert_settled(&world, &other);
    assert_apart(&world, &one);
}

/// Takes a step as whoever writes a shared document must: into what stands there by now.
fn take_anew(world: &mut World, step: &Step) -> Result<(), String> {
    match step {
        Step::PutReplicationRules { at, owned, .. } => {
            let document = match &world.buckets[at].replication {
                Some(xml) => ReplicationDocument::parse(xml).unwrap(),
                None => ReplicationDocument::empty(""),
            };
            world.take(&Step::PutReplicationRules {
                at: at.clone(),
                document: document.merged(owned).map(|d| d.to_xml()),
                owned: owned.clone(),
            })
        }
        Step::PutBucketPolicy { at, owned, .. } => {
            let policy = match &world.buckets[at].policy {
                Some(text) => ResourcePolicy::parse(text).unwrap(),
                None => ResourcePolicy::default(),
            };
            world.take(&Step::PutBucketPolicy {
                at: at.clone(),
                policy: policy.merged(owned),
                owned: owned.clone(),
            })
        }
        step => world.take(step),
    }
}

#[test]
fn pairs_from_one_bucket_that_share_a_key_keep_their_permission_on_it() {
    let (mut world, mut one, mut other) = siblings(true);
    let shared = key(&one.destination);
    for pair in [&mut one, &mut other] {
        pair.source.key = Some(key(&pair.source));
        pair.destination.key = Some(shared.clone());
    }
    apply_and_settle(&mut world, &one);
    apply_and_settle(&mut world, &other);
    assert_settled(&world, &one);
    remove(&mut world, &one);
    assert_settled(&world, &other);
}

#[test]
fn both_ways_with_one_key_write_its_policy_into_what_stands_there() {
    let mut pair = crossing();
    pair.source.site.region = "us-west-2".parse().unwrap();
    let shared = key(&pair.destination);
    pair.source.key = Some(shared.clone());
    pair.destination.key = Some(shared.clone());
    let mut world = bare(&pair);
    let before = world.clone();
    apply_and_settle(&mut world, &pair);
    assert!(world.keys[&shared].contains("\"Root\""));
    remove(&mut world, &pair);
    assert_eq!(world.settled().keys, before.settled().keys);
}

#[test]
fn many_buckets_into_one() {
    let mut pairs: Vec<Pair> = (0..12)
        .map(|n| {
            let mut pair = crossing();
            pair.direction = Direction::OneWay;
            pair.source.bucket = format!("orders-{n}").parse().unwrap();
            pair
        })
        .collect();
    let mut world = World::default();
    for pair in &pairs {
        for (at, bucket) in bare(pair).buckets {
            world.buckets.insert(at, bucket);
        }
    }
    for pair in &pairs {
        apply(&mut world, pair);
    }
    for pair in &pairs {
        assert_settled(&world, pair);
    }
    while let Some(gone) = pairs.pop() {
        remove(&mut world, &gone);
        for pair in &pairs {
            assert_settled(&world, pair);
        }
    }
    assert_eq!(world.ours(), Vec::<String>::new());
}

#[test]
fn two_buckets_under_one_role_of_others_into_one_destination() {
    let one = plain();
    let mut other = plain();
    other.source.bucket = "invoices".parse().unwrap();
    let theirs = existing_role(&one.source, "theirs");
    let mut world = bare(&one);
    world.roles.insert(theirs.clone(), their_role());
    for pair in [&one, &other] {
        let bucket = world
            .buckets
            .entry(pair.source.at())
            .or_insert_with(Bucket::new);
        bucket.versioning = Versioning::Enabled;
        bucket.replication = Some(their_rules(false, &theirs));
    }
    apply_and_settle(&mut world, &one);
    apply_and_settle(&mut world, &other);
    assert_settled(&world, &one);
    remove(&mut world, &one);
    assert_settled(&world, &other);
    remove(&mut world, &other);
    assert_eq!(world.roles[&theirs], their_role());
}

#[test]
fn one_pair_may_move_a_shared_bucket_to_another_role_and_the_other_follows() {
    let (mut world, one, other) = siblings(false);
    apply(&mut world, &one);
    apply(&mut world, &other);
    let given = existing_role(&one.source, "given");
    let mut moved = one.clone();
    moved.source.role = RoleChoice::Existing(given.clone());
    apply_and_settle(&mut world, &moved);
    apply_and_settle(&mut world, &other);
    assert_settled(&world, &moved);
    assert!(!world.roles.contains_key(&own_role(&one)));
    remove(&mut world, &moved);
    apply_and_settle(&mut world, &other);
    remove(&mut world, &other);
    assert_eq!(world.ours(), Vec::<String>::new());
    assert_eq!(world.roles[&given], their_role());
}

#[test]
fn a_chain_of_pairs_shares_the_bucket_in_the_middle() {
    let mut first = crossing();
    first.direction = Direction::TwoWay;
    let mut second = first.clone();
    second.source = first.destination.clone();
    second.destination = side(site("north", WEST, "eu-north-1"), "orders-north");
    let mut world = bare(&first);
    world.buckets.insert(second.destination.at(), Bucket::new());
    apply(&mut world, &first);
    apply(&mut world, &second);
    assert_settled(&world, &first);
    assert_settled(&world, &second);
    remove(&mut world, &first);
    assert_settled(&world, &second);
    remove(&mut world, &second);
    assert_eq!(world.ours(), Vec::<String>::new());
}
