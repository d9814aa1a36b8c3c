use super::super::tests::{bucket, echo, seen};
use super::*;
use crate::observed::ObservedRole;
use crate::{Removal, plan_removal};

/// S3 wants an ID once in a bucket, and two echoes may have been given the same.
#[test]
fn the_rule_of_another_echo_with_the_same_id_is_not_ours() {
    let mut echo = echo();
    echo.template.rules[0].id = Some("dr".to_owned());
    let rules_go = |echo: &Echo, to: &str| {
        let (pair, observed) = seen(echo, &[("dr", to)]);
        let plan = plan_removal(
            &echo.leaving(&pair, &observed),
            &observed,
            &Removal::default(),
        );
        (echo.has_rules(&pair, &observed), !plan.is_empty())
    };
    assert_eq!(rules_go(&echo, "orders-dr"), (true, true));
    assert_eq!(rules_go(&echo, "orders-vault"), (false, false));
    // It is a conflict, and not a target that was and is gone.
    let (pair, mut observed) = seen(&echo, &[("dr", "orders-vault")]);
    let target = observed.buckets.get_mut(&pair.destination.at()).unwrap();
    target.existence = crate::observed::Existence::Missing;
    let standing = echo.standing(&pair, &observed);
    assert!(
        matches!(&standing, super::super::Standing::Conflict { why } if why.contains("orders-vault")),
        "{standing:?}"
    );
}

#[test]
fn a_role_that_may_not_be_read_stops_a_removal_only_where_rules_of_ours_run_under_it() {
    let mut echo = echo();
    echo.merge = true;
    let stops = |rules: &[(&str, &str)]| {
        let (pair, mut observed) = seen(&echo, rules);
        let found = observed.buckets.get_mut(&pair.source.at()).unwrap();
        let xml = found.replication.present().unwrap();
        let theirs = xml.replace("role/crr/crr-site-east", "role/crr-theirs");
        found.replication = Seen::Present(theirs);
        let denied = ObservedRole {
            role: Seen::Denied {
                action: "iam:GetRole".to_owned(),
                message: "AccessDenied: no".to_owned(),
            },
            ..ObservedRole::default()
        };
        let role = "arn:aws:iam::111122223333:role/crr-theirs".parse().unwrap();
        observed.roles.insert(role, denied);
        let pair = echo.settle(pair, &observed);
        let plan = plan_removal(
            &echo.leaving(&pair, &observed),
            &observed,
            &Removal::default(),
        );
        assert!(plan.is_empty(), "{}", plan.describe());
        plan.has_errors()
    };
    let theirs = ("theirs", "archive");
    assert!(!stops(&[theirs]));
    assert!(stops(&[
        theirs,
        ("crr/orders-dr/echo.everything", "orders-dr")
    ]));
}

#[test]
fn policies_on_a_role_of_others_are_known_by_bucket_and_target() {
    let mut echo = echo();
    echo.selection.exclude = vec!["not-*".parse().unwrap()];
    let role: RoleArn = "arn:aws:iam::111122223333:role/crr-theirs".parse().unwrap();
    let east = echo.template.source.site.name.clone();
    let name = |source: &str| {
        let mut all = self::echo();
        all.selection = super::super::Selection::default();
        let pair = all.pair(&bucket(source)).unwrap();
        pair.policies_on(&role).remove(0).1
    };
    let foreign = [
        "theirs",
        "crr-00000000-to-gone-dr",
        "crr-x-to-gone-dr",
        "crr-to-gone-dr",
    ];
    let policies: BTreeSet<String> = ["here", "gone", "not-ours"]
        .map(name)
        .into_iter()
        .chain(foreign.map(str::to_owned))
        .collect();
    let listed = [bucket("here")].into();
    assert_eq!(
        echo.policies_of_unlisted((&east, &role), &policies, &listed),
        [(bucket("gone"), name("gone"))]
    );
    let west = echo.template.destination.site.name.clone();
    let found = echo.policies_of_unlisted((&west, &role), &policies, &listed);
    assert_eq!(found, []);
}
