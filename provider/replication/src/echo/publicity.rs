//! Which buckets are public and would make their targets so.

use super::{Echo, Standing};
use crate::bucket::PublicAccessBlock;
use crate::desired::{Desired, MADE_BY};
use crate::mirror::{Setting, Wanted};
use crate::observed::{Existence, Observed, Seen};
use crate::pair::Pair;

impl Echo {
    /// Whether a person should hear of a bucket that is open to everybody: since its target is not opened as it is, or since
    /// it is about to be. `observed` is what a glance saw.
    pub fn is_told_of(&self, pair: &Pair, observed: &Observed, standing: &Standing) -> bool {
        let mirror = &self.template.mirror;
        if !mirror.has(Setting::PublicAccessBlock) && !mirror.has(Setting::Policy) {
            return false;
        }
        let told = if mirror.public {
            standing.is_new() || matches!(standing, Standing::Drifted(_))
        } else {
            standing.is_new() || matches!(standing, Standing::Drifted(_) | Standing::Protected)
        };
        if !told {
            return false;
        }
        let mut closed = pair.clone();
        closed.mirror.public = false;
        let desired = closed.desired(observed);
        let target = desired.buckets.get(&pair.destination.at());
        target.is_some_and(|target| !target.mirror.withheld.is_empty())
    }

    /// Whether the target is less closed than one of our making has to be, as after `mirror_public` was taken back. Whose it
    /// is its tags say, which no other bucket's look pays for.
    pub(super) fn may_stand_open(&self, pair: &Pair, observed: &Observed) -> bool {
        let mirror = &self.template.mirror;
        let found = observed.buckets.get(&pair.destination.at());
        mirror.has(Setting::PublicAccessBlock)
            && !mirror.public
            && found.is_some_and(|found| match &found.public_access_block {
                Seen::Present(block) => *block != PublicAccessBlock::ALL,
                Seen::Absent => found.existence == Existence::Exists,
                _ => false,
            })
    }

    /// A target of our making is closed but where the source's opening is mirrored.
    pub(super) fn close_again(&self, pair: &Pair, observed: &Observed, desired: &mut Desired) {
        let at = pair.destination.at();
        let ours = observed
            .buckets
            .get(&at)
            .and_then(|found| found.tags.present())
            .is_some_and(|tags| tags.contains_key(MADE_BY.0));
        if ours
            && self.may_stand_open(pair, observed)
            && let Some(target) = desired.buckets.get_mut(&at)
        {
            target.public_access_block = Some(PublicAccessBlock::ALL);
            target.mirror.public_access_block = Wanted::Anything;
        }
    }
}
