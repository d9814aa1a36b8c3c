//! One rule of a bucket's replication configuration, as S3 has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

mod xml;

pub(crate) use xml::escape;
pub use xml::{parse_rule, print_rule};

/// RTC and its metrics know one threshold only.
pub const THRESHOLD_MINUTES: u32 = 15;

/// Which objects a rule is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Filter {
    /// Keys begin with this; empty: every key.
    pub prefix: String,
    /// Objects that carry all of these tags.
    pub tags: BTreeMap<String, String>,
}

/// One rule. Switches that S3 lets one leave out are `false` where they were left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "S3's rule has these switches"
)]
pub struct Rule {
    /// Its name in the configuration.
    pub id: String,
    /// The highest wins among rules for one destination. A V1 rule has none.
    pub priority: Option<u32>,
    /// `Status`
    pub enabled: bool,
    /// `Filter`, or a V1 rule's `Prefix`.
    pub filter: Filter,
    /// Whether the rule has `Prefix` where a V2 rule has `Filter`.
    pub v1: bool,
    /// `DeleteMarkerReplication`
    pub delete_markers: bool,
    /// `SourceSelectionCriteria.SseKmsEncryptedObjects`
    pub kms_objects: bool,
    /// `SourceSelectionCriteria.ReplicaModifications`
    pub replica_modifications: bool,
    /// `Destination.Bucket`
    pub destination: String,
    /// `Destination.Account`
    pub account: Option<String>,
    /// `Destination.AccessControlTranslation`
    pub owner_override: bool,
    /// `Destination.StorageClass`; none: as the source object's.
    pub storage_class: Option<String>,
    /// `Destination.EncryptionConfiguration.ReplicaKmsKeyID`
    pub replica_key: Option<String>,
    /// `Destination.ReplicationTime`
    pub rtc: bool,
    /// `Destination.Metrics`
    pub metrics: bool,
    /// Elements that this model does not know, by name. Ours have none, so one here is drift.
    #[serde(default)]
    pub unknown_elements: Vec<String>,
}

impl Rule {
    /// A plain, enabled V2 rule for everything.
    pub fn to(id: impl Into<String>, destination: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            priority: Some(0),
            enabled: true,
            filter: Filter::default(),
            v1: false,
            delete_markers: false,
            kms_objects: false,
            replica_modifications: false,
            destination: destination.into(),
            account: None,
            owner_override: false,
            storage_class: None,
            replica_key: None,
            rtc: false,
            metrics: false,
            unknown_elements: Vec::new(),
        }
    }

    /// The rule as a facet shows it: what is set, in plain words. Rules that mean the same read the same.
    pub fn describe(&self) -> String {
        let mut object = Map::new();
        let mut put = |key: &str, value: Value| {
            object.insert(key.to_owned(), value);
        };
        put(
            "status",
            json!(if self.enabled { "Enabled" } else { "Disabled" }),
        );
        if let Some(priority) = self.priority {
            put("priority", json!(priority));
        }
        if self.v1 {
            put("version", json!("V1"));
        }
        if !self.filter.prefix.is_empty() {
            put("prefix", json!(self.filter.prefix));
        }
        if !self.filter.tags.is_empty() {
            put("tags", json!(self.filter.tags));
        }
        put("destination", json!(self.destination));
        for (key, value) in [
            ("account", &self.account),
            ("storage_class", &self.storage_class),
            ("replica_kms_key", &self.replica_key),
        ] {
            if let Some(value) = value {
                put(key, json!(value));
            }
        }
        for (key, on) in [
            ("delete_markers", self.delete_markers),
            ("replica_modifications", self.replica_modifications),
            ("kms_objects", self.kms_objects),
            ("owner_override", self.owner_override),
            ("rtc", self.rtc),
            ("metrics", self.metrics),
        ] {
            put(key, json!(on));
        }
        if !self.unknown_elements.is_empty() {
            put("unknown_elements", json!(self.unknown_elements));
        }
        Value::Object(object).to_string()
    }
}
