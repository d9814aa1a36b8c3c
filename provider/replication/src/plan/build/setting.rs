//! The step that mends a setting which stands by itself: ours, or mirrored, where the mirror goes before ours.

use std::collections::BTreeMap;

use super::shared;
use crate::bucket::BucketRef;
use crate::desired::DesiredBucket;
use crate::facet::Part;
use crate::mirror::OwnedTags;
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
            let current = match found.map(|b| &b.tags) {
                Some(Seen::Present(tags)) => tags.clone(),
                Some(Seen::Absent) => BTreeMap::new(),
                _ => return None,
            };
            let made = wanted.creation.as_ref().map(|made| made.tags.clone());
            let owned = OwnedTags {
                set: with_mirrored(made.unwrap_or_default(), wanted),
                alone: wanted.mirror.tags.as_ref().is_some_and(|tags| tags.exact),
            };
            let tags = owned.merged(&current);
            Step::PutBucketTags { at, tags, owned }
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
