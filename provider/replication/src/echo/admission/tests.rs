use super::super::lineage::COPY_OF;
use super::super::tests::{bucket, echo, seen};
use super::*;
use crate::bucket::PublicAccessBlock;
use crate::mirror::{Mirror, Setting};
use crate::name::Namespace;
use crate::step::Step;

const EAST: &str = "111122223333/us-east-1";
const WEST: &str = "111122223333/us-west-2";

/// `orders` and `orders-dr` with these tags, the target with something in it.
fn stage(echo: &Echo, source: &[(&str, &str)], target: &[(&str, &str)]) -> (Pair, Observed) {
    let (pair, mut observed) = seen(echo, &[]);
    for (at, tags) in [(pair.source.at(), source), (pair.destination.at(), target)] {
        let tags = tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        observed.buckets.get_mut(&at).unwrap().tags = Seen::Present(tags.collect());
    }
    let found = observed.buckets.get_mut(&pair.source.at()).unwrap();
    found.encryption = Seen::Absent;
    let found = observed.buckets.get_mut(&pair.destination.at()).unwrap();
    found.contents = Seen::Present(());
    found.policy = Seen::Absent;
    found.public_access_block = Seen::Absent;
    found.lifecycle = Seen::Absent;
    (pair, observed)
}

fn refused(echo: &Echo, seen: (Pair, Observed)) -> String {
    match echo.admit(seen.0, &seen.1) {
        Err(Standing::Conflict { why } | Standing::Excluded { why }) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_looked_at_closer_is_not_asked_twice() {
    let mut echo = echo();
    let (pair, mut observed) = seen(&echo, &[]);
    let calls = |echo: &Echo, observed: &Observed| -> usize {
        let reads = echo.look_closer(&pair, observed);
        let asked = reads.buckets.values();
        asked
            .map(|asked| format!("{asked:?}").matches("true").count())
            .sum()
    };
    assert_eq!(
        calls(&echo, &observed),
        7,
        "both buckets' tags, how the source encrypts, what is in the target, who may look into it, and what deletes there"
    );
    echo.adopt_targets = true;
    assert_eq!(calls(&echo, &observed), 3);
    echo.adopt_targets = false;
    let missing = ObservedBucket::of(Existence::Missing);
    observed.buckets.insert(pair.destination.at(), missing);
    assert_eq!(calls(&echo, &observed), 2);
    assert_eq!(calls(&echo, &stage(&echo, &[], &[]).1), 0);
}

#[test]
fn what_may_be_a_target() {
    let mut echo = echo();
    let tagged =
        |of: &str, copy: &str| stage(&self::echo(), &[], &[(ECHO_OF, of), (COPY_OF, copy)]);
    for ours in [
        tagged(EAST, "orders"),
        stage(&echo, &[], &[(ECHO_OF, EAST)]),
        tagged("444455556666/eu-west-1 111122223333/us-east-1", "orders"),
    ] {
        let made = echo.admit(ours.0, &ours.1).unwrap();
        assert_eq!(made.tags[COPY_OF], "orders");
        assert!(made.tags[ECHO_OF].ends_with(EAST));
    }
    for (strange, words) in [
        (stage(&echo, &[], &[]), "was there before"),
        // Whose copies these are nobody knows.
        (stage(&echo, &[], &[MADE_BY]), "made by a `crr_pair`"),
        (tagged(EAST, "invoices"), "another bucket"),
        (tagged("111122223333/eu-west-1", "orders"), "another bucket"),
    ] {
        let why = refused(&echo, strange.clone());
        assert!(
            why.contains("west:orders-dr") && why.contains(words),
            "{why}"
        );
        assert!(
            why.contains("adopt_targets = true") && why.contains(EAST),
            "{why}"
        );
        echo.adopt_targets = true;
        assert!(echo.admit(strange.0, &strange.1).is_ok());
        echo.adopt_targets = false;
    }
}

#[test]
fn an_empty_bucket_is_a_target_and_is_told_whose() {
    let mut echo = echo();
    let (pair, mut observed) = stage(&echo, &[], &[("theirs", "1")]);
    let at = pair.destination.at();
    observed.buckets.get_mut(&at).unwrap().contents = Seen::Absent;
    let pair = echo.admit(pair, &observed).unwrap();
    let plan = crate::plan(&echo.desired(&pair, &observed), &observed);
    let tags = plan.steps().find_map(|planned| match &planned.step {
        Step::PutBucketTags { at: on, tags, .. } if *on == at => Some(tags.clone()),
        _ => None,
    });
    let tags = tags.expect("it is tagged");
    assert_eq!(
        (&*tags["theirs"], &*tags[ECHO_OF], &*tags[COPY_OF]),
        ("1", EAST, "orders")
    );

    echo.template.mirror = Mirror {
        settings: [Setting::Policy].into(),
        exact: true,
        public: false,
    };
    let mut pair = pair;
    pair.tags.clear();
    assert!(refused(&echo, (pair, observed)).contains("mirror_exact"));
}

fn denied<T>(action: &str) -> Seen<T> {
    Seen::Denied {
        action: action.to_owned(),
        message: "no".to_owned(),
    }
}

#[test]
fn an_empty_bucket_that_is_open_to_everybody_is_no_target() {
    let mut echo = echo();
    let (pair, mut observed) = stage(&echo, &[], &[]);
    let open = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}"#;
    let mut with = |policy: Seen<String>, block: Seen<PublicAccessBlock>| {
        let found = observed.buckets.get_mut(&pair.destination.at()).unwrap();
        found.contents = Seen::Absent;
        found.policy = policy;
        found.public_access_block = block;
        (pair.clone(), observed.clone())
    };
    let policy = || Seen::Present(open.to_owned());
    let public = with(policy(), Seen::Absent);
    let why = refused(&echo, public.clone());
    assert!(
        why.contains("west:orders-dr was there before and has a policy that lets everybody in"),
        "{why}"
    );
    echo.adopt_targets = true;
    assert!(echo.admit(public.0.clone(), &public.1).is_ok());
    echo.adopt_targets = false;
    echo.template.mirror.public = true;
    assert!(echo.admit(public.0, &public.1).is_ok(), "it may be public");
    echo.template.mirror.public = false;

    for closed in [
        with(policy(), Seen::Present(PublicAccessBlock::ALL)),
        with(Seen::Absent, Seen::Absent),
        with(Seen::Absent, denied("s3:GetBucketPublicAccessBlock")),
        with(Seen::Present("{}".to_owned()), Seen::Absent),
    ] {
        assert!(echo.admit(closed.0, &closed.1).is_ok());
    }
    for (seen, action) in [
        (
            with(denied("s3:GetBucketPolicy"), Seen::Absent),
            "s3:GetBucketPolicy",
        ),
        (
            with(policy(), denied("s3:GetBucketPublicAccessBlock")),
            "s3:GetBucketPublicAccessBlock",
        ),
    ] {
        let standing = echo.admit(seen.0, &seen.1).unwrap_err();
        assert!(
            matches!(&standing, Standing::Failed { detail, .. } if detail.contains(action)),
            "{standing:?}"
        );
    }
}

#[test]
fn an_empty_bucket_that_others_may_look_into_or_that_deletes_is_no_target() {
    let echo = echo();
    let with = |tags: &[(&str, &str)], policy: Option<&str>, lifecycle: Option<&str>| {
        let (pair, mut observed) = stage(&echo, &[], tags);
        let found = observed.buckets.get_mut(&pair.destination.at()).unwrap();
        found.contents = Seen::Absent;
        found.policy = policy.map_or(Seen::Absent, |text| Seen::Present(text.to_owned()));
        found.public_access_block = Seen::Present(PublicAccessBlock::ALL);
        found.lifecycle = lifecycle.map_or(Seen::Absent, |rules| {
            Seen::Present(crate::mirror::Lifecycle {
                xml: format!("<LifecycleConfiguration>{rules}</LifecycleConfiguration>"),
                minimum_size: None,
            })
        });
        (pair, observed)
    };
    let allow = |principal: &str| {
        format!(
            r#"{{"Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"*"}}]}}"#
        )
    };
    for (principal, of_ours) in [
        (r#"{"AWS":"222222222222"}"#, false),
        (
            r#"{"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::222222222222:user/low"]}"#,
            false,
        ),
        (r#"{"CanonicalUser":"79a5"}"#, false),
        (r#"{"AWS":"AIDAEXAMPLE"}"#, false),
        (r#"{"AWS":"arn:aws:iam::111122223333:role/backup"}"#, true),
        (r#"{"Service":"logging.s3.amazonaws.com"}"#, true),
        // The block restricts it to the account itself.
        (r#""*""#, true),
    ] {
        let policy = allow(principal);
        let seen = with(&[], Some(&policy), None);
        if of_ours {
            assert!(echo.admit(seen.0, &seen.1).is_ok(), "{principal}");
        } else {
            let why = refused(&echo, seen);
            assert!(why.contains("has a policy that lets"), "{why}");
        }
        // One that says that it is the target was told so by somebody.
        let meant = with(&[(ECHO_OF, EAST)], Some(&policy), None);
        assert!(echo.admit(meant.0, &meant.1).is_ok(), "{principal}");
    }
    for (rule, deletes) in [
        (
            "<Expiration><Days>1</Days></Expiration><Status>Enabled</Status>",
            true,
        ),
        (
            "<Expiration><Date>2030-01-01</Date></Expiration><Status>Enabled</Status>",
            true,
        ),
        (
            "<Expiration><Days>1</Days></Expiration><Status>Disabled</Status>",
            false,
        ),
        (
            "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration><Status>Enabled</Status>",
            false,
        ),
        (
            "<NoncurrentVersionExpiration><NoncurrentDays>9</NoncurrentDays></NoncurrentVersionExpiration><Status>Enabled</Status>",
            false,
        ),
    ] {
        let rule = format!("<Rule><ID>tidy</ID>{rule}</Rule>");
        let seen = with(&[MADE_BY], None, Some(&rule));
        if deletes {
            let why = refused(&echo, seen);
            assert!(why.contains("the lifecycle rule tidy"), "{why}");
        } else {
            assert!(echo.admit(seen.0, &seen.1).is_ok(), "{rule}");
        }
    }
}

#[test]
fn what_cannot_be_told_is_not_taken() {
    let echo = echo();
    let (pair, mut observed) = stage(&echo, &[], &[]);
    observed
        .buckets
        .get_mut(&pair.destination.at())
        .unwrap()
        .contents = denied("s3:Look");
    let standing = echo.admit(pair.clone(), &observed).unwrap_err();
    assert!(matches!(&standing, Standing::Failed { detail, .. } if detail.contains("s3:Look")));
    observed.buckets.get_mut(&pair.source.at()).unwrap().tags = denied("s3:Look");
    assert!(matches!(
        echo.admit(pair, &observed),
        Err(Standing::Failed { .. })
    ));
}

/// Two echoes of one template each way, in systems whose names are their own: what the one made goes back where it came
/// from, and nowhere else.
#[test]
fn a_copy_goes_back_to_its_origin_alone() {
    let mut back = echo();
    std::mem::swap(
        &mut back.template.source.site,
        &mut back.template.destination.site,
    );
    for site in [
        &mut back.template.source.site,
        &mut back.template.destination.site,
    ] {
        site.namespace = Namespace::Authority(format!("{}.example.com", site.name));
    }
    back.target_bucket = "{bucket}".parse().unwrap();
    assert_eq!(back.check(), Vec::new());
    let east = format!("{EAST}@east.example.com");
    let copy = |of: &str| stage(&back, &[(ECHO_OF, &east), (COPY_OF, of)], &[]);

    let (pair, observed) = copy("orders");
    let pair = back.admit(pair, &observed).unwrap();
    assert!(!pair.tags.contains_key(ECHO_OF), "the origin is no copy");
    assert!(refused(&back, copy("invoices")).contains("copy of a bucket that was at east"));

    let (pair, mut observed) = copy("orders");
    let missing = ObservedBucket::of(Existence::Missing);
    observed.buckets.insert(pair.destination.at(), missing);
    refused(&back, (pair, observed));
}

/// A pair or an echo replicates from the target's name to the bucket: it is the primary's, and full.
#[test]
fn what_replicates_to_the_bucket_may_be_its_target() {
    let echo = echo();
    let (pair, mut observed) = stage(&echo, &[], &[]);
    let (_, other) = seen(&echo, &[("theirs", "orders")]);
    let rules = other.buckets[&pair.source.at()].replication.clone();
    observed
        .buckets
        .get_mut(&pair.destination.at())
        .unwrap()
        .replication = rules;
    assert!(echo.admit(pair, &observed).is_ok());
}

#[test]
fn a_chain_goes_on_and_no_ring_does() {
    let echo = echo();
    let mut pair = echo.pair(&bucket("orders")).unwrap();
    let at = |places: &str| stage(&echo, &[(ECHO_OF, places), (COPY_OF, "older")], &[]).1;
    let mut chain = at("444455556666/eu-west-1");
    let missing = ObservedBucket::of(Existence::Missing);
    chain.buckets.insert(pair.destination.at(), missing);
    pair = echo.admit(pair, &chain).unwrap();
    assert_eq!(pair.tags[ECHO_OF], format!("444455556666/eu-west-1 {EAST}"));
    let ring = at(&format!("{WEST} 444455556666/eu-west-1"));
    let why = refused(&echo, (echo.pair(&bucket("orders")).unwrap(), ring));
    assert!(why.contains("at west"), "{why}");
}

/// S3 leaves behind what KMS has encrypted, where no rule says that it goes, too.
#[test]
fn a_bucket_that_encrypts_with_kms_needs_keys() {
    let mut echo = echo();
    let (pair, mut observed) = stage(&echo, &[], &[(ECHO_OF, EAST)]);
    let key: crate::KeyArn = "arn:aws:kms:us-east-1:111122223333:key/one"
        .parse()
        .unwrap();
    let found = observed.buckets.get_mut(&pair.source.at()).unwrap();
    found.encryption = Seen::Present(crate::bucket::Encryption::with_key(Some(&key)));
    let Standing::Failed { summary, detail } = echo.standing(&pair, &observed) else {
        panic!("its objects stay behind");
    };
    assert!(
        summary.contains("east:orders encrypts with KMS"),
        "{summary}"
    );
    assert!(
        detail.contains("`source_kms_key_arn`") && detail.contains("`target_kms_key_arn`"),
        "{detail}"
    );
    echo.template.source.key = Some(key);
    echo.template.destination.key = Some(
        "arn:aws:kms:us-west-2:111122223333:key/two"
            .parse()
            .unwrap(),
    );
    let pair = echo.pair(&pair.source.bucket).unwrap();
    assert!(echo.standing(&pair, &observed).is_new());
    assert!(
        !echo
            .look_closer(
                &pair,
                &Observed {
                    buckets: [(pair.source.at(), ObservedBucket::of(Existence::Exists))].into(),
                    ..Observed::default()
                }
            )
            .buckets[&pair.source.at()]
            .encryption
    );
}
