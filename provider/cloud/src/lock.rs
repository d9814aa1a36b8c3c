//! One writer a thing at a time inside the process.

use std::collections::BTreeSet;

use replication::step::Target;

/// Holds the locks of some buckets, roles and keys until it is dropped.
#[derive(Debug)]
pub struct Guard {
    _targets: BTreeSet<Target>,
}

impl Guard {
    pub(crate) fn of(targets: BTreeSet<Target>) -> Self {
        Self { _targets: targets }
    }
}
