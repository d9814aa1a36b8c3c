//! The step that mends a setting which stands by itself: ours, or mirrored, where the mirror goes before ours.

use std::collections::BTreeMap;

use super::shared;
use crate::bucket::BucketRef;
use crate::desired::DesiredBucket;
use crate::facet::Part;
use crate::mirror::belongs_to_its_bucket;
use crate::observed::{ObservedBucket, Seen};
use crate::step::Step;

pub(super) fn step(
    part: &Part,
    at: BucketRef,
    wanted: &DesiredBucket,
    found: Option<&ObservedBucket>,
) -> Option<Step> {
    Some(match part {
        Part::PublicAccessBlock(_) => match wanted.mirror.public_access_block.said() {
            Some(None) => Step::DeletePublicAccessBlock { at },
            said => {
                let block = said.flatten().copied().or(wanted.public_access_block)?;
                Step::PutPublicAccessBlock { at, block }
            }
        },
        Part::Ownership(_) => match wanted.mirror.ownership.said() {
            Some(None) => Step::DeleteOwnership { at },
            said => {
                let ownership = said.flatten().copied().or(wanted.ownership)?;
                Step::PutOwnership { at, ownership }
            }
        },
        Part::Encryption(_) => {
            let mirrored = wanted.mirror.encryption.clone();
            let encryption = mirrored.or_else(|| wanted.encryption.clone())?;
            Step::PutEncryption { at, encryption }
        }
        Part::BucketTags(_) => {
            let mut tags = match found.map(|b| &b.tags) {
                Some(Seen::Present(tags)) => tags.clone(),
                Some(Seen::Absent) => BTreeMap::new(),
                _ => return None,
            };
            if let Some(mirrored) = wanted.mirror.tags.as_ref().filter(|tags| tags.exact) {
                tags.retain(|key, _| belongs_to_its_bucket(key) || mirrored.tags.contains_key(key));
            }
            if let Some(creation) = &wanted.creation {
                tags.extend(creation.tags.clone());
            }
            let tags = with_mirrored(tags, wanted);
            Step::PutBucketTags { at, tags }
        }
        Part::Lifecycle(_) => {
            let mirrored = wanted.mirror.lifecycle.clone()?;
            let current = shared(found, found.map(|b| &b.lifecycle)).ok()?;
            let lifecycle = mirrored.merged(current.as_ref()).ok()?;
            Step::PutLifecycle {
                at,
                lifecycle,
                mirrored,
            }
        }
        Part::Cors(_) => {
            let document = wanted.mirror.cors.said()?.cloned();
            Step::PutCors { at, document }
        }
        _ => return None,
    })
}

/// A bucket's tags with those that are mirrored.
pub(super) fn with_mirrored(
    mut tags: BTreeMap<String, String>,
    wanted: &DesiredBucket,
) -> BTreeMap<String, String> {
    if let Some(mirrored) = &wanted.mirror.tags {
        tags.extend(mirrored.tags.clone());
    }
    tags
}
