//! Which buckets go with their pair.

use super::*;

#[test]
fn buckets_go_only_where_the_user_says_so() {
    let mut pair = plain();
    pair.destination.create = true;
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    world
        .buckets
        .get_mut(&pair.destination.at())
        .unwrap()
        .objects = 5;
    let asked = Removal {
        buckets: [pair.destination.at()].into(),
    };
    let plan = removal(&world, &pair, &asked);
    crate::apply::take_all(&mut world, &plan);
    assert!(!world.buckets.contains_key(&pair.destination.at()));
    assert_eq!(world.buckets[&pair.source.at()].objects, 3);
}

/// A bucket of ours is another's source, or another account's target: it is kept, and only what is ours goes.
#[test]
fn a_bucket_that_others_replicate_is_neither_emptied_nor_deleted() {
    let mut pair = plain();
    pair.source.create = true;
    let mut applied = bare(&pair);
    apply_and_settle(&mut applied, &pair);
    let at = pair.source.at();
    applied.buckets.get_mut(&at).unwrap().objects = 5;
    let asked = Removal {
        buckets: [at.clone()].into(),
    };
    let deletes = |plan: &Plan| {
        plan.steps()
            .any(|s| matches!(s.step, Step::EmptyBucket { .. } | Step::DeleteBucket { .. }))
    };
    assert!(deletes(&removal(&applied, &pair, &asked)));

    let role = crate::generate::own_role(&pair);
    let rules = crate::generate::their_rules(false, &role);
    let statement = |sid: &str, action: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"{sid}","Effect":"Allow","Principal":"*","Action":"{action}","Resource":"*"}}]}}"#
        )
    };
    for (rules, policy, named) in [
        (Some(rules), None, "rule \"theirs\" to arn:aws:s3:::third"),
        (
            None,
            Some(statement("CrrFromabcObjects", "s3:ReplicateObject")),
            "statement \"CrrFromabcObjects\"",
        ),
        (
            None,
            Some(statement("", "s3:ReplicateObject")),
            "a statement without Sid",
        ),
    ] {
        let mut world = applied.clone();
        let bucket = world.buckets.get_mut(&at).unwrap();
        bucket.replication = rules.or(bucket.replication.take());
        bucket.policy = policy;
        let plan = removal(&world, &pair, &asked);
        assert!(!deletes(&plan), "{named}: {}", plan.describe());
        assert!(
            plan.problems[0].detail.contains(named),
            "{:?}",
            plan.problems
        );
        crate::apply::take_all(&mut world, &plan);
        assert_eq!(world.buckets[&at].objects, 5, "{named}");
    }
    let mut reader = applied.clone();
    reader.buckets.get_mut(&at).unwrap().policy = Some(statement("Readers", "s3:GetObject"));
    assert!(deletes(&removal(&reader, &pair, &asked)), "no replication");

    // What was not seen may be another's.
    let mut reads = pair.removal_reads();
    asked.look(&mut reads);
    for unseen in [denied("s3:GetBucketPolicy"), Seen::NotLooked] {
        let mut observed = look(&applied, &pair, &reads);
        observed.buckets.get_mut(&at).unwrap().policy = unseen;
        let plan = plan_removal(&pair.desired(&observed), &observed, &asked);
        assert!(!deletes(&plan), "{}", plan.describe());
    }
}

/// Rules within an account leave nothing on their target, so an echo's tags are all that tells of it.
#[test]
fn a_bucket_that_is_the_target_of_an_echo_is_not_deleted() {
    let mut pair = plain();
    pair.destination.create = true;
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    let at = pair.destination.at();
    let removal = Removal {
        buckets: [at.clone()].into(),
    };
    let mut reads = pair.removal_reads();
    removal.look(&mut reads);
    let deletes = |pair: &Pair, tags: &[(&str, &str)]| {
        let mut observed = look(&world, pair, &reads);
        let found = observed.buckets.get_mut(&at).unwrap();
        let mut all = found.tags.present().cloned().unwrap_or_default();
        all.extend(tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        found.tags = Seen::Present(all);
        let plan = plan_removal(&pair.desired(&observed), &observed, &removal);
        assert!(!plan.has_errors());
        let told = plan.problems.iter().map(|problem| &problem.detail);
        let told: Vec<String> = told.cloned().collect();
        let deletes = |step: &Step| matches!(step, Step::DeleteBucket { .. });
        (plan.steps().any(|s| deletes(&s.step)), told.join(" "))
    };
    assert!(deletes(&pair, &[]).0);
    for (key, value) in [
        ("crr:echo-of", "111122223333/us-east-1"),
        ("crr:copy-of", "beta"),
    ] {
        let (goes, told) = deletes(&pair, &[(key, value)]);
        assert!(
            !goes && told.contains(&format!("{key} = {value}")),
            "{told}"
        );
        let mut own = pair.clone();
        own.tags = [(key.to_owned(), value.to_owned())].into();
        assert!(deletes(&own, &[(key, value)]).0, "the pair's own");
    }
}
