//! One thing changed behind our back: exactly its facets differ, and the plan mends that and touches no other.

use std::collections::BTreeMap;

use replication::bucket::BucketRef;
use replication::facet::differences;
use replication::{Ownership, Pair, ReplicationDocument, Versioning};

use crate::apply::{apply_and_settle, assert_settled, planned, take_all};
use crate::generate::{bare, crossing, key, own_role, plain, rule};
use crate::world::World;

/// Everything that a pair can have: two accounts, both ways, keys, buckets made here, a boundary, tags.
fn whole() -> Pair {
    let mut pair = crossing();
    pair.rules = vec![rule("everything"), rule("invoices")];
    pair.rules[1].filter.prefix.push_str("invoices/");
    pair.boundary = Some("arn:aws:iam::111111111111:policy/boundary".to_owned());
    pair.tags = [("team".to_owned(), "orders".to_owned())].into();
    pair.source.key = Some(key(&pair.source));
    pair.destination.key = Some(key(&pair.destination));
    pair.source.create = true;
    pair.destination.create = true;
    pair
}

fn rewrite(world: &mut World, at: &BucketRef, change: impl FnOnce(&str) -> String) {
    let bucket = world.buckets.get_mut(at).unwrap();
    let xml = bucket.replication.as_ref().unwrap();
    let changed = change(xml);
    assert_ne!(*xml, changed, "nothing was changed");
    bucket.replication = Some(changed);
}

fn rewrite_policy(world: &mut World, at: &BucketRef, change: impl FnOnce(&str) -> String) {
    let bucket = world.buckets.get_mut(at).unwrap();
    let text = bucket.policy.as_ref().unwrap();
    let changed = change(text);
    assert_ne!(*text, changed, "nothing was changed");
    bucket.policy = Some(changed);
}

type Change = fn(&mut World, &Pair);

/// What is changed, the facets that are to differ, how, and the steps that mend it.
const DRIFTS: &[(&str, &[&str], &[&str], Change)] = &[
    (
        "versioning suspended",
        &["source.versioning"],
        &["enable versioning on east:orders"],
        |w, p| {
            w.buckets.get_mut(&p.source.at()).unwrap().versioning = Versioning::Suspended;
        },
    ),
    (
        "encryption",
        &["destination.encryption"],
        &["set default encryption of west:orders-dr"],
        |w, p| {
            w.buckets
                .get_mut(&p.destination.at())
                .unwrap()
                .encryption
                .bucket_key = false;
        },
    ),
    (
        "ownership",
        &["destination.ownership"],
        &["set object ownership of west:orders-dr"],
        |w, p| {
            w.buckets.get_mut(&p.destination.at()).unwrap().ownership =
                Some(Ownership::ObjectWriter);
        },
    ),
    (
        "public-access block off",
        &["source.public_access_block"],
        &["block public access to east:orders"],
        |w, p| {
            w.buckets
                .get_mut(&p.source.at())
                .unwrap()
                .public_access_block = None;
        },
    ),
    (
        "a tag of a bucket",
        &["source.tags"],
        &["tag bucket east:orders"],
        |w, p| {
            w.buckets
                .get_mut(&p.source.at())
                .unwrap()
                .tags
                .insert("team".to_owned(), "x".to_owned());
        },
    ),
    (
        "a tag of a role",
        &["source.role_tags"],
        &["tag role"],
        |w, p| {
            w.roles.get_mut(&own_role(p)).unwrap().tags.remove("team");
        },
    ),
    (
        "trust",
        &["source.role_trust"],
        &["write the trust policy"],
        |w, p| {
            let role = w.roles.get_mut(&own_role(p)).unwrap();
            role.trust = role.trust.replace("s3.amazonaws.com", "ec2.amazonaws.com");
        },
    ),
    (
        "boundary removed",
        &["source.role_boundary"],
        &["set the permissions boundary"],
        |w, p| {
            w.roles.get_mut(&own_role(p)).unwrap().boundary = None;
        },
    ),
    (
        "role policy edited",
        &["source.role_policy"],
        &["write policy crr-to-orders-dr"],
        |w, p| {
            let policies = &mut w.roles.get_mut(&own_role(p)).unwrap().policies;
            let text = policies.get_mut("crr-to-orders-dr").unwrap();
            *text = text.replace("s3:ReplicateDelete", "s3:DeleteObject");
        },
    ),
    (
        "role policy gone",
        &["source.role_policy"],
        &["write policy crr-to-orders-dr"],
        |w, p| {
            w.roles.get_mut(&own_role(p)).unwrap().policies.clear();
        },
    ),
    (
        "role gone",
        &[
            "source.role_boundary",
            "source.role_policy",
            "source.role_tags",
            "source.role_trust",
        ],
        &["create role", "write policy crr-to-orders-dr"],
        |w, p| {
            w.roles.remove(&own_role(p));
        },
    ),
    (
        "role made again: its statement names an id",
        &["destination.policy.*"],
        &["write the bucket policy of west:orders-dr"],
        |w, p| {
            let role = own_role(p).to_string();
            rewrite_policy(w, &p.destination.at(), |t| {
                t.replace(&role, "AROAEXAMPLEEXAMPLE")
            });
        },
    ),
    (
        "statement edited",
        &["source.policy.*"],
        &["write the bucket policy of east:orders"],
        |w, p| {
            rewrite_policy(w, &p.source.at(), |t| {
                t.replace("s3:ReplicateTags", "s3:PutObject")
            });
        },
    ),
    (
        "policy gone",
        &["source.policy.*"],
        &["write the bucket policy of east:orders"],
        |w, p| {
            w.buckets.get_mut(&p.source.at()).unwrap().policy = None;
        },
    ),
    (
        "one more statement with our prefix",
        &["source.policy.*"],
        &["write the bucket policy of east:orders"],
        |w, p| {
            rewrite_policy(w, &p.source.at(), |t| {
                let start = t.find("\"Sid\":\"").unwrap() + 7;
                let sid = &t[start..start + 15];
                t.replace("\"Statement\":[", &format!("\"Statement\":[{{\"Sid\":\"{sid}More\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"}},"))
            });
        },
    ),
    (
        "key policy",
        &["destination.key_policy.*"],
        &["write the key policy"],
        |w, p| {
            let text = w.keys.get_mut(&key(&p.destination)).unwrap();
            *text = text.replace("kms:GenerateDataKey", "kms:Decrypt");
        },
    ),
    (
        "rule disabled by hand",
        &["source.rule.invoices"],
        &["write 2 replication rule(s) of east:orders"],
        |w, p| {
            rewrite(w, &p.source.at(), |xml| {
                let start = xml.find("/invoices<").unwrap();
                let (head, tail) = xml.split_at(start);
                format!("{head}{}", tail.replacen("Enabled", "Disabled", 1))
            });
        },
    ),
    (
        "rule's filter",
        &["source.rule.invoices"],
        &["write 2 replication rule(s) of east:orders"],
        |w, p| {
            rewrite(w, &p.source.at(), |xml| {
                xml.replace("<Prefix>invoices/</Prefix>", "<Prefix>invoice</Prefix>")
            });
        },
    ),
    (
        "rule gone",
        &["destination.rule.invoices"],
        &["write 2 replication rule(s) of west:orders-dr"],
        |w, p| {
            rewrite(w, &p.destination.at(), |xml| {
                let mut document = ReplicationDocument::parse(xml).unwrap();
                document.rules.retain(|r| !r.rule.id.ends_with("/invoices"));
                document.to_xml()
            });
        },
    ),
    (
        "all rules gone",
        &[
            "source.role",
            "source.rule.everything",
            "source.rule.invoices",
        ],
        &["write 2 replication rule(s) of east:orders"],
        |w, p| {
            w.buckets.get_mut(&p.source.at()).unwrap().replication = None;
        },
    ),
    (
        "one more rule with our prefix",
        &["source.rule.more"],
        &["write 2 replication rule(s) of east:orders"],
        |w, p| {
            rewrite(w, &p.source.at(), |xml| {
                let start = xml.find("<Rule>").unwrap();
                let end = xml.find("</Rule>").unwrap() + 7;
                let more = xml[start..end]
                    .replace("/everything<", "/more<")
                    .replace("<Priority>", "<Priority>1");
                format!("{}{more}{}", &xml[..end], &xml[end..])
            });
        },
    ),
    (
        "an element that we never write",
        &["source.rule.everything"],
        &["write 2 replication rule(s) of east:orders"],
        |w, p| {
            rewrite(w, &p.source.at(), |xml| {
                xml.replacen("</Destination>", "<Odd/></Destination>", 1)
            });
        },
    ),
    (
        "another role over our rules",
        &["source.role"],
        &["write 2 replication rule(s) of east:orders"],
        |w, p| {
            rewrite(w, &p.source.at(), |xml| {
                xml.replace(own_role(p).as_str(), "arn:aws:iam::111111111111:role/given")
            });
        },
    ),
];

#[test]
fn a_drift_differs_in_its_facets_and_is_mended_by_its_steps() {
    let pair = whole();
    let mut settled = bare(&pair);
    apply_and_settle(&mut settled, &pair);
    for (what, facets, steps, change) in DRIFTS {
        let mut world = settled.clone();
        change(&mut world, &pair);
        let (desired, observed, plan) = planned(&world, &pair);
        let mut found: Vec<String> = differences(&desired, &observed)
            .into_iter()
            .map(|d| d.facet)
            .collect();
        found.sort();
        // The Sid of a statement is a hash: its facet's name begins as it should.
        let same = found.len() == facets.len()
            && found
                .iter()
                .zip(*facets)
                .all(|(found, wanted)| match wanted.strip_suffix('*') {
                    Some(head) => found.starts_with(head),
                    None => found == wanted,
                });
        assert!(same, "{what}: {found:?}");
        // The report of a check says the same, each with a step of this plan as its remedy.
        let mut told: Vec<String> = Vec::new();
        for facet in replication::examine(&desired, &observed).facets {
            if facet.standing != replication::FacetStanding::InSync {
                let remedy = facet.remedy.unwrap_or_default();
                let is_a_step = plan.steps().any(|step| step.step.to_string() == remedy);
                // Of a bucket that is gone all goes with it.
                assert!(
                    is_a_step,
                    "{what}: {} has the remedy {remedy:?}",
                    facet.facet
                );
                told.push(facet.facet);
            }
        }
        told.sort();
        assert!(
            told.iter().all(|facet| found.contains(facet)),
            "{what}: {told:?}"
        );
        assert_eq!(told.is_empty(), found.is_empty(), "{what}");

        let taken: Vec<String> = plan.steps().map(|s| s.step.to_string()).collect();
        assert_eq!(taken.len(), steps.len(), "{what}: {taken:?}");
        for (taken, wanted) in taken.iter().zip(*steps) {
            assert!(taken.starts_with(wanted), "{what}: {taken:?}");
        }
        take_all(&mut world, &plan);
        assert_settled(&world, &pair);
        assert_eq!(world.settled(), settled.settled(), "{what}");
    }
}

#[test]
fn object_lock_that_the_other_side_has_got_is_switched_on_where_the_bucket_is_ours() {
    let mut pair = plain();
    pair.destination.create = true;
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    world
        .buckets
        .get_mut(&pair.source.at())
        .unwrap()
        .object_lock = true;
    let (_, _, plan) = planned(&world, &pair);
    let steps: Vec<String> = plan.steps().map(|s| s.step.to_string()).collect();
    assert_eq!(steps[0], "enable Object Lock on west:orders-dr");
    take_all(&mut world, &plan);
    assert_settled(&world, &pair);
}

#[test]
fn tags_that_others_put_on_what_we_made_are_theirs() {
    let mut pair = plain();
    pair.destination.create = true;
    let mut world = bare(&pair);
    apply_and_settle(&mut world, &pair);
    let theirs = BTreeMap::from([("cost".to_owned(), "7".to_owned())]);
    world
        .roles
        .get_mut(&own_role(&pair))
        .unwrap()
        .tags
        .extend(theirs.clone());
    let at = pair.destination.at();
    world.buckets.get_mut(&at).unwrap().tags.extend(theirs);
    assert_settled(&world, &pair);
    world
        .buckets
        .get_mut(&at)
        .unwrap()
        .tags
        .remove("crr:made-by");
    pair.destination.created = true;
    apply_and_settle(&mut world, &pair);
    assert_eq!(world.buckets[&at].tags["cost"], "7");
}
