//! What a side keeps for the record: its access log, and Object Lock with a retention.

use proptest::prelude::*;
use replication::pair::AccessLog;
use replication::{ObjectLock, Pair, Retention};

use crate::apply::{apply, apply_and_settle, assert_settled, planned, remove, take_all};
use crate::generate::{bare, plain, scenes};
use crate::world::World;

fn log(bucket: &str, create: bool) -> AccessLog {
    AccessLog {
        bucket: bucket.parse().unwrap(),
        prefix: "orders/".to_owned(),
        create,
    }
}

/// Both sides logged, and what is made locked.
fn recorded(mut pair: Pair) -> Pair {
    for (side, bucket) in [
        (&mut pair.source, "log-east"),
        (&mut pair.destination, "log-west"),
    ] {
        side.access_log = Some(log(bucket, true));
    }
    if pair.destination.create {
        pair.destination.object_lock = Some(days(30));
    }
    pair
}

fn days(days: u32) -> ObjectLock {
    ObjectLock {
        retention: Some(Retention {
            mode: "COMPLIANCE".to_owned(),
            days: Some(days),
            years: None,
        }),
    }
}

fn lines(world: &World, pair: &Pair) -> Vec<String> {
    let (_, _, plan) = planned(world, pair);
    plan.steps().map(|step| step.step.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn after_any_prefix_of_a_plan_another_arrives_at_the_same(scene in scenes()) {
        let pair = recorded(scene.pair);
        let (_, _, plan) = planned(&scene.world, &pair);
        let mut whole = scene.world.clone();
        take_all(&mut whole, &plan);
        assert_settled(&whole, &pair);
        let mut reached = scene.world;
        for step in plan.steps() {
            let mut world = reached.clone();
            apply_and_settle(&mut world, &pair);
            prop_assert_eq!(world.settled(), whole.settled());
            reached.take(&step.step).unwrap();
        }
    }
}

#[test]
fn the_log_begins_after_its_bucket_lets_it_in() {
    let pair = recorded(plain());
    let steps = lines(&bare(&pair), &pair);
    let place = |line: &str| steps.iter().position(|step| step == line).expect(line);
    assert!(
        place("create bucket east:log-east in us-east-1")
            < place("write the bucket policy of east:log-east")
    );
    assert!(
        place("write the bucket policy of east:log-east")
            < place("write the access log of east:orders to log-east/orders/")
    );
}

/// By then it is the bucket's own, and without its permission it would end.
#[test]
fn the_log_goes_on_when_the_pair_is_gone() {
    let pair = recorded(plain());
    let mut world = bare(&pair);
    apply(&mut world, &pair);
    let before = world.clone();
    remove(&mut world, &pair);
    for (at, log) in [
        (pair.source.at(), "log-east"),
        (pair.destination.at(), "log-west"),
    ] {
        let logging = world.buckets[&at].logging.as_ref().unwrap();
        assert_eq!(logging.bucket, log);
    }
    let policies = |world: &World| -> Vec<_> {
        let logs = world.buckets.iter();
        logs.filter(|(at, _)| at.bucket.as_str().starts_with("log-"))
            .map(|(_, bucket)| bucket.policy.clone())
            .collect()
    };
    assert_eq!(policies(&world), policies(&before));
    assert!(policies(&world).iter().all(Option::is_some));
}

#[test]
fn a_log_that_somebody_turns_elsewhere_comes_back() {
    let pair = recorded(plain());
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    let source = world.buckets.get_mut(&pair.source.at()).unwrap();
    source.logging = None;
    assert_eq!(
        lines(&world, &pair),
        ["write the access log of east:orders to log-east/orders/"]
    );
    apply_and_settle(&mut world, &pair);
}

#[test]
fn a_log_has_a_bucket_to_itself() {
    let mut pair = plain();
    pair.source.access_log = Some(log("orders", false));
    let problems = pair.check();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(problems[0].at, ["source", "access_log", "bucket"]);

    let mut pair = plain();
    pair.destination.site = pair.source.site.clone();
    pair.source.access_log = Some(log("logs", true));
    pair.destination.access_log = Some(log("logs", true));
    let problems = pair.check();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(problems[0].at, ["destination", "access_log", "bucket"]);
}

#[test]
fn a_retention_is_set_changed_and_mended_on_what_we_made() {
    let mut pair = plain();
    pair.destination.create = true;
    pair.destination.object_lock = Some(days(30));
    let mut world = bare(&pair);
    let steps = lines(&world, &pair);
    assert!(
        steps.contains(&"lock new objects of west:orders-dr (COMPLIANCE for 30 day(s))".to_owned()),
        "{steps:#?}"
    );
    apply_and_settle(&mut world, &pair);
    pair.destination.object_lock = Some(days(60));
    assert_eq!(
        lines(&world, &pair),
        ["lock new objects of west:orders-dr (COMPLIANCE for 60 day(s))"]
    );
    apply_and_settle(&mut world, &pair);
    // Object Lock without a retention of ours leaves the one that is there.
    pair.destination.object_lock = Some(ObjectLock::default());
    assert_settled(&world, &pair);
}

/// The vault locks by itself; a source that gets nothing back from it stays as it is made.
#[test]
fn a_vault_that_locks_asks_nothing_of_its_source() {
    let mut pair = plain();
    (pair.source.create, pair.destination.create) = (true, true);
    pair.destination.object_lock = Some(days(30));
    let mut world = World::default();
    apply_and_settle(&mut world, &pair);
    assert!(!world.buckets[&pair.source.at()].object_lock);
    assert!(world.buckets[&pair.destination.at()].object_lock);
}

/// S3 fails each locked object whose destination has no Object Lock.
#[test]
fn what_a_locked_source_sends_arrives_in_a_bucket_with_object_lock() {
    let mut pair = plain();
    (pair.source.create, pair.destination.create) = (true, true);
    pair.source.object_lock = Some(ObjectLock::default());
    let mut world = World::default();
    apply_and_settle(&mut world, &pair);
    assert!(world.buckets[&pair.destination.at()].object_lock);
}
