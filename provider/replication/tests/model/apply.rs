//! What a resource does with a pair: look, plan, take the steps, look again.

use replication::facet::differences;
use replication::observed::Reads;
use replication::plan::{Removal, plan_removal};
use replication::{Desired, Facets, Observed, Pair, Plan, plan};

use crate::world::World;

/// A look at everything that a pair asks for, and again at what that showed.
pub fn look(world: &World, pair: &Pair, first: &Reads) -> Observed {
    let mut observed = world.look(first);
    let second = pair.reads_after(&observed);
    observed.extend(world.look(&second));
    assert!(
        pair.reads_after(&observed).is_empty(),
        "a third look: {:?}",
        pair.reads_after(&observed)
    );
    observed
}

pub fn planned(world: &World, pair: &Pair) -> (Desired, Observed, Plan) {
    let observed = look(world, pair, &pair.reads());
    let desired = pair.desired(&observed);
    let plan = plan(&desired, &observed);
    (desired, observed, plan)
}

pub fn take_all(world: &mut World, plan: &Plan) {
    let errors: Vec<_> = plan.problems.iter().filter(|p| p.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    for step in plan.steps() {
        if let Err(refusal) = world.take(&step.step) {
            panic!("{}: {refusal}\nin\n{}", step.step, plan.describe());
        }
    }
}

/// Nothing more to do, and no facet that is not as it should be.
pub fn assert_settled(world: &World, pair: &Pair) {
    let (desired, observed, plan) = planned(world, pair);
    assert_eq!(plan.describe(), "");
    assert_eq!(differences(&desired, &observed), []);
    assert_eq!(
        Facets::desired(&desired),
        Facets::observed(&desired, &observed)
    );
}

pub fn apply(world: &mut World, pair: &Pair) {
    let (_, _, plan) = planned(world, pair);
    take_all(world, &plan);
}

pub fn apply_and_settle(world: &mut World, pair: &Pair) {
    apply(world, pair);
    assert_settled(world, pair);
}

/// The plan that takes a pair away.
pub fn removal(world: &World, pair: &Pair, removal: &Removal) -> Plan {
    let mut reads = pair.removal_reads();
    removal.look(&mut reads);
    let observed = look(world, pair, &reads);
    plan_removal(&pair.desired(&observed), &observed, removal)
}

pub fn remove(world: &mut World, pair: &Pair) {
    let plan = removal(world, pair, &Removal::default());
    take_all(world, &plan);
}

/// From one pair to another of the same name: the new one first, then what only the old one had.
pub fn update(world: &mut World, old: &Pair, new: &Pair) {
    let (desired, _, plan) = planned(world, new);
    take_all(world, &plan);
    let observed = look(world, old, &old.removal_reads());
    let leftovers = old.desired(&observed).leftovers(&desired);
    let plan = plan_removal(&leftovers, &observed, &Removal::default());
    take_all(world, &plan);
}
