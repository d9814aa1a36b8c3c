use std::collections::BTreeMap;

use super::*;
use crate::bucket::Versioning;
use crate::name::Namespace;
use crate::observed::{Existence, ObservedBucket, Seen};
use crate::pair::{PairRule, Site};
use crate::rule::{Filter, Rule};

fn site(name: &str, region: &str) -> Site {
    Site {
        name: name.parse().unwrap(),
        account: "111122223333".parse().unwrap(),
        partition: "aws".parse().unwrap(),
        region: region.parse().unwrap(),
        namespace: Namespace::Partition("aws".parse().unwrap()),
    }
}

const ROLE: &str = "arn:aws:iam::111122223333:role/crr/crr-site-east";

pub(super) fn echo() -> Echo {
    let side = |site: Site| Side {
        role: RoleChoice::Existing(ROLE.replace("east", site.name.as_str()).parse().unwrap()),
        site,
        bucket: "stand-in".parse().unwrap(),
        create: false,
        created: false,
        storage_class: None,
        key: None,
        object_lock: None,
        access_log: None,
    };
    Echo {
        template: Pair {
            rules: vec![PairRule {
                name: RuleName::everything(),
                id: None,
                filter: Filter::default(),
                enabled: true,
                priority: None,
                delete_markers: false,
                replica_modifications: false,
                rtc: false,
                metrics: true,
                storage_class: None,
            }],
            source: side(site("east", "us-east-1")),
            destination: side(site("west", "us-west-2")),
            direction: Direction::OneWay,
            owner_override: None,
            mirror: crate::mirror::Mirror::default(),
            boundary: None,
            tags: BTreeMap::new(),
            adopt: false,
            remembered_ids: [].into(),
            trusted_accounts: None,
        },
        target_bucket: "{bucket}-dr".parse().unwrap(),
        selection: Selection::default(),
        merge: false,
        adopt_targets: false,
        succeeds: None,
    }
}

pub(super) fn bucket(name: &str) -> BucketName {
    name.parse().unwrap()
}

/// Both buckets there, versioned, with these rules on the source.
pub(super) fn seen(echo: &Echo, rules: &[(&str, &str)]) -> (Pair, Observed) {
    let pair = echo.pair(&bucket("orders")).unwrap();
    let mut observed = Observed::default();
    for side in [&pair.source, &pair.destination] {
        let mut found = ObservedBucket::of(Existence::Exists);
        found.versioning = Seen::Present(Versioning::Enabled);
        found.replication = Seen::Absent;
        found.object_lock = Seen::Absent;
        observed.buckets.insert(side.at(), found);
    }
    if !rules.is_empty() {
        let rules: String = rules
            .iter()
            .enumerate()
            .map(|(index, (id, to))| {
                let mut rule = Rule::to((*id).to_owned(), format!("arn:aws:s3:::{to}"));
                rule.priority = Some(u32::try_from(index).unwrap() + 1);
                crate::rule::print_rule(&rule)
            })
            .collect();
        let xml = format!(
            "<ReplicationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Role>{ROLE}</Role>{rules}</ReplicationConfiguration>"
        );
        observed
            .buckets
            .get_mut(&pair.source.at())
            .unwrap()
            .replication = Seen::Present(xml);
    }
    (pair, observed)
}

/// What stands once the plan was taken.
fn protected(echo: &Echo) -> (Pair, Observed) {
    let (pair, mut observed) = seen(echo, &[]);
    let desired = as_is(&pair).desired(&observed);
    for stage in crate::plan(&desired, &observed).stages {
        for planned in stage.steps {
            if let crate::Step::PutReplicationRules { at, document, .. } = planned.step {
                observed.buckets.get_mut(&at).unwrap().replication =
                    document.map_or(Seen::Absent, Seen::Present);
            }
        }
    }
    (pair, observed)
}

#[test]
fn patterns_match_whole_names() {
    for (pattern, name, matches) in [
        ("*", "orders", true),
        ("logs-*", "logs-east", true),
        ("logs-*", "old-logs-east", false),
        ("*-logs", "east-logs", true),
        ("*-logs", "east-logs-2", false),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("*a*b*", "xxaxxbxx", true),
        ("*a*b*", "xxbxxaxx", false),
        ("orders", "orders", true),
        ("orders", "orders2", false),
        ("*ab", "aab", true),
    ] {
        let glob: Glob = pattern.parse().unwrap();
        assert_eq!(glob.matches(name), matches, "{pattern} {name}");
    }
    assert!("Logs*".parse::<Glob>().is_err() && "".parse::<Glob>().is_err());
}

#[test]
fn a_selection_says_why_not() {
    let selection = Selection {
        include: vec!["team-*".parse().unwrap()],
        exclude: vec!["*-logs".parse().unwrap()],
        tags: [("dr".to_owned(), "true".to_owned())].into(),
    };
    let why = |verdict| match verdict {
        Verdict::Excluded { why } => why,
        Verdict::Selected => "selected".to_owned(),
    };
    assert_eq!(why(selection.by_name(&bucket("team-a"))), "selected");
    assert!(why(selection.by_name(&bucket("team-logs"))).contains("*-logs"));
    assert!(why(selection.by_name(&bucket("other"))).contains("include"));
    assert!(why(selection.by_tags(&BTreeMap::new())).contains("dr = true"));
    let tags = [("dr".to_owned(), "true".to_owned())].into();
    assert_eq!(why(selection.by_tags(&tags)), "selected");
}

#[test]
fn a_name_of_each_pattern_stands_for_all() {
    let samples = |include: &[&str], exclude: &[&str]| -> Vec<String> {
        let globs = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let selection = Selection {
            include: globs(include),
            exclude: globs(exclude),
            tags: BTreeMap::new(),
        };
        let samples = selection.samples();
        for name in &samples {
            assert_eq!(selection.by_name(name), Verdict::Selected);
        }
        samples.iter().map(ToString::to_string).collect()
    };
    assert_eq!(samples(&[], &[]), ["any"]);
    assert_eq!(
        samples(&["orders-*", "team-?-logs", "one"], &[]),
        ["orders-any", "team-0-logs", "one"]
    );
    assert_eq!(samples(&[], &["an*"]), ["some"]);
    assert_eq!(samples(&["logs", "*-a"], &["logs"]), ["any-a"]);
    assert_eq!(samples(&[], &["*"]), [""; 0]);
}

#[test]
fn a_target_s_name_and_back() {
    let east = site("east", "us-east-1");
    let name: TargetName = "{account}-{bucket}-{region}".parse().unwrap();
    let target = name.name_for(&east, &bucket("orders")).unwrap();
    assert_eq!(target.as_str(), "111122223333-orders-us-east-1");
    assert_eq!(name.origin_of(&east, &target), Some(bucket("orders")));
    assert_eq!(name.origin_of(&site("west", "us-west-2"), &target), None);
    let same: TargetName = "{bucket}".parse().unwrap();
    assert_eq!(
        same.origin_of(&east, &target),
        None,
        "it could be any bucket"
    );
    for wrong in ["dr", "{name}-dr", "{bucket}-{bucket}", "{bucket"] {
        assert!(wrong.parse::<TargetName>().is_err(), "{wrong}");
    }
    let problem = name.name_for(&east, &bucket(&"x".repeat(60))).unwrap_err();
    assert!(problem.summary.contains("xxx") && problem.detail.contains("{account}"));
}

#[test]
fn one_name_in_one_partition_is_said_at_once() {
    let mut echo = echo();
    assert_eq!(echo.check(), Vec::new());
    echo.target_bucket = "{bucket}".parse().unwrap();
    assert!(echo.check()[0].is_error());
}

#[test]
fn two_systems_have_each_their_own_names() {
    let mut echo = echo();
    echo.target_bucket = "{bucket}".parse().unwrap();
    let system = |name: &str| Namespace::Authority(name.to_owned());
    echo.template.source.site.namespace = system("a.example.com");
    echo.template.destination.site.namespace = system("b.example.com");
    assert_eq!(echo.check(), Vec::new());
    let mut pair = echo.pair(&bucket("orders")).unwrap();
    assert_eq!(pair.source.bucket, pair.destination.bucket);

    // One account number in two systems: the roles of the site have names of their own, those of a pair have not.
    pair.direction = Direction::TwoWay;
    assert_eq!(pair.check(), Vec::new());
    pair.source.role = RoleChoice::Own;
    pair.destination.role = RoleChoice::Own;
    assert!(pair.check()[0].summary.contains("one role in two systems"));

    echo.template.destination.site.namespace = system("a.example.com");
    assert!(echo.check()[0].detail.contains("both in a.example.com"));
    assert!(echo.pair(&bucket("orders")).is_err());
}

#[test]
fn a_glance_is_four_calls() {
    let echo = echo();
    let pair = echo.pair(&bucket("orders")).unwrap();
    let reads = echo.glance(&pair);
    assert!(reads.roles.is_empty() && reads.keys.is_empty());
    let calls: usize = reads
        .buckets
        .values()
        .map(|asked| format!("{asked:?}").matches("true").count())
        .sum();
    assert_eq!(calls, 4, "{reads:?}");
    assert_eq!(echo.role_reads().roles.len(), 1);
}

#[test]
fn how_a_bucket_stands() {
    let echo = echo();
    let (pair, observed) = seen(&echo, &[]);
    assert_eq!(echo.standing(&pair, &observed), Standing::Pending);

    let (pair, mut observed) = protected(&echo);
    assert_eq!(echo.standing(&pair, &observed), Standing::Protected);
    assert!(echo.has_rules(&pair, &observed) && !echo.stands_beside_others(&pair, &observed));

    let target = observed.buckets.get_mut(&pair.destination.at()).unwrap();
    target.versioning = Seen::Present(Versioning::Suspended);
    let Standing::Drifted(differences) = echo.standing(&pair, &observed) else {
        panic!("it has drifted");
    };
    assert_eq!(differences[0].facet, "destination.versioning");

    // Versioning is never switched off altogether: whoever made it anew may have made it for something else.
    let target = observed.buckets.get_mut(&pair.destination.at()).unwrap();
    target.versioning = Seen::Absent;
    let anew = echo.standing(&pair, &observed);
    assert!(anew.is_new(), "{anew:?}");

    observed.buckets.insert(
        pair.destination.at(),
        ObservedBucket::of(Existence::Missing),
    );
    let target = pair.destination.at();
    let gone = echo.standing(&pair, &observed);
    assert_eq!(gone, Standing::TargetGone { target });
    let mut coverage = Coverage::default();
    coverage.add("orders", &gone);
    assert_eq!(coverage.counts.pending, 1);
    assert!(
        coverage.exceptions["orders"].starts_with("pending: its target west:orders-dr is gone")
    );
    observed
        .buckets
        .insert(pair.source.at(), ObservedBucket::of(Existence::Missing));
    assert_eq!(echo.standing(&pair, &observed), Standing::Gone);
}

#[test]
fn rules_of_others_are_left_alone() {
    let mut echo = echo();
    for ours_too in [false, true] {
        let mut rules = vec![("crr/orders-dr/everything", "orders-dr")];
        if ours_too {
            rules.push(("crr/orders-dr/echo.everything", "orders-dr"));
        }
        let (pair, observed) = seen(&echo, &rules);
        assert!(matches!(
            echo.standing(&pair, &observed),
            Standing::ByOthers { .. }
        ));
        assert!(echo.stands_beside_others(&pair, &observed));
        assert_eq!(echo.has_rules(&pair, &observed), ours_too);
    }
    let (pair, observed) = seen(&echo, &[("theirs", "archive")]);
    let Standing::Conflict { why } = echo.standing(&pair, &observed) else {
        panic!("it replicates elsewhere");
    };
    assert!(why.contains("theirs") && why.contains("archive"), "{why}");
    echo.merge = true;
    assert_eq!(echo.standing(&pair, &observed), Standing::Pending);
}

#[test]
fn beside_others_it_runs_under_their_role() {
    let mut echo = echo();
    echo.merge = true;
    let (pair, mut observed) = seen(&echo, &[("theirs", "archive")]);
    assert_eq!(
        echo.settle(pair.clone(), &observed).source.role,
        pair.source.role
    );
    let found = observed.buckets.get_mut(&pair.source.at()).unwrap();
    let Seen::Present(xml) = &found.replication else {
        panic!("there are rules");
    };
    found.replication = Seen::Present(xml.replace("crr-site-east", "theirs"));
    let settled = echo.settle(pair, &observed);
    assert_eq!(settled.source.role, RoleChoice::Own);
    let more = echo.look_after(&settled, &observed);
    assert!(
        more.roles
            .keys()
            .any(|role| role.as_str().ends_with("/theirs")),
        "{more:?}"
    );
}

#[test]
fn a_name_too_long_for_the_template_is_told_and_fails_nothing() {
    let echo = echo();
    let long = bucket(&"x".repeat(61));
    let Err(Standing::Conflict { why }) = echo.pair_of(&long) else {
        panic!("it can have no target");
    };
    assert!(
        why.contains("it can have no target") && why.contains("Exclude"),
        "{why}"
    );
}

/// `mirror_public` was taken back: the block that we gave the target has to come back, too.
#[test]
fn a_target_of_ours_that_stands_open_is_closed_again() {
    use crate::bucket::PublicAccessBlock;
    let mut echo = echo();
    echo.template.mirror.settings = [crate::mirror::Setting::PublicAccessBlock].into();
    let (pair, mut observed) = protected(&echo);
    let open = Seen::Present(PublicAccessBlock::NOTHING);
    for at in [pair.source.at(), pair.destination.at()] {
        observed.buckets.get_mut(&at).unwrap().public_access_block = open.clone();
    }
    assert_eq!(echo.standing(&pair, &observed), Standing::Protected);
    let at = pair.destination.at();
    assert!(echo.look_after(&pair, &observed).buckets[&at].tags);
    let (key, value) = crate::desired::MADE_BY;
    let target = observed.buckets.get_mut(&at).unwrap();
    target.tags = Seen::Present([(key.to_owned(), value.to_owned())].into());
    let Standing::Drifted(differences) = echo.standing(&pair, &observed) else {
        panic!("it stands open");
    };
    assert_eq!(differences[0].facet, "destination.public_access_block");
    echo.template.mirror.public = true;
    assert_eq!(echo.standing(&pair, &observed), Standing::Protected);
}
