use super::super::tests::{echo, seen};
use super::*;
use crate::observed::ObservedBucket;
use crate::pair::Direction;

const TO: &str = "arn:aws:s3:::orders-dr";

/// A bucket with these rules of others.
fn with(echo: &Echo, rules: &[Rule]) -> (Pair, Observed) {
    let (pair, mut observed) = seen(echo, &[]);
    let rules: String = rules.iter().map(crate::rule::print_rule).collect();
    let role = "arn:aws:iam::111122223333:role/theirs";
    let xml = format!(
        "<ReplicationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Role>{role}</Role>{rules}</ReplicationConfiguration>"
    );
    let source = observed.buckets.get_mut(&pair.source.at()).unwrap();
    source.replication = Seen::Present(xml);
    (pair, observed)
}

fn rule(id: &str, change: impl FnOnce(&mut Rule)) -> Rule {
    let mut rule = Rule::to(id, TO);
    change(&mut rule);
    rule
}

fn logs(id: &str) -> Rule {
    rule(id, |rule| "logs/".clone_into(&mut rule.filter.prefix))
}

fn conflict(echo: &Echo, pair: &Pair, observed: &Observed) -> String {
    match echo.standing(pair, observed) {
        Standing::Conflict { why } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bucket_is_left_to_others_only_where_they_bring_everything() {
    let echo = echo();
    let (pair, observed) = with(
        &echo,
        &[logs("part"), rule("whole", |r| r.priority = Some(1))],
    );
    assert_eq!(
        echo.standing(&pair, &observed),
        Standing::ByOthers {
            rules: vec!["part".to_owned(), "whole".to_owned()]
        }
    );
    let tagged = rule("tagged", |rule| {
        rule.filter.tags = [("tier".to_owned(), "gold".to_owned())].into();
    });
    for (rule, says) in [
        (
            logs("theirs"),
            "rule theirs of east:orders replicates only prefix logs/",
        ),
        (tagged, "replicates only objects tagged tier = gold"),
        (
            rule("off", |r| r.enabled = false),
            "rule off of east:orders is disabled",
        ),
    ] {
        let (pair, observed) = with(&echo, &[rule]);
        let why = conflict(&echo, &pair, &observed);
        assert!(why.contains(says), "{why}");
    }
}

#[test]
fn a_target_that_takes_no_objects_protects_nothing() {
    let echo = echo();
    let (pair, mut observed) = with(&echo, &[rule("whole", |_| ())]);
    let at = pair.destination.at();
    observed.buckets.get_mut(&at).unwrap().versioning = Seen::Present(Versioning::Suspended);
    assert!(conflict(&echo, &pair, &observed).contains("west:orders-dr, which is not versioned"));
    observed
        .buckets
        .insert(at, ObservedBucket::of(Existence::Missing));
    assert!(conflict(&echo, &pair, &observed).contains("west:orders-dr, which is not there"));
}

#[test]
fn with_merge_it_stands_beside_what_is_not_enough_but_never_in_a_pair_s_place() {
    let mut echo = echo();
    echo.merge = true;
    let (pair, observed) = with(&echo, &[logs("theirs")]);
    let pair = echo.settle(pair, &observed);
    assert_eq!(echo.standing(&pair, &observed), Standing::Pending);
    let (pair, observed) = with(&echo, &[rule("whole", |_| ())]);
    assert!(matches!(
        echo.standing(&pair, &observed),
        Standing::ByOthers { .. }
    ));
    let (pair, observed) = with(&echo, &[logs("crr/orders-dr/logs")]);
    let why = conflict(&echo, &pair, &observed);
    assert!(why.contains("crr_pair"), "{why}");
}

#[test]
fn both_ways_are_asked_for_where_the_echo_goes_both_ways() {
    let mut echo = echo();
    echo.template.direction = Direction::TwoWay;
    let (pair, observed) = with(&echo, &[rule("whole", |_| ())]);
    let why = conflict(&echo, &pair, &observed);
    assert!(
        why.contains("nothing replicates from west:orders-dr to east:orders"),
        "{why}"
    );
    echo.merge = true;
    let settled = echo.settle(pair, &observed);
    assert_eq!(echo.standing(&settled, &observed), Standing::Pending);
    let (pair, observed) = with(&echo, &[rule("crr/orders-dr/everything", |_| ())]);
    assert!(conflict(&echo, &pair, &observed).contains("nothing replicates from"));
}

#[test]
fn an_echo_of_a_part_is_content_with_that_part() {
    let mut echo = echo();
    "logs/2026/".clone_into(&mut echo.template.rules[0].filter.prefix);
    let (pair, observed) = with(&echo, &[logs("theirs")]);
    assert!(matches!(
        echo.standing(&pair, &observed),
        Standing::ByOthers { .. }
    ));
}

#[test]
fn the_rules_of_an_echo_that_goes_are_no_conflict() {
    let mut echo = echo();
    let mut old = Rule::to("crr/orders-old/echo.everything", "arn:aws:s3:::orders-old");
    old.priority = Some(1);
    let (pair, mut observed) = with(&echo, &[old]);
    let found = observed.buckets.get_mut(&pair.source.at()).unwrap();
    let xml = found
        .replication
        .present()
        .unwrap()
        .replace("/theirs", "/crr/crr-site-east");
    found.replication = Seen::Present(xml);
    assert!(conflict(&echo, &pair, &observed).contains("orders-old"));
    echo.succeeds = Some("{bucket}-old".parse().unwrap());
    assert_eq!(echo.standing(&pair, &observed), Standing::Pending);
    echo.succeeds = Some("{bucket}-other".parse().unwrap());
    assert!(conflict(&echo, &pair, &observed).contains("orders-old"));
}
