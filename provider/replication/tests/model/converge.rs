//! A plan that was taken leaves nothing to do, however far it was taken and in whatever order.

use proptest::prelude::*;
use replication::Step;
use replication::plan::Removal;

use crate::apply::{apply, apply_and_settle, assert_settled, planned, removal, remove, take_all};
use crate::generate::{of_others, scenes};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_plan_that_was_taken_leaves_nothing_to_do(scene in scenes()) {
        let mut world = scene.world;
        prop_assert_eq!(scene.pair.check().iter().filter(|p| p.is_error()).count(), 0);
        apply_and_settle(&mut world, &scene.pair);
    }

    #[test]
    fn after_any_prefix_of_it_another_plan_arrives_at_the_same(scene in scenes()) {
        let (_, _, plan) = planned(&scene.world, &scene.pair);
        let mut whole = scene.world.clone();
        take_all(&mut whole, &plan);
        let steps: Vec<_> = plan.steps().collect();
        let mut reached = scene.world.clone();
        for (count, step) in steps.iter().enumerate() {
            let mut world = reached.clone();
            apply_and_settle(&mut world, &scene.pair);
            prop_assert_eq!(world.settled(), whole.settled(), "after {} steps", count);
            reached.take(&step.step).unwrap();
        }
    }

    #[test]
    fn the_steps_of_a_stage_may_be_taken_in_any_order(scene in scenes(), seed in any::<u64>()) {
        let (_, _, plan) = planned(&scene.world, &scene.pair);
        let mut inorder = scene.world.clone();
        take_all(&mut inorder, &plan);
        let mut world = scene.world.clone();
        for stage in &plan.stages {
            for step in interleaved(stage.steps.iter().map(|s| s.step.clone()).collect(), seed) {
                if let Err(refusal) = world.take(&step) {
                    panic!("{step}: {refusal}\nin\n{}", plan.describe());
                }
            }
        }
        prop_assert_eq!(world, inorder);
    }

    #[test]
    fn what_others_wrote_outlives_a_pair_and_nothing_of_ours_does(mut scene in scenes()) {
        // An exact mirror is the user's word that statements of others go.
        scene.pair.mirror.exact = false;
        let theirs = of_others(&scene.world);
        let mut world = scene.world.clone();
        apply(&mut world, &scene.pair);
        prop_assert_eq!(&of_others(&world), &theirs);
        let objects = |world: &crate::world::World| -> usize {
            world.buckets.values().map(|b| b.objects).sum()
        };
        let (before, buckets) = (objects(&world), world.buckets.len());
        remove(&mut world, &scene.pair);
        prop_assert_eq!(&of_others(&world), &theirs);
        prop_assert_eq!(world.ours(), Vec::<String>::new());
        prop_assert_eq!((objects(&world), world.buckets.len()), (before, buckets));
        let again = removal(&world, &scene.pair, &Removal::default());
        prop_assert_eq!(again.describe(), "");
    }

    #[test]
    fn a_removal_that_was_cut_off_goes_on(scene in scenes()) {
        let mut world = scene.world.clone();
        apply(&mut world, &scene.pair);
        let plan = removal(&world, &scene.pair, &Removal::default());
        let steps: Vec<_> = plan.steps().collect();
        for step in steps {
            let mut rest = world.clone();
            remove(&mut rest, &scene.pair);
            prop_assert_eq!(rest.ours(), Vec::<String>::new());
            world.take(&step.step).unwrap();
        }
    }

    #[test]
    fn the_order_of_rules_means_nothing(scene in scenes()) {
        let mut turned = scene.pair.clone();
        turned.rules.reverse();
        let mut world = scene.world;
        apply(&mut world, &scene.pair);
        assert_settled(&world, &turned);
        // Nor does the order in which the document has them.
        for bucket in world.buckets.values_mut() {
            let Some(xml) = &bucket.replication else { continue };
            let mut document = replication::ReplicationDocument::parse(xml).unwrap();
            document.rules.reverse();
            bucket.replication = Some(document.to_xml());
        }
        assert_settled(&world, &scene.pair);
    }
}

/// The steps in another order; those of one target keep theirs.
fn interleaved(steps: Vec<Step>, mut seed: u64) -> Vec<Step> {
    let mut lines: Vec<(replication::step::Target, Vec<Step>)> = Vec::new();
    for step in steps {
        let target = step.target();
        match lines.iter_mut().find(|(other, _)| *other == target) {
            Some((_, line)) => line.push(step),
            None => lines.push((target, vec![step])),
        }
    }
    let mut taken = Vec::new();
    while !lines.is_empty() {
        let which = usize::try_from(seed % lines.len() as u64).unwrap();
        seed = seed.rotate_right(7).wrapping_mul(6_364_136_223_846_793_005);
        taken.push(lines[which].1.remove(0));
        if lines[which].1.is_empty() {
            lines.remove(which);
        }
    }
    taken
}
