//! What a check says of a pair: what may not be read is unknown and names its action, and what is gone is missing once.

use replication::observed::Existence;
use replication::{FacetStanding, Health, Observed, Pair, Seen, examine};

use crate::apply::{apply_and_settle, planned};
use crate::generate::{bare, crossing, key};

type Change = fn(&mut replication::ObservedBucket);

fn settled() -> (Pair, Observed) {
    let mut pair = crossing();
    pair.source.key = Some(key(&pair.source));
    pair.destination.key = Some(key(&pair.destination));
    pair.source.create = true;
    pair.destination.create = true;
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    let (_, observed, _) = planned(&world, &pair);
    (pair, observed)
}

fn health(pair: &Pair, observed: &Observed) -> Health {
    examine(&pair.desired(observed), observed)
}

fn amiss(health: &Health) -> Vec<(&str, &str)> {
    let word = |standing: &FacetStanding| match standing {
        FacetStanding::InSync => None,
        FacetStanding::Drifted => Some("drifted"),
        FacetStanding::Missing => Some("missing"),
        FacetStanding::Unknown(_) => Some("unknown"),
    };
    health
        .facets
        .iter()
        .filter_map(|facet| Some((facet.facet.as_str(), word(&facet.standing)?)))
        .collect()
}

#[test]
fn a_settled_pair_is_in_sync_in_every_part() {
    let (pair, observed) = settled();
    let health = health(&pair, &observed);
    assert_eq!(amiss(&health), []);
    assert!(health.facets.len() > 20, "{:?}", health.facets.len());
    assert_eq!(health.problems, []);
    assert!(health.denials.is_empty());
}

#[test]
fn what_may_not_be_read_is_unknown_and_names_the_action() {
    fn denied<T>(action: &str) -> Seen<T> {
        Seen::Denied {
            action: action.to_owned(),
            message: "Access Denied".to_owned(),
        }
    }
    let (pair, whole) = settled();
    let at = pair.destination.at();
    let changes: [(&str, &str, Change); 5] = [
        ("destination.versioning", "s3:V", |b| {
            b.versioning = denied("s3:V");
        }),
        ("destination.public_access_block", "s3:B", |b| {
            b.public_access_block = denied("s3:B");
        }),
        ("destination.ownership", "s3:O", |b| {
            b.ownership = denied("s3:O");
        }),
        ("destination.encryption", "s3:E", |b| {
            b.encryption = denied("s3:E");
        }),
        ("destination.rule.everything", "s3:R", |b| {
            b.replication = denied("s3:R");
        }),
    ];
    for (facet, action, change) in changes {
        let mut observed = whole.clone();
        change(observed.buckets.get_mut(&at).unwrap());
        let health = health(&pair, &observed);
        assert!(
            amiss(&health).contains(&(facet, "unknown")),
            "{facet}: {:?}",
            amiss(&health)
        );
        assert!(
            amiss(&health).iter().all(|(_, word)| *word == "unknown"),
            "what was not seen is not drift: {:?}",
            amiss(&health)
        );
        assert!(
            health.denials.iter().any(|denial| denial.action == action),
            "{facet}"
        );
        assert_eq!(health.problems, [], "{facet} says it already");
    }
    let mut observed = whole.clone();
    for role in observed.roles.values_mut() {
        role.role = denied("iam:GetRole");
    }
    for key in observed.keys.values_mut() {
        key.policy = denied("kms:GetKeyPolicy");
    }
    let health = health(&pair, &observed);
    let found = amiss(&health);
    for facet in ["source.role_trust", "source.role_tags"] {
        assert!(found.contains(&(facet, "unknown")), "{facet}: {found:?}");
    }
    assert!(
        found
            .iter()
            .any(|(facet, word)| facet.contains("key_policy") && *word == "unknown"),
        "{found:?}"
    );
}

#[test]
fn a_bucket_that_is_gone_elsewhere_or_forbidden_is_said_once() {
    let (mut pair, whole) = settled();
    pair.destination.create = false;
    pair.direction = replication::Direction::OneWay;
    let at = pair.destination.at();
    let cases = [
        (Existence::Missing, "missing"),
        (
            Existence::Elsewhere {
                region: Some("eu-west-3".to_owned()),
            },
            "drifted",
        ),
        (
            Existence::Forbidden {
                message: "Forbidden".to_owned(),
            },
            "unknown",
        ),
    ];
    for (existence, word) in cases {
        let mut observed = whole.clone();
        observed.buckets.insert(
            at.clone(),
            replication::ObservedBucket::of(existence.clone()),
        );
        let health = health(&pair, &observed);
        let of_bucket: Vec<_> = amiss(&health)
            .into_iter()
            .filter(|(facet, _)| *facet == "destination.bucket")
            .collect();
        assert_eq!(of_bucket, [("destination.bucket", word)], "{existence:?}");
        if word != "unknown" {
            assert!(
                !amiss(&health)
                    .iter()
                    .any(|(facet, _)| *facet == "destination.versioning"),
                "it comes with its bucket: {:?}",
                amiss(&health)
            );
        }
    }
}
