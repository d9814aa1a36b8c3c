//! What of a pair is computed: its name, which buckets are ours, and its facets.

use replication::{Desired, Facets, Pair, PairId};
use tfplugin::Value;

use crate::facets;

/// The computed attributes of a pair.
pub struct Computed {
    /// Its name.
    pub id: PairId,
    /// Whether the source is ours.
    pub source_created: bool,
    /// Whether the destination is.
    pub destination_created: bool,
    /// Replica modification sync, where the configuration leaves it to us.
    pub replica_modifications: bool,
    /// Every part.
    pub facets: Facets,
}

impl Computed {
    /// What should be.
    pub fn planned(pair: &Pair, desired: &Desired) -> Self {
        Self::with(pair, desired, Facets::desired(desired))
    }

    /// With these facets.
    pub fn with(pair: &Pair, desired: &Desired, facets: Facets) -> Self {
        let created = |at| {
            desired
                .buckets
                .get(&at)
                .is_some_and(|bucket| bucket.creation.is_some())
        };
        Self {
            id: pair.id(),
            source_created: created(pair.source.at()),
            destination_created: created(pair.destination.at()),
            replica_modifications: pair.direction == replication::Direction::TwoWay,
            facets,
        }
    }

    /// Writes them into a value of the resource's type. What the user set stays.
    pub fn write(&self, value: &mut Value) {
        value.set("id", Value::from(self.id.to_string()));
        value.set(
            "created",
            Value::object([
                ("source", Value::from(self.source_created)),
                ("destination", Value::from(self.destination_created)),
            ]),
        );
        value.set("facets", facets::to_value(&self.facets));
        if value
            .get("replica_modifications")
            .is_none_or(Value::is_unknown)
        {
            value.set(
                "replica_modifications",
                Value::from(self.replica_modifications),
            );
        }
    }
}

/// The identity of a pair.
pub fn identity(id: &PairId) -> Value {
    Value::object([
        ("source_site", Value::from(id.source_site.to_string())),
        ("source_bucket", Value::from(id.source_bucket.to_string())),
        (
            "destination_site",
            Value::from(id.destination_site.to_string()),
        ),
        (
            "destination_bucket",
            Value::from(id.destination_bucket.to_string()),
        ),
    ])
}

/// The facets in a value of the resource's type, where they are known.
pub fn facets_of(value: &Value) -> Option<Facets> {
    let Value::Map(map) = value.get("facets")? else {
        return None;
    };
    map.iter()
        .map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned())))
        .collect::<Option<_>>()
        .map(Facets)
}
