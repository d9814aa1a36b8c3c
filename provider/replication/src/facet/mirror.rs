//! The facets of what the destination has because the source has it: `destination.mirror.tags` and so on.

use std::collections::BTreeMap;

use super::{Comparison, Part, statements};
use crate::bucket::{BucketRef, Ownership, PublicAccessBlock};
use crate::desired::DesiredBucket;
use crate::mirror::{MirroredTags, Setting, belongs_to_its_bucket, canonical_cors};
use crate::observed::{Existence, ObservedBucket};

pub(super) fn compare(
    at: &BucketRef,
    wanted: &DesiredBucket,
    found: Option<&ObservedBucket>,
    comparisons: &mut Vec<Comparison>,
) {
    let mirror = &wanted.mirror;
    // S3 gives these to each new bucket, so one that is about to be made will have them, to be taken away again.
    let new = wanted.creation.is_some()
        && found.is_none_or(|bucket| bucket.existence != Existence::Exists);
    let mut push = |name: &str, part: Part, should: Option<String>, is: Option<String>| {
        if should.is_some() || is.is_some() {
            comparisons.push(Comparison {
                facet: format!("{}.mirror.{name}", wanted.label),
                part,
                should,
                is,
            });
        }
    };
    if let Some(mirrored) = &mirror.tags {
        let is = found.and_then(|bucket| bucket.tags.present());
        push(
            Setting::Tags.as_str(),
            Part::BucketTags(at.clone()),
            text(&mirrored.tags),
            is.and_then(|is| text(&compared(mirrored, wanted, is))),
        );
    }
    if let Some(encryption) = &mirror.encryption {
        let is = found.and_then(|bucket| bucket.encryption.present());
        push(
            Setting::Encryption.as_str(),
            Part::Encryption(at.clone()),
            Some(encryption.to_string()),
            is.map(ToString::to_string),
        );
    }
    if let Some(should) = mirror.ownership.said() {
        let is = found.and_then(|bucket| bucket.ownership.present());
        let is = is.or(given(
            new && should.is_none(),
            &Ownership::BucketOwnerEnforced,
        ));
        push(
            Setting::Ownership.as_str(),
            Part::Ownership(at.clone()),
            should.map(|ownership| ownership.as_str().to_owned()),
            is.map(|ownership| ownership.as_str().to_owned()),
        );
    }
    if let Some(should) = mirror.public_access_block.said() {
        let is = found.and_then(|bucket| bucket.public_access_block.present());
        let is = is.or(given(new && should.is_none(), &PublicAccessBlock::ALL));
        push(
            Setting::PublicAccessBlock.as_str(),
            Part::PublicAccessBlock(at.clone()),
            should.map(ToString::to_string),
            is.map(ToString::to_string),
        );
    }
    if let Some(mirrored) = &mirror.lifecycle {
        let part = Part::Lifecycle(at.clone());
        let is = found.and_then(|bucket| bucket.lifecycle.present());
        // The source's can be read, or it would not be mirrored; a destination's that cannot is a problem of its own.
        let beside = mirrored.beside(is).or_else(|_| mirrored.beside(None));
        let (should, is_now) = beside.unwrap_or_default();
        push(Setting::Lifecycle.as_str(), part.clone(), should, is_now);
        let size = mirrored
            .source
            .as_ref()
            .and_then(|s| s.minimum_size.clone());
        if size.is_some() {
            let is = is.and_then(|is| is.minimum_size.clone());
            push("lifecycle_minimum_size", part, size, is);
        }
    }
    if let Some(should) = mirror.cors.said() {
        let shown = |xml: &String| canonical_cors(xml).unwrap_or_else(|_| xml.clone());
        let is = found.and_then(|bucket| bucket.cors.present());
        push(
            Setting::Cors.as_str(),
            Part::Cors(at.clone()),
            should.map(shown),
            is.map(shown),
        );
    }
    if let Some(owned) = &mirror.policy {
        statements::compare(
            &format!("{}.mirror.{}", wanted.label, Setting::Policy),
            &Part::BucketPolicy(at.clone()),
            owned,
            found.and_then(|bucket| bucket.policy.present()),
            comparisons,
        );
    }
}

/// What S3 gives a new bucket, where that matters.
fn given<T>(matters: bool, value: &'static T) -> Option<&'static T> {
    matters.then_some(value)
}

fn text(tags: &BTreeMap<String, String>) -> Option<String> {
    (!tags.is_empty()).then(|| serde_json::json!(tags).to_string())
}

/// Those of a bucket's tags that the mirror is about.
fn compared(
    mirrored: &MirroredTags,
    wanted: &DesiredBucket,
    is: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let of_the_pair = |key: &String| {
        let creation = wanted.creation.as_ref();
        creation.is_some_and(|creation| creation.tags.contains_key(key))
    };
    let about = |key: &String| {
        mirrored.tags.contains_key(key)
            || mirrored.exact && !belongs_to_its_bucket(key) && !of_the_pair(key)
    };
    is.iter()
        .filter(|(key, _)| about(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
