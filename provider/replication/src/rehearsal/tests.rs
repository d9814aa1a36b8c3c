//! The model's own policies let S3 do all that it needs, and no less: what is taken out of them is missed.

mod keys;

use std::collections::BTreeMap;

use super::*;
use crate::bucket::Ownership;
use crate::name::{Namespace, RuleName};
use crate::observed::{ObservedBucket, Seen};
use crate::pair::{Direction, PairRule, RoleChoice, Side, Site};
use crate::rule::Filter;

const KEY: &str = "arn:aws:kms:REGION:ACCOUNT:key/0b5ad0d1-6f4c-4c2e-9f4a-1b1e64ab3c5d";

fn side(name: &str, region: &str, account: &str) -> Side {
    Side {
        site: Site {
            name: name.parse().unwrap(),
            account: account.parse().unwrap(),
            partition: "aws".parse().unwrap(),
            region: region.parse().unwrap(),
            namespace: Namespace::Partition("aws".parse().unwrap()),
        },
        bucket: format!("orders-{name}").parse().unwrap(),
        create: false,
        created: false,
        object_lock: None,
        access_log: None,
        storage_class: None,
        key: Some(
            KEY.replace("REGION", region)
                .replace("ACCOUNT", account)
                .parse()
                .unwrap(),
        ),
        role: RoleChoice::Own,
    }
}

/// A pair both ways to another account, with keys, delete markers and Object Lock.
fn pair() -> Pair {
    Pair {
        source: side("east", "us-east-1", "111122223333"),
        destination: side("vault", "eu-central-1", "444455556666"),
        direction: Direction::TwoWay,
        rules: vec![PairRule {
            name: RuleName::everything(),
            id: None,
            filter: Filter::default(),
            enabled: true,
            priority: None,
            delete_markers: true,
            replica_modifications: true,
            rtc: false,
            metrics: true,
            storage_class: None,
        }],
        owner_override: Some(true),
        mirror: crate::mirror::Mirror::default(),
        boundary: None,
        tags: BTreeMap::new(),
        adopt: false,
        remembered_ids: [].into(),
        trusted_accounts: None,
    }
}

fn observed(pair: &Pair) -> Observed {
    let mut bucket = ObservedBucket::of(Existence::Exists);
    bucket.object_lock = Seen::Present(crate::ObjectLock::default());
    bucket.ownership = Seen::Present(Ownership::BucketOwnerPreferred);
    bucket.policy = Seen::Absent;
    Observed {
        buckets: [&pair.source, &pair.destination]
            .into_iter()
            .map(|side| (side.at(), bucket.clone()))
            .collect(),
        ..Observed::default()
    }
}

fn refused(needs: &[Need], papers: &Papers) -> Vec<String> {
    needs
        .iter()
        .filter(|need| rehearse(need, papers) != Outcome::Allowed)
        .map(|need| need.facet.clone())
        .collect()
}

#[test]
fn what_the_model_writes_is_enough() {
    let pair = pair();
    let observed = observed(&pair);
    let desired = pair.desired(&observed);
    let needs = needs(&pair, &desired, &observed);
    let papers = Papers::of(&desired, &observed);
    assert_eq!(refused(&needs, &papers), [""; 0]);
    for action in [
        "source.trust",
        "destination.may.s3:GetObjectRetention",
        "source.may.s3:ObjectOwnerOverrideToBucketOwner",
        "source.bucket_policy.s3:ReplicateDelete",
        "source.may.kms:Decrypt",
        "source.key_policy.kms:Encrypt",
    ] {
        assert!(needs.iter().any(|need| need.facet == action), "{action}");
    }
}

#[test]
fn each_action_that_is_taken_away_is_missed() {
    let pair = pair();
    let observed = observed(&pair);
    let desired = pair.desired(&observed);
    let needs = needs(&pair, &desired, &observed);
    let whole = Papers::of(&desired, &observed);
    for (arn, role) in &whole.roles {
        for (name, text) in &role.policies {
            for need in needs
                .iter()
                .filter(|n| n.role == *arn && n.subject == Subject::Role)
            {
                let mut papers = whole.clone();
                // Another action of the same length in its place: the document stays one.
                let less = text.replace(&format!("\"{}\"", need.request.action), "\"s3:Nothing\"");
                papers
                    .roles
                    .get_mut(arn)
                    .unwrap()
                    .policies
                    .insert(name.clone(), less);
                assert!(
                    refused(&needs, &papers).contains(&need.facet),
                    "{} of {name}",
                    need.facet
                );
            }
        }
    }
}

#[test]
fn a_stranger_that_denies_is_heard() {
    let pair = pair();
    let mut observed = observed(&pair);
    let deny = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::orders-vault/*","Condition":{"StringNotEquals":{"aws:SourceVpce":"vpce-1"}}}]}"#;
    observed
        .buckets
        .get_mut(&pair.destination.at())
        .unwrap()
        .policy = Seen::Present(deny.to_owned());
    let desired = pair.desired(&observed);
    let needs = needs(&pair, &desired, &observed);
    let papers = Papers::of(&desired, &observed);
    let found = refused(&needs, &papers);
    assert!(
        found.contains(&"source.bucket_policy.s3:ReplicateObject".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"destination.bucket_policy.s3:GetObjectVersionForReplication".to_owned()),
        "the way back: {found:?}"
    );
}

#[test]
fn a_role_of_others_is_unknown_until_a_resource_of_the_plan_says_what_it_may() {
    let mut pair = pair();
    pair.direction = Direction::OneWay;
    let role: RoleArn = "arn:aws:iam::111122223333:role/crr/crr-site-east"
        .parse()
        .unwrap();
    pair.source.role = RoleChoice::Existing(role.clone());
    let observed = observed(&pair);
    let desired = pair.desired(&observed);
    let needs = needs(&pair, &desired, &observed);
    let mut papers = Papers::of(&desired, &observed);
    let trust = needs
        .iter()
        .find(|need| need.subject == Subject::Trust)
        .unwrap();
    assert!(matches!(rehearse(trust, &papers), Outcome::Unknown { .. }));
    papers.extend(Papers {
        roles: [(
            role,
            RolePapers {
                trust: Some(crate::role::trust_policy(&pair.source.site.account, &[]).to_json()),
                policies: BTreeMap::new(),
                whole: true,
            },
        )]
        .into(),
        ..Papers::default()
    });
    assert_eq!(rehearse(trust, &papers), Outcome::Allowed);
    let may = needs
        .iter()
        .find(|need| need.subject == Subject::Role)
        .unwrap();
    assert!(matches!(rehearse(may, &papers), Outcome::Refused(_)));
}

/// The policy of the destination of a pair.
fn with_policy(pair: &Pair, policy: Seen<String>) -> Observed {
    let mut observed = observed(pair);
    observed
        .buckets
        .get_mut(&pair.destination.at())
        .unwrap()
        .policy = policy;
    observed
}

fn outcome_of(facet: &str, pair: &Pair, observed: &Observed) -> Outcome {
    let desired = pair.desired(observed);
    let needs = needs(pair, &desired, observed);
    let need = needs.iter().find(|need| need.facet == facet).unwrap();
    rehearse(need, &Papers::of(&desired, observed))
}

#[test]
fn pairs_that_share_a_bucket_and_a_key_add_up() {
    let mut one = pair();
    one.direction = Direction::OneWay;
    let mut two = one.clone();
    two.source.bucket = "invoices-east".parse().unwrap();
    let mut papers = Papers::default();
    let mut all = Vec::new();
    for pair in [&one, &two] {
        // As the bucket stands after an earlier apply of the first.
        let first = observed(&one);
        let standing =
            Papers::of(&one.desired(&first), &first).buckets[&one.destination.at()].text();
        let mut observed = with_policy(pair, Seen::Present(standing));
        observed
            .buckets
            .entry(pair.source.at())
            .or_insert_with(|| ObservedBucket::of(Existence::Exists))
            .policy = Seen::Absent;
        let desired = pair.desired(&observed);
        all.extend(needs(pair, &desired, &observed));
        papers.extend(Papers::of(&desired, &observed));
    }
    assert_eq!(refused(&all, &papers), [""; 0]);
    let text = papers.buckets[&one.destination.at()].text();
    let policy: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut sids: Vec<&serde_json::Value> = policy["Statement"]
        .as_array()
        .unwrap()
        .iter()
        .map(|statement| &statement["Sid"])
        .collect();
    let count = sids.len();
    sids.sort_by_key(ToString::to_string);
    sids.dedup();
    assert_eq!(
        sids.len(),
        count,
        "each statement stands there once: {text}"
    );
}

#[test]
fn a_policy_that_may_not_be_read_is_unknown_and_names_the_action() {
    let pair = pair();
    let denied = Seen::Denied {
        action: "s3:GetBucketPolicy".to_owned(),
        message: "Access Denied".to_owned(),
    };
    let observed = with_policy(&pair, denied);
    let outcome = outcome_of("source.bucket_policy.s3:ReplicateObject", &pair, &observed);
    let Outcome::Unknown { why, lacks } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(lacks.as_deref(), Some("s3:GetBucketPolicy"));
    assert!(why.contains("Access Denied"), "{why}");
}

#[test]
fn a_denial_counts_for_the_objects_that_rules_replicate() {
    let mut pair = pair();
    let deny = |resource: &str, condition: &str| {
        Seen::Present(format!(
            r#"{{"Statement":[{{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::orders-vault/{resource}"{condition}}}]}}"#
        ))
    };
    let facet = "source.bucket_policy.s3:ReplicateObject";
    let observed = with_policy(&pair, deny("secret/*", ""));
    let Outcome::RefusedInPart(why) = outcome_of(facet, &pair, &observed) else {
        panic!("some objects fail");
    };
    assert!(why.contains("orders-vault/secret/*"), "{why}");
    let maybe = deny(
        "secret/*",
        r#","Condition":{"NumericLessThan":{"s3:TlsVersion":"1.2"}}"#,
    );
    let observed = with_policy(&pair, maybe);
    assert!(matches!(
        outcome_of(facet, &pair, &observed),
        Outcome::Unknown { lacks: None, .. }
    ));
    pair.rules[0].filter.prefix = "logs/".to_owned();
    let observed = with_policy(&pair, deny("secret/*", ""));
    assert_eq!(outcome_of(facet, &pair, &observed), Outcome::Allowed);
}
