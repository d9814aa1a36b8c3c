//! What we write, as people read it: policies, statements, rules, plans, problems.

use std::fmt::Write;

use replication::plan::Removal;
use replication::{
    Direction, Observed, Pair, Plan, Problem, ReplicationDocument, RoleChoice, Versioning,
};
use serde_json::Value;

use crate::apply::{apply, look, planned, removal};
use crate::generate::{bare, crossing, existing_role, key, own_role, plain, rule};
use crate::world::World;

fn one_way_across() -> Pair {
    let mut pair = crossing();
    pair.direction = Direction::OneWay;
    pair
}

fn with_keys(mut pair: Pair) -> Pair {
    pair.source.key = Some(key(&pair.source));
    pair.destination.key = Some(key(&pair.destination));
    pair
}

fn in_china(mut pair: Pair) -> Pair {
    for (side, region) in [
        (&mut pair.source, "cn-north-1"),
        (&mut pair.destination, "cn-northwest-1"),
    ] {
        side.site.partition = "aws-cn".parse().unwrap();
        side.site.region = region.parse().unwrap();
        let arn = format!("arn:aws-cn:kms:{region}:111111111111:key/{}", side.bucket);
        side.key = Some(arn.parse().unwrap());
    }
    pair
}

fn pretty(json: &str) -> String {
    serde_json::to_string_pretty(&serde_json::from_str::<Value>(json).unwrap()).unwrap()
}

/// Every policy that a pair would write, and its rules.
fn written(pair: &Pair, world: &World) -> String {
    let observed = look(world, pair, &pair.reads());
    let desired = pair.desired(&observed);
    let mut text = String::new();
    for (arn, role) in &desired.roles {
        if let replication::desired::RoleStanding::Ours(own) = &role.standing {
            writeln!(text, "# trust of {arn}\n{}", pretty(&own.trust.to_json())).unwrap();
        }
        for (name, policy) in &role.policies {
            let json = policy.document.to_json();
            writeln!(text, "# {name} on {arn}\n{}", pretty(&json)).unwrap();
        }
    }
    for (at, bucket) in &desired.buckets {
        for statement in bucket.policy.iter().flat_map(|p| &p.statements) {
            let json = statement.to_value().to_string();
            writeln!(text, "# in the policy of {at}\n{}", pretty(&json)).unwrap();
        }
        if let Some(rules) = &bucket.rules {
            let document = ReplicationDocument::empty("").merged(rules).unwrap();
            let xml = document.to_xml().replace("><", ">\n<");
            writeln!(text, "# rules of {at}\n{xml}").unwrap();
        }
    }
    for (key, wanted) in &desired.keys {
        for statement in &wanted.policy.statements {
            let json = statement.to_value().to_string();
            writeln!(text, "# in the policy of {key}\n{}", pretty(&json)).unwrap();
        }
    }
    text
}

#[test]
fn documents_of_each_option() {
    let locked = |pair: &Pair| {
        let mut world = bare(pair);
        for bucket in world.buckets.values_mut() {
            bucket.versioning = Versioning::Enabled;
            bucket.object_lock = true;
        }
        world
    };
    let mut overriding = one_way_across();
    overriding.owner_override = Some(true);
    let mut aliased = with_keys(plain());
    aliased.destination.key = Some(
        "arn:aws:kms:us-west-2:111111111111:alias/dr"
            .parse()
            .unwrap(),
    );
    let mut rules = plain();
    rules.direction = Direction::TwoWay;
    rules.destination.storage_class = Some("STANDARD_IA".to_owned());
    rules.rules = vec![rule("everything"), rule("quick"), rule("tagged")];
    rules.rules[0].replica_modifications = true;
    rules.rules[1].rtc = true;
    rules.rules[1].filter.prefix = "a&b/<\"\u{e9}\r".to_owned();
    rules.rules[1].storage_class = Some("GLACIER_IR".to_owned());
    rules.rules[2].filter.prefix = "logs/".to_owned();
    rules.rules[2].filter.tags = [("dr".to_owned(), "true".to_owned())].into();
    rules.rules[2].delete_markers = false;
    rules.rules[2].metrics = false;
    rules.rules[2].priority = Some(7);
    rules.rules[2].enabled = false;
    for (name, pair) in [
        ("plain", plain()),
        ("other_account", one_way_across()),
        ("owner_override", overriding),
        ("kms", with_keys(plain())),
        ("kms_alias", aliased),
        ("kms_other_account", with_keys(one_way_across())),
        ("china", in_china(plain())),
        ("rules", rules),
    ] {
        insta::assert_snapshot!(format!("documents_{name}"), written(&pair, &bare(&pair)));
    }
    insta::assert_snapshot!(
        "documents_object_lock",
        written(&plain(), &locked(&plain()))
    );
}

fn described(plan: &Plan) -> String {
    let mut text = plan.describe();
    for problem in &plan.problems {
        writeln!(
            text,
            "{:?} at {}: {}",
            problem.severity,
            problem.at.join("."),
            problem.summary
        )
        .unwrap();
    }
    text
}

#[test]
fn plans_one_line_a_step() {
    let one_way = plain();
    let world = bare(&one_way);
    insta::assert_snapshot!(
        "plan_one_way_on_existing_buckets",
        described(&planned(&world, &one_way).2)
    );

    let mut two_way = with_keys(crossing());
    two_way.source.create = true;
    two_way.destination.create = true;
    let mut world = bare(&two_way);
    insta::assert_snapshot!(
        "plan_two_way_with_both_buckets",
        described(&planned(&world, &two_way).2)
    );
    apply(&mut world, &two_way);

    let mut drifted = world.clone();
    drifted.roles.remove(&own_role(&two_way));
    drifted
        .buckets
        .get_mut(&two_way.source.at())
        .unwrap()
        .versioning = Versioning::Suspended;
    drifted
        .buckets
        .get_mut(&two_way.destination.at())
        .unwrap()
        .replication = None;
    insta::assert_snapshot!("plan_drift", described(&planned(&drifted, &two_way).2));

    let kept = removal(&world, &two_way, &Removal::default());
    insta::assert_snapshot!("plan_removal", described(&kept));
    let forced = Removal {
        buckets: [two_way.source.at(), two_way.destination.at()].into(),
    };
    let forced = removal(&world, &two_way, &forced);
    insta::assert_snapshot!("plan_removal_with_force_destroy", described(&forced));
}

#[test]
fn plans_beside_rules_of_others() {
    let pair = plain();
    let theirs = existing_role(&pair.source, "given");
    let mut world = bare(&pair);
    apply(&mut world, &pair);
    let bucket = world.buckets.get_mut(&pair.source.at()).unwrap();
    bucket.replication = Some(crate::generate::their_rules(false, &theirs));
    insta::assert_snapshot!("plan_role_of_others", described(&planned(&world, &pair).2));

    let mut named = pair.clone();
    named.source.role = RoleChoice::Existing(existing_role(&pair.source, "another"));
    insta::assert_snapshot!(
        "plan_role_against_others",
        described(&planned(&world, &named).2)
    );

    let mut taken = pair.clone();
    taken.rules[0].priority = Some(7);
    insta::assert_snapshot!("plan_priority_taken", described(&planned(&world, &taken).2));
}

#[test]
fn plans_of_buckets_that_are_not_there() {
    let pair = plain();
    let mut none = bare(&pair);
    none.buckets.clear();
    insta::assert_snapshot!("plan_without_buckets", described(&planned(&none, &pair).2));
    let mut taken = pair.clone();
    taken.destination.create = true;
    insta::assert_snapshot!(
        "plan_create_of_a_bucket_that_exists",
        described(&planned(&bare(&pair), &taken).2)
    );
}

fn listed(problems: &[Problem]) -> String {
    let mut text = String::new();
    for problem in problems {
        let Problem {
            severity,
            at,
            summary,
            detail,
            ..
        } = problem;
        writeln!(
            text,
            "{severity:?} at {}\n  {summary}\n  {detail}",
            at.join(".")
        )
        .unwrap();
    }
    text
}

#[test]
fn what_can_be_known_to_be_wrong() {
    let mut sides = plain();
    sides.destination.bucket = sides.source.bucket.clone();
    sides.source.role = RoleChoice::Existing("arn:aws:iam::333333333333:role/x".parse().unwrap());
    sides.trusted_accounts = Some(["222222222222".parse().unwrap()].into());
    insta::assert_snapshot!("check_sides", listed(&sides.check()));

    let mut partitions = plain();
    partitions.destination = in_china(plain()).destination;
    partitions.destination.key = None;
    insta::assert_snapshot!("check_partitions", listed(&partitions.check()));

    let mut keys = with_keys(plain());
    keys.destination.key.clone_from(&keys.source.key);
    keys.source.key = None;
    insta::assert_snapshot!("check_keys", listed(&keys.check()));
    let mut lone = with_keys(plain());
    lone.destination.key = None;
    insta::assert_snapshot!("check_lone_key", listed(&lone.check()));

    let mut rules = plain();
    rules.rules = [
        "tags", "same", "id", "again", "prefix", "claims", "control", "rtc",
    ]
    .map(rule)
    .into();
    rules.rules[0].filter.tags = [(String::new(), "v".repeat(257))].into();
    rules.rules[0].priority = Some(u32::MAX);
    rules.rules[1].priority = Some(u32::MAX);
    rules.rules[2].id = Some("again".to_owned());
    rules.rules[3].id = Some("again".to_owned());
    rules.rules[4].filter.prefix = "p".repeat(1025);
    rules.rules[4].id = Some("i".repeat(256));
    rules.rules[5].id = Some("crr/another/everything".to_owned());
    rules.rules[6].filter.prefix = "a\u{1}b".to_owned();
    rules.rules[7].rtc = true;
    rules.rules[7].metrics = false;
    insta::assert_snapshot!("check_rules", listed(&rules.check()));
    assert_eq!(listed(&plain().check()), "");
    assert_eq!(listed(&with_keys(crossing()).check()), "");
}

#[test]
fn facets_of_a_pair_that_is_as_it_should_be() {
    let pair = with_keys(crossing());
    let facets = replication::Facets::desired(&pair.desired(&Observed::default()));
    insta::assert_snapshot!(serde_json::to_string_pretty(&facets).unwrap());
}
