//! Which buckets are public and would make their targets so.

use super::{Echo, Standing};
use crate::mirror::Setting;
use crate::observed::Observed;
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
            matches!(standing, Standing::Pending | Standing::Drifted(_))
        } else {
            matches!(
                standing,
                Standing::Pending | Standing::Drifted(_) | Standing::Protected
            )
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
}
