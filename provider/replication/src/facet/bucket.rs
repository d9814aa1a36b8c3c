//! The facets of a bucket.

use std::collections::BTreeMap;

use super::{Comparison, Part, beside, mirror, our_tags, statements};
use crate::bucket::{BucketRef, Retention, Versioning};
use crate::desired::{DesiredBucket, OwnedRules};
use crate::document::ReplicationDocument;
use crate::observed::{Existence, ObservedBucket};

pub(super) fn compare(
    at: &BucketRef,
    wanted: &DesiredBucket,
    found: Option<&ObservedBucket>,
    comparisons: &mut Vec<Comparison>,
) {
    let mut push = |name: &str, part: Part, should: Option<String>, is: Option<String>| {
        comparisons.push(Comparison {
            facet: format!("{}.{name}", wanted.label),
            part,
            should,
            is,
        });
    };
    let exists = found.is_some_and(|b| b.existence == Existence::Exists);
    let text = |there: bool| there.then(|| at.bucket.to_string());
    push("bucket", Part::Bucket(at.clone()), text(true), text(exists));
    if wanted.versioned {
        let is = found
            .and_then(|b| b.versioning.present())
            .map(ToString::to_string);
        push(
            "versioning",
            Part::Versioning(at.clone()),
            Some(Versioning::Enabled.to_string()),
            is,
        );
    }
    if let Some(block) = wanted.public_access_block {
        let is = found
            .and_then(|b| b.public_access_block.present())
            .map(ToString::to_string);
        push(
            "public_access_block",
            Part::PublicAccessBlock(at.clone()),
            Some(block.to_string()),
            is,
        );
    }
    if let Some(ownership) = wanted.ownership {
        let is = found
            .and_then(|b| b.ownership.present())
            .map(|o| o.as_str().to_owned());
        push(
            "ownership",
            Part::Ownership(at.clone()),
            Some(ownership.as_str().to_owned()),
            is,
        );
    }
    if let Some(encryption) = &wanted.encryption {
        let is = found
            .and_then(|b| b.encryption.present())
            .map(ToString::to_string);
        push(
            "encryption",
            Part::Encryption(at.clone()),
            Some(encryption.to_string()),
            is,
        );
    }
    if let Some(creation) = &wanted.creation {
        let should = serde_json::json!(creation.tags).to_string();
        let is = found
            .and_then(|b| b.tags.present())
            .map(|tags| our_tags(&creation.tags, tags));
        push(
            "tags",
            Part::BucketTags(at.clone()),
            Some(should),
            is.filter(|t| t != "{}"),
        );
    }
    record(at, wanted, found, comparisons);
    mirror::compare(at, wanted, found, comparisons);
    if let Some(policy) = &wanted.policy {
        let is = found.and_then(|b| b.policy.present());
        let label = format!("{}.policy", wanted.label);
        statements::compare(
            &label,
            &Part::BucketPolicy(at.clone()),
            policy,
            is,
            comparisons,
        );
    }
    if let Some(owned) = &wanted.rules {
        let document = found
            .and_then(|b| b.replication.present())
            .and_then(|xml| ReplicationDocument::parse(xml).ok());
        rules(at, &wanted.label, owned, document.as_ref(), comparisons);
    }
}

/// What a bucket keeps for the record: Object Lock and its access log.
fn record(
    at: &BucketRef,
    wanted: &DesiredBucket,
    found: Option<&ObservedBucket>,
    comparisons: &mut Vec<Comparison>,
) {
    if let Some(creation) = wanted.creation.as_ref().filter(|c| c.object_lock) {
        // A retention that others set is theirs, where the user named none.
        let text = |retention: Option<&Retention>| match retention {
            Some(retention) if creation.retention.is_some() => format!("Enabled, {retention}"),
            _ => "Enabled".to_owned(),
        };
        let is = found.and_then(|b| b.object_lock.present());
        comparisons.push(Comparison {
            facet: format!("{}.object_lock", wanted.label),
            part: Part::ObjectLock(at.clone()),
            should: Some(text(creation.retention.as_ref())),
            is: is.map(|lock| text(lock.retention.as_ref())),
        });
    }
    if let Some(logging) = &wanted.logging {
        let is = found.and_then(|b| b.logging.present());
        comparisons.push(Comparison {
            facet: format!("{}.access_log", wanted.label),
            part: Part::Logging(at.clone()),
            should: Some(logging.to_string()),
            is: is.map(ToString::to_string),
        });
    }
}

fn rules(
    at: &BucketRef,
    label: &str,
    owned: &OwnedRules,
    document: Option<&ReplicationDocument>,
    comparisons: &mut Vec<Comparison>,
) {
    let part = Part::Rules(at.clone());
    if let Some(role) = &owned.role {
        comparisons.push(Comparison {
            facet: format!("{label}.role"),
            part: part.clone(),
            should: Some(role.to_string()),
            is: document.map(|d| d.role.clone()),
        });
    }
    // The prefix is the same for all of ours and would only lengthen each line.
    // An ID that is not of our making goes by another word, lest it be taken for a rule's name.
    let name = |id: &str| match id.strip_prefix(&owned.prefix) {
        Some(name) => format!("rule.{name}"),
        None => format!("rule_id.{id}"),
    };
    let should: BTreeMap<String, String> = owned
        .rules
        .iter()
        .map(|r| (name(&r.id), r.describe()))
        .collect();
    let is: BTreeMap<String, String> = document
        .into_iter()
        .flat_map(|d| &d.rules)
        .filter(|r| owned.owns(&r.rule))
        .map(|r| (name(&r.rule.id), r.rule.describe()))
        .collect();
    for (id, should, is) in beside(&should, &is) {
        comparisons.push(Comparison {
            facet: format!("{label}.{id}"),
            part: part.clone(),
            should,
            is,
        });
    }
}
