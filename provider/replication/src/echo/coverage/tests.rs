use super::*;

#[test]
fn a_coverage_is_bounded_and_adds_up() {
    let mut coverage = Coverage::default();
    let failed = Standing::Failed {
        summary: "no".to_owned(),
        detail: String::new(),
    };
    for number in (0..250).rev() {
        coverage.add(&format!("b{number:03}"), &Standing::Pending);
        coverage.add(&format!("c{number:03}"), &Standing::Protected);
    }
    coverage.add(
        "a-conflict",
        &Standing::Conflict {
            why: "elsewhere".to_owned(),
        },
    );
    coverage.add("gone", &Standing::Gone);
    assert_eq!(
        (coverage.exceptions.len(), coverage.unlisted),
        (LISTED, 151)
    );
    assert!(coverage.exceptions.contains_key("b098") && !coverage.exceptions.contains_key("b099"));
    assert!(coverage.exceptions.contains_key("a-conflict"));
    let then = coverage.once_protected();
    assert_eq!(
        (
            then.counts.protected,
            then.counts.pending,
            then.counts.buckets
        ),
        (500, 0, 501)
    );
    assert_eq!((then.exceptions.len(), then.unlisted), (1, 0));
    assert_eq!(
        then.once_protected(),
        then,
        "planned once, planned for good"
    );

    let worked: Vec<_> = (0..250)
        .map(|number| {
            (
                format!("b{number:03}"),
                if number == 7 {
                    &failed
                } else {
                    &Standing::Protected
                },
            )
        })
        .collect();
    let after = coverage.after(
        worked
            .iter()
            .map(|(name, standing)| (name.as_str(), *standing)),
    );
    assert_eq!(
        (
            after.counts.protected,
            after.counts.failed,
            after.counts.buckets
        ),
        (499, 1, 501)
    );
    assert_eq!(after.exceptions["b007"], "failed: no");
}

/// Whatever there is most of hides nothing else, in whatever order it is found.
#[test]
fn each_kind_of_exception_has_its_share() {
    let failed = Standing::Failed {
        summary: "no".to_owned(),
        detail: String::new(),
    };
    let conflict = Standing::Conflict {
        why: "elsewhere".to_owned(),
    };
    let mut all: Vec<(String, &Standing)> = Vec::new();
    for number in 0..300 {
        all.push((format!("a{number:03}"), &Standing::Pending));
    }
    for number in 0..36 {
        all.push((format!("b{number:03}"), &conflict));
    }
    all.push(("c".to_owned(), &failed));
    let of = |all: &[(String, &Standing)]| {
        let mut coverage = Coverage::default();
        for (name, standing) in all {
            coverage.add(name, standing);
        }
        coverage
    };
    let forwards = of(&all);
    all.reverse();
    assert_eq!(of(&all), forwards);
    let listed = |kind: &str| {
        let exceptions = forwards.exceptions.values();
        exceptions.filter(|why| why.starts_with(kind)).count()
    };
    assert_eq!(
        (listed("failed"), listed("conflict"), listed("pending")),
        (1, 36, 63)
    );
    assert_eq!(forwards.unlisted, 237);
}
