//! From one pair to another of the same name: what others wrote stays, what only the old one needed goes.

use std::collections::BTreeSet;

use proptest::prelude::*;
use replication::{Direction, Pair, RoleChoice, Setting};

use crate::apply::{apply, apply_and_settle, assert_settled, remove, update};
use crate::generate::{
    bare, crossing, existing_role, key, of_others, own_role, pairs, plain, scenes, their_role,
    their_rules,
};
use crate::world::World;

/// `new` about the same two buckets as `old`, in the same world.
fn of_the_same_name(world: &World, old: &Pair, mut new: Pair) -> Pair {
    new.adopt |= old.adopt;
    new.remembered_ids = ids(old).chain(ids(&new)).collect();
    for (new, old) in [
        (&mut new.source, &old.source),
        (&mut new.destination, &old.destination),
    ] {
        new.site = old.site.clone();
        new.create = old.create;
        // S3 takes one role a bucket: where others' rules stand, another role is an error, not a step.
        if !world.rules(&old.at()).is_empty() {
            new.role = old.role.clone();
        } else if let RoleChoice::Existing(role) = &mut new.role {
            *role = existing_role(old, "given");
        }
        new.key = new.key.is_some().then(|| key(new));
    }
    new
}

fn ids(pair: &Pair) -> impl Iterator<Item = String> {
    pair.rules.iter().filter_map(|rule| rule.id.clone())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_changed_pair_is_as_if_it_had_never_been_another(scene in scenes(), new in pairs()) {
        let mut old = scene.pair;
        let mut new = of_the_same_name(&scene.world, &old, new);
        // A bucket that encrypts with KMS replicates with keys only.
        let by_kms = |side: &replication::Side| {
            let found = scene.world.buckets.get(&side.at());
            found.is_some_and(|bucket| bucket.encryption.algorithm.starts_with("aws:kms"))
        };
        if by_kms(&new.source) || by_kms(&new.destination) {
            new.source.key = Some(key(&new.source));
            new.destination.key = Some(key(&new.destination));
        }
        // An exact mirror is the user's word that statements of others go.
        old.mirror.exact = false;
        new.mirror.exact = false;
        // What was mirrored stays, and who owns the objects decides what the role must be allowed.
        if !new.mirror.has(Setting::Ownership) {
            old.mirror.settings.remove(&Setting::Ownership);
        }
        // A source encrypted with a key is mirrored only where the destination has a key, too; and one that was mirrored so
        // replicates back only with keys.
        if new.destination.key.is_none() {
            new.mirror.settings.remove(&Setting::Encryption);
            old.mirror.settings.remove(&Setting::Encryption);
        }
        let theirs = of_others(&scene.world);
        let mut world = scene.world.clone();
        apply(&mut world, &old);
        update(&mut world, &old, &new);
        assert_settled(&world, &new);
        prop_assert_eq!(&of_others(&world), &theirs);

        let mut fresh = scene.world;
        apply(&mut fresh, &new);
        prop_assert_eq!(world.ours(), fresh.ours());
        prop_assert_eq!(&world.roles, &fresh.roles);

        remove(&mut world, &new);
        prop_assert_eq!(world.ours(), Vec::<String>::new());
        prop_assert_eq!(of_others(&world), theirs);
    }
}

#[test]
fn a_rule_that_the_configuration_no_longer_has_goes() {
    let mut pair = plain();
    pair.rules = vec![
        crate::generate::rule("invoices"),
        crate::generate::rule("logs"),
    ];
    pair.rules[1].id = Some("by hand".to_owned());
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    assert_eq!(world.rules(&pair.source.at()).len(), 2);
    pair.remembered_ids = BTreeSet::from(["by hand".to_owned()]);
    pair.rules.pop();
    apply_and_settle(&mut world, &pair);
    assert_eq!(world.rules(&pair.source.at()).len(), 1);
}

#[test]
fn a_role_of_others_may_come_and_go() {
    let pair = plain();
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    let own = own_role(&pair);

    // Somebody adds a rule and makes all of them run under a role of theirs.
    let theirs = existing_role(&pair.source, "theirs");
    world.roles.insert(theirs.clone(), their_role());
    let at = pair.source.at();
    let ours = world.rules(&at)[0].xml.clone();
    let added = their_rules(false, &theirs).replace("\n<Rule>", &format!("\n{ours}<Rule>"));
    world.buckets.get_mut(&at).unwrap().replication = Some(added);
    apply_and_settle(&mut world, &pair);
    assert!(!world.roles.contains_key(&own), "our role is left over");
    assert_eq!(world.roles[&theirs].policies.len(), 2);

    // And takes it away again.
    let bucket = world.buckets.get_mut(&at).unwrap();
    let xml = bucket.replication.take().unwrap();
    let mut document = replication::ReplicationDocument::parse(&xml).unwrap();
    document.rules.retain(|r| r.rule.id != "theirs");
    bucket.replication = Some(document.to_xml());
    apply_and_settle(&mut world, &pair);
    assert!(world.roles.contains_key(&own));
    assert_eq!(world.roles[&theirs], their_role());
}

#[test]
fn a_pair_with_a_role_that_is_left_over_is_removed_whole() {
    let pair = plain();
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    let theirs = existing_role(&pair.source, "theirs");
    world.roles.insert(theirs.clone(), their_role());
    let at = pair.source.at();
    world.buckets.get_mut(&at).unwrap().replication = Some(their_rules(false, &theirs));
    remove(&mut world, &pair);
    assert_eq!(world.ours(), Vec::<String>::new());
}

#[test]
fn two_way_and_back_and_one_role_and_back() {
    let mut pair = crossing();
    pair.direction = Direction::OneWay;
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    let one_way = world.clone();

    let mut both = pair.clone();
    both.direction = Direction::TwoWay;
    update(&mut world, &pair, &both);
    assert_settled(&world, &both);
    update(&mut world, &both, &pair);
    assert_eq!(world.settled(), one_way.settled());

    let mut given = pair.clone();
    given.source.role = RoleChoice::Existing(existing_role(&pair.source, "given"));
    update(&mut world, &pair, &given);
    assert_settled(&world, &given);
    assert!(!world.roles.contains_key(&own_role(&pair)));
    update(&mut world, &given, &pair);
    assert_eq!(world.settled(), one_way.settled());
}

#[test]
fn a_pair_that_was_cut_off_between_two_roles_leaves_neither() {
    let pair = plain();
    let mut given = pair.clone();
    given.source.role = RoleChoice::Existing(existing_role(&pair.source, "given"));
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    // Nothing but the plan: what the old pair left is not taken away by anybody else.
    apply_and_settle(&mut world, &given);
    assert!(!world.roles.contains_key(&own_role(&pair)));
}
