//! What was not seen is not overwritten; what is not ours is not deleted.

mod deletion;

use replication::observed::Existence;
use replication::plan::{Removal, plan_removal};
use replication::{Observed, Pair, Plan, Seen, Step, plan};

use crate::apply::{apply_and_settle, look, planned, removal};
use crate::generate::{bare, crossing, key, plain};
use crate::world::World;

fn denied<T>(action: &str) -> Seen<T> {
    Seen::Denied {
        action: action.to_owned(),
        message: "AccessDenied: no".to_owned(),
    }
}

/// The plans to make and to take away what was looked at with a change.
fn plans(world: &World, pair: &Pair, change: impl Fn(&mut Observed)) -> [Plan; 2] {
    let mut observed = look(world, pair, &pair.reads());
    change(&mut observed);
    let made = plan(&pair.desired(&observed), &observed);
    let mut observed = look(world, pair, &pair.removal_reads());
    change(&mut observed);
    let desired = pair.desired(&observed);
    [made, plan_removal(&desired, &observed, &Removal::default())]
}

fn assert_refused(plans: &[Plan], writes: impl Fn(&Step) -> bool) {
    for plan in plans {
        assert!(plan.has_errors(), "{}", plan.describe());
        assert!(
            !plan.steps().any(|s| writes(&s.step)),
            "{}",
            plan.describe()
        );
    }
}

#[test]
fn a_bucket_policy_that_was_not_seen_is_not_written() {
    let pair = crossing();
    let at = pair.destination.at();
    let mut applied = bare(&pair);
    apply_and_settle(&mut applied, &pair);
    for world in [bare(&pair), applied] {
        let writes =
            |step: &Step| matches!(step, Step::PutBucketPolicy { at: to, .. } if *to == at);
        for seen in [
            denied("s3:GetBucketPolicy"),
            Seen::Present("{ no JSON".to_owned()),
        ] {
            let plans = plans(&world, &pair, |o| {
                o.buckets.get_mut(&at).unwrap().policy = seen.clone();
            });
            assert_refused(&plans, writes);
        }
        let plans = plans(&world, &pair, |o| {
            o.buckets.get_mut(&at).unwrap().policy = Seen::NotLooked;
        });
        assert_refused(&plans[..1], writes);
    }
}

#[test]
fn a_replication_configuration_that_was_not_seen_is_not_written() {
    let pair = plain();
    let at = pair.source.at();
    let world = bare(&pair);
    let writes = |step: &Step| matches!(step, Step::PutReplicationRules { .. });
    for seen in [
        denied("s3:GetReplicationConfiguration"),
        Seen::Present("<Replication".to_owned()),
        Seen::Present("<Other/>".to_owned()),
    ] {
        let plans = plans(&world, &pair, |o| {
            o.buckets.get_mut(&at).unwrap().replication = seen.clone();
        });
        assert_refused(&plans, writes);
    }
}

#[test]
fn a_key_policy_that_was_not_seen_is_not_written() {
    let mut pair = crossing();
    pair.source.key = Some(key(&pair.source));
    pair.destination.key = Some(key(&pair.destination));
    let world = bare(&pair);
    let writes = |step: &Step| matches!(step, Step::PutKeyPolicy { key: k, .. } if *k == key(&pair.destination));
    for seen in [denied("kms:GetKeyPolicy"), Seen::Present("[]".to_owned())] {
        let plans = plans(&world, &pair, |o| {
            o.keys.get_mut(&key(&pair.destination)).unwrap().policy = seen.clone();
        });
        assert_refused(&plans, writes);
    }
}

#[test]
fn a_bucket_of_somebody_else_gets_no_step() {
    let mut pair = plain();
    pair.destination.create = true;
    let world = bare(&pair);
    let at = pair.destination.at();
    for existence in [
        Existence::Forbidden {
            message: "Forbidden".to_owned(),
        },
        Existence::Elsewhere { region: None },
    ] {
        let mut observed = look(&world, &pair, &pair.reads());
        observed.buckets.get_mut(&at).unwrap().existence = existence;
        let plan = plan(&pair.desired(&observed), &observed);
        assert!(plan.has_errors());
        assert!(!plan.steps().any(|s| s.step.to_string().contains("orders-dr") && matches!(s.step.target(), replication::step::Target::Bucket(to) if to == at)));
    }
}

#[test]
fn a_bucket_that_holds_nothing_of_ours_does_not_stop_a_removal() {
    let pair = plain();
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    for (at, stops) in [(pair.source.at(), true), (pair.destination.at(), false)] {
        let mut observed = look(&world, &pair, &pair.removal_reads());
        observed.buckets.get_mut(&at).unwrap().existence = Existence::Forbidden {
            message: "Forbidden".to_owned(),
        };
        let plan = plan_removal(&pair.desired(&observed), &observed, &Removal::default());
        assert_eq!((plan.has_errors(), plan.is_empty()), (stops, stops), "{at}");
    }
}

#[test]
fn a_role_that_we_did_not_make_is_not_deleted() {
    let pair = plain();
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    let role = crate::generate::own_role(&pair);
    let deletes = |plan: &Plan| {
        plan.steps()
            .any(|s| matches!(s.step, Step::DeleteRole { .. }))
    };
    assert!(deletes(&removal(&world, &pair, &Removal::default())));

    let mut untagged = world.clone();
    untagged
        .roles
        .get_mut(&role)
        .unwrap()
        .tags
        .remove("crr:made-by");
    assert!(!deletes(&removal(&untagged, &pair, &Removal::default())));
    assert!(planned(&untagged, &pair).2.has_errors());

    let mut used = world.clone();
    used.roles
        .get_mut(&role)
        .unwrap()
        .policies
        .insert("another".to_owned(), "{}".to_owned());
    assert!(!deletes(&removal(&used, &pair, &Removal::default())));

    // Without a look at all of its policies nobody knows whether it is used.
    let observed = look(&world, &pair, &pair.reads());
    let plan = plan_removal(&pair.desired(&observed), &observed, &Removal::default());
    assert!(!deletes(&plan));
}

#[test]
fn our_role_stays_while_rules_of_others_run_under_it() {
    let pair = plain();
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    let role = crate::generate::own_role(&pair);
    let xml = crate::generate::their_rules(false, &role);
    world
        .buckets
        .get_mut(&pair.source.at())
        .unwrap()
        .replication = Some(xml.clone());
    crate::apply::remove(&mut world, &pair);
    assert!(world.roles.contains_key(&role));
    assert_eq!(world.buckets[&pair.source.at()].replication, Some(xml));
}

#[test]
fn rules_of_version_v1_stop_the_plan_unless_they_may_be_rewritten() {
    let mut pair = plain();
    let mut world = bare(&pair);
    let given = crate::generate::existing_role(&pair.source, "given");
    let at = pair.source.at();
    let bucket = world.buckets.get_mut(&at).unwrap();
    bucket.replication = Some(crate::generate::their_rules(true, &given));
    let (_, _, refused) = planned(&world, &pair);
    assert_eq!(
        refused.problems.iter().find(|p| p.is_error()).unwrap().at,
        ["adopt"]
    );
    pair.adopt = true;
    apply_and_settle(&mut world, &pair);
    let rules = world.rules(&at);
    assert!(rules.iter().all(|r| !r.rule.v1));
    assert!(rules[0].rule.delete_markers);
    assert_eq!(rules[0].rule.filter.prefix, "logs/");
}

#[test]
fn policies_that_are_too_large_are_refused_beforehand() {
    let pair = crossing();
    let mut world = bare(&pair);
    let bucket = world.buckets.get_mut(&pair.destination.at()).unwrap();
    let long = "x".repeat(20 * 1024 - 200);
    bucket.policy = Some(format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"{long}"}}]}}"#
    ));
    let (_, _, plan) = planned(&world, &pair);
    let problem = plan.problems.iter().find(|p| p.is_error()).unwrap();
    assert_eq!(problem.at, ["destination", "bucket"]);
    assert!(
        problem.detail.contains("replication_role"),
        "{}",
        problem.detail
    );
}

#[test]
fn role_policies_that_are_too_large_are_refused_beforehand() {
    let pair = plain();
    let world = bare(&pair);
    let mut observed = look(&world, &pair, &pair.reads());
    let role = crate::generate::own_role(&pair);
    let others = [(
        "crr-to-another".to_owned(),
        Seen::Present("x".repeat(10_000)),
    )];
    observed
        .roles
        .get_mut(&role)
        .unwrap()
        .policies
        .extend(others);
    let plan = plan(&pair.desired(&observed), &observed);
    let problem = plan.problems.iter().find(|p| p.is_error()).unwrap();
    assert_eq!(problem.at, ["source", "role"]);
}

#[test]
fn an_id_given_by_hand_is_not_taken_for_a_name() {
    let mut pair = plain();
    pair.rules = vec![crate::generate::rule("a"), crate::generate::rule("b")];
    pair.rules[1].id = Some("a".to_owned());
    let observed = look(&bare(&pair), &pair, &pair.reads());
    let facets = replication::Facets::desired(&pair.desired(&observed));
    assert!(facets.0.contains_key("source.rule.a"), "{facets:?}");
    assert!(facets.0.contains_key("source.rule_id.a"), "{facets:?}");
}

#[test]
fn a_rule_of_another_destination_is_not_taken_by_its_id() {
    let named = |destination: &str, remembered: bool| {
        let mut pair = plain();
        pair.destination.bucket = destination.parse().unwrap();
        pair.rules[0].id = Some("same".to_owned());
        if remembered {
            pair.remembered_ids = ["same".to_owned()].into();
        }
        pair
    };
    let mut world = bare(&named("theirs", false));
    apply_and_settle(&mut world, &named("theirs", false));
    let plan_of = |pair: &Pair| {
        let observed = look(&world, pair, &pair.reads());
        plan(&pair.desired(&observed), &observed)
    };
    assert!(!plan_of(&named("theirs", false)).has_errors());
    let refused = plan_of(&named("ours", false));
    assert!(
        refused
            .problems
            .iter()
            .any(|problem| problem.is_error() && problem.at.last().is_some_and(|at| at == "id")),
        "{:?}",
        refused.problems
    );
    let drifted = plan_of(&named("ours", true));
    assert!(
        drifted
            .problems
            .iter()
            .all(|p| p.at.last().is_none_or(|at| at != "id"))
    );
}
