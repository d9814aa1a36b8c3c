//! Whether a bucket that is not replicated yet may get a target, and whether what stands under the target's name may be it.
//!
//! A target is found by its name alone, so what stands there may be a stranger's. Only buckets that are not replicated yet
//! come here: what a look at one costs besides is not paid for the others.

mod danger;

use danger::danger;

use super::lineage::{ECHO_OF, Lineage, place};
use super::{Echo, Standing, document};
use crate::bucket::BucketRef;
use crate::desired::{Desired, MADE_BY};
use crate::mirror::MirroredTags;
use crate::name::BucketName;
use crate::observed::{Existence, Observed, ObservedBucket, Reads, Seen};
use crate::pair::{Pair, Side};

impl Echo {
    /// What to look at besides in a bucket that is not replicated yet: whose copy it is, and what stands under the name of
    /// its target. What was seen is not asked again.
    pub fn look_closer(&self, pair: &Pair, observed: &Observed) -> Reads {
        let mut reads = Reads::default();
        let mut ask = |at: BucketRef, closely: bool| {
            let Some(found) = observed.buckets.get(&at) else {
                return;
            };
            if found.existence != Existence::Exists {
                return;
            }
            let asked = reads.buckets.entry(at).or_default();
            asked.tags = found.tags == Seen::NotLooked;
            asked.contents = closely && found.contents == Seen::NotLooked;
            asked.policy = closely && found.policy == Seen::NotLooked;
            asked.public_access_block = closely && found.public_access_block == Seen::NotLooked;
            asked.lifecycle = closely && found.lifecycle == Seen::NotLooked;
            asked.replication = closely && found.replication == Seen::NotLooked;
        };
        ask(pair.source.at(), false);
        ask(pair.destination.at(), !self.adopt_targets);
        if let Some(source) = reads.buckets.get_mut(&pair.source.at()) {
            // Whether it has objects that rules without keys leave behind.
            source.encryption = pair.source.key.is_none()
                && observed
                    .buckets
                    .get(&pair.source.at())
                    .is_some_and(|found| found.encryption == Seen::NotLooked);
        }
        reads.buckets.retain(|_, asked| *asked != <_>::default());
        reads
    }

    /// The bucket of the target whose copy a bucket of this source would be by its name, were there an echo of the same
    /// template the other way.
    pub fn origin_of(&self, bucket: &BucketName) -> Option<BucketName> {
        self.target_bucket
            .origin_of(&self.template.destination.site, bucket)
    }

    /// Whether a bucket of this source is itself the copy of a target's bucket, as its tags say.
    pub fn is_copied_from_target(&self, tags: &std::collections::BTreeMap<String, String>) -> bool {
        Lineage::of(tags).has_been_at(&self.template.destination.site)
    }

    /// Whether rules of the target's bucket `origin` replicate to a bucket of this source, or the other way round.
    pub fn is_replicated_from_target(
        &self,
        bucket: &BucketName,
        origin: &BucketName,
        observed: &Observed,
    ) -> bool {
        let side = |side: &Side, bucket: &BucketName| Side {
            bucket: bucket.clone(),
            ..side.clone()
        };
        let (here, there) = (
            side(&self.template.source, bucket),
            side(&self.template.destination, origin),
        );
        replicates(&there, &here, observed) || replicates(&here, &there, observed)
    }

    /// The pair of a bucket that is not replicated yet, with what its target is to say of where it comes from. `observed`
    /// has what [`Echo::look_closer`] asks.
    ///
    /// # Errors
    ///
    /// How the bucket stands instead, where it gets no target.
    pub fn admit(&self, mut pair: Pair, observed: &Observed) -> Result<Pair, Standing> {
        let (source, target) = (&pair.source, &pair.destination);
        let none = std::collections::BTreeMap::new();
        let tags = match observed.buckets.get(&source.at()).map(|found| &found.tags) {
            Some(Seen::Denied { action, message }) => {
                return Err(Standing::Failed {
                    summary: format!("The tags of bucket {} may not be read", source.at()),
                    detail: format!(
                        "The service answers: {message}. Allow {action}: they say whether the bucket is itself the target of an echo, which would otherwise get targets without end."
                    ),
                });
            }
            Some(found) => found.present().unwrap_or(&none),
            None => &none,
        };
        let lineage = Lineage::of(tags);
        let there = observed
            .buckets
            .get(&target.at())
            .filter(|found| found.existence == Existence::Exists);
        // A copy goes back to the bucket that it is the copy of, and to no other.
        let origin = there.is_some()
            && (lineage.names(&target.site, &target.bucket)
                || replicates(target, source, observed));
        if origin {
            return Ok(pair);
        }
        if lineage.has_been_at(&target.site) {
            return Err(Standing::Excluded {
                why: format!(
                    "it is the copy of a bucket that was at {}, as its tag {ECHO_OF} says",
                    target.site.name
                ),
            });
        }
        let already = match there {
            Some(found) => {
                self.adopt(source, target, found)?;
                Lineage::of(found.tags.present().unwrap_or(&none))
            }
            None => Lineage::default(),
        };
        let Some(of_a_copy) = lineage.of_a_copy(&source.site, &source.bucket, &already) else {
            return Err(Standing::Excluded {
                why: format!("its tag {ECHO_OF} names so many places that no further one fits in"),
            });
        };
        pair.tags.extend(of_a_copy);
        Ok(pair)
    }

    /// Whether what stands under the target's name may be the target.
    fn adopt(&self, source: &Side, target: &Side, found: &ObservedBucket) -> Result<(), Standing> {
        if self.adopt_targets {
            return Ok(());
        }
        let none = std::collections::BTreeMap::new();
        let tags = found.tags.present().unwrap_or(&none);
        let lineage = Lineage::of(tags);
        if lineage.is_copy_of(&source.site, &source.bucket) {
            return Ok(());
        }
        let ways_out = format!(
            "If it is meant to be the target, set `adopt_targets = true` or give it the tag {ECHO_OF} = {}; otherwise exclude {} or choose another `target_bucket`",
            place(&source.site),
            source.bucket,
        );
        if let Seen::Denied { action, message } = &found.contents {
            return Err(Standing::Failed {
                summary: format!("What is in bucket {} may not be looked at", target.at()),
                detail: format!(
                    "The service answers: {message}. It was there before, and may be somebody's. Allow {action} to see whether it is empty. {ways_out}."
                ),
            });
        }
        let made_by_us = lineage.is_none() && tags.contains_key(MADE_BY.0);
        let whose = if made_by_us {
            "was made by a `crr_pair`".to_owned()
        } else if lineage.is_none() {
            "was there before".to_owned()
        } else {
            format!("is the copy of another bucket, as its tag {ECHO_OF} says,")
        };
        let mirror = &self.template.mirror;
        let reason = if found.contents.present().is_some() {
            "has objects in it that may be none of this bucket's".to_owned()
        } else if let Some(danger) = danger(source, target, found, mirror.public)? {
            danger
        } else if mirror.exact && !mirror.settings.is_empty() && !made_by_us {
            "may have settings of its own, which `mirror_exact` would take away".to_owned()
        } else {
            return Ok(());
        };
        Err(Standing::Conflict {
            why: format!("{} {whose} and {reason}. {ways_out}", target.at()),
        })
    }

    /// What should be of a bucket's pair. A target that was there before is told whose copy it becomes.
    pub fn desired(&self, pair: &Pair, observed: &Observed) -> Desired {
        let mut desired = pair.desired(observed);
        let at = pair.destination.at();
        let there = observed
            .buckets
            .get(&at)
            .is_some_and(|found| found.existence == Existence::Exists);
        if let Some(target) = desired.buckets.get_mut(&at)
            && there
            && target.creation.is_none()
            && pair.tags.contains_key(ECHO_OF)
        {
            let of_a_copy = pair
                .tags
                .iter()
                .filter(|(key, _)| Lineage::is_said_by(key))
                .map(|(key, value)| (key.clone(), value.clone()));
            target
                .mirror
                .tags
                .get_or_insert_with(MirroredTags::default)
                .tags
                .extend(of_a_copy);
        }
        desired
    }
}

/// Whether a rule replicates from the one to the other.
fn replicates(from: &Side, to: &Side, observed: &Observed) -> bool {
    document(&from.at(), observed).is_some_and(|document| {
        let mut rules = document.rules.iter();
        rules.any(|rule| rule.rule.destination == to.arn())
    })
}

#[cfg(test)]
mod tests;
