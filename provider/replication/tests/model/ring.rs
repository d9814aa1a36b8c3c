//! Echoes in any graph, rings among them: targets of targets come to an end.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::subsequence;
use replication::echo::{COPY_OF, ECHO_OF, Selection, Standing};
use replication::observed::Existence;
use replication::{BucketName, Echo, Namespace, Observed, ObservedBucket, Seen, Site};

use crate::generate::{plain, site};

/// The tags of each bucket, by the place and the name.
type Buckets = BTreeMap<(usize, BucketName), BTreeMap<String, String>>;

/// A site of its own system, so that targets may have any name. The name says nothing: two sites may be one place.
fn place(number: usize, name: &str) -> Site {
    let account = format!("{:012}", number / 2);
    let mut site = site(name, &account, ["here", "there"][number % 2]);
    site.namespace = Namespace::Authority(format!("s3-{number}.example.com"));
    site
}

fn echo(from: usize, to: usize, template: &str, adopt_targets: bool) -> Echo {
    let mut pair = plain();
    pair.source.site = place(from, "source");
    pair.destination.site = place(to, "target");
    Echo {
        template: pair,
        target_bucket: template.parse().unwrap(),
        selection: Selection::default(),
        merge: false,
        adopt_targets,
        succeeds: None,
    }
}

fn seen(tags: Option<&BTreeMap<String, String>>, contents: Seen<()>) -> ObservedBucket {
    let Some(tags) = tags else {
        return ObservedBucket::of(Existence::Missing);
    };
    let mut found = ObservedBucket::of(Existence::Exists);
    found.tags = Seen::Present(tags.clone());
    found.encryption = Seen::Absent;
    found.replication = Seen::Absent;
    found.contents = contents;
    found.policy = Seen::Absent;
    found.public_access_block = Seen::Absent;
    found.lifecycle = Seen::Absent;
    found
}

/// Protects every bucket of every echo's source. Whether anything was made or became a target.
fn sweep(
    echoes: &[(usize, usize, Echo)],
    buckets: &mut Buckets,
    rules: &mut BTreeSet<(usize, BucketName, usize)>,
) -> bool {
    let mut worked = false;
    for (number, (from, to, echo)) in echoes.iter().enumerate() {
        let sources: Vec<_> = buckets.keys().filter(|at| at.0 == *from).cloned().collect();
        for (_, bucket) in sources {
            let done = (*from, bucket.clone(), number);
            let Ok(pair) = echo.pair(&bucket) else {
                continue;
            };
            if rules.contains(&done) {
                continue;
            }
            let there = (*to, pair.destination.bucket.clone());
            let observed = Observed {
                buckets: [
                    (
                        pair.source.at(),
                        seen(buckets.get(&(*from, bucket)), Seen::NotLooked),
                    ),
                    (
                        pair.destination.at(),
                        seen(buckets.get(&there), Seen::Present(())),
                    ),
                ]
                .into(),
                ..Observed::default()
            };
            assert!(echo.look_closer(&pair, &observed).is_empty());
            match echo.admit(pair, &observed) {
                Ok(pair) => {
                    let said = pair.tags.into_iter();
                    let said = said.filter(|(key, _)| key == ECHO_OF || key == COPY_OF);
                    buckets.entry(there).or_default().extend(said);
                    rules.insert(done);
                    worked = true;
                }
                Err(Standing::Excluded { .. } | Standing::Conflict { .. }) => {}
                Err(standing) => panic!("{standing:?}"),
            }
        }
    }
    worked
}

const PLACES: usize = 4;

fn echoes() -> impl Strategy<Value = Vec<(usize, usize, Echo)>> {
    let template = prop::sample::select(vec!["{bucket}", "{bucket}-a", "b-{bucket}"]);
    let one = (0..PLACES, 0..PLACES, template, any::<bool>());
    prop::collection::vec(one, 1..7).prop_map(|all| {
        all.into_iter()
            .filter(|(from, to, template, _)| from != to || *template != "{bucket}")
            .map(|(from, to, template, adopt)| (from, to, echo(from, to, template, adopt)))
            .collect()
    })
}

proptest! {
    #[test]
    fn the_number_of_buckets_stays_finite(
        echoes in echoes(),
        first in subsequence(vec![(0, "one"), (0, "two"), (1, "one"), (2, "two-a"), (3, "b-one")], 1..5),
    ) {
        let mut buckets: Buckets = first
            .iter()
            .map(|(place, name)| ((*place, name.parse().unwrap()), BTreeMap::new()))
            .collect();
        let mut rules = BTreeSet::new();
        let mut rounds = 0;
        while sweep(&echoes, &mut buckets, &mut rules) {
            rounds += 1;
            prop_assert!(rounds < 40, "{:?}", buckets.keys());
        }
        for ((at, name), tags) in &buckets {
            let places: Vec<&str> = tags.get(ECHO_OF).map_or_else(Vec::new, |p| p.split(' ').collect());
            let distinct: BTreeSet<&str> = places.iter().copied().collect();
            prop_assert_eq!(places.len(), distinct.len(), "{} {}: {:?}", at, name, places);
            // Each hop adds at most two characters to a name. A path enters each place once, and may stay there for one hop
            // more, by an echo of a place to itself: seven hops after the first bucket.
            prop_assert!(name.as_str().len() <= "two-a".len() + 2 * (2 * PLACES - 1), "{name}");
        }
    }
}

/// The ring that the direct origin alone does not end.
#[test]
fn a_ring_of_three_ends_and_a_chain_of_three_does_not() {
    let mut buckets: Buckets = [((0, "one".parse().unwrap()), BTreeMap::new())].into();
    let mut rules = BTreeSet::new();
    let ring = [
        (0, 1, echo(0, 1, "{bucket}-a", false)),
        (1, 2, echo(1, 2, "{bucket}-a", false)),
        (2, 0, echo(2, 0, "{bucket}-a", false)),
    ];
    while sweep(&ring, &mut buckets, &mut rules) {}
    let names: Vec<String> = buckets
        .keys()
        .map(|(at, name)| format!("{at}:{name}"))
        .collect();
    assert_eq!(names, ["0:one", "1:one-a", "2:one-a-a"]);
    let last = buckets.values().last().unwrap();
    assert_eq!(
        last[ECHO_OF],
        "000000000000/here@s3-0.example.com 000000000000/there@s3-1.example.com"
    );
    assert_eq!(last[COPY_OF], "one-a");
}

/// A tag takes 256 characters. What has come so far goes no further, rather than forget where it was.
#[test]
fn a_chain_too_long_for_a_tag_ends() {
    let mut buckets: Buckets = [((0, "one".parse().unwrap()), BTreeMap::new())].into();
    let mut rules = BTreeSet::new();
    let chain: Vec<_> = (0..20)
        .map(|at| (at, at + 1, echo(at, at + 1, "{bucket}", false)))
        .collect();
    while sweep(&chain, &mut buckets, &mut rules) {}
    assert!((4..10).contains(&buckets.len()), "{}", buckets.len());
}
