//! Mirrored settings: what the destination is to have because the source has it.
//!
//! # Flow
//!
//! [`Mirror`] says which settings. [`derive()`] reads them off the source as it is, or as it is about to be where we make
//! it, and says what the destination should hold: [`DesiredMirror`]. From there on each is a facet like any other.
//!
//! # Guarantees
//!
//! * One direction: nothing of the destination ever goes to the source, in a two-way pair neither.
//! * What the destination has and the source lacks stays, unless the user asked for an exact mirror; or, for the public-access
//!   block, for one that may be as open as the source.
//! * Nothing opens the destination to everybody unless the user says so.
//! * A setting of the source that was not seen says nothing: the destination's then stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::bucket::{Encryption, Ownership, PublicAccessBlock};
use crate::desired::OwnedStatements;
use crate::name::NameError;

mod derive;
mod lifecycle;
mod policy;
mod public;
mod rule_list;

pub(crate) use derive::{Source, derive};
pub use lifecycle::{Lifecycle, MirroredLifecycle};
pub(crate) use public::lets_everybody_in;
pub(crate) use rule_list::canonical_cors;

/// One setting of a bucket that can be mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// Its tags, but those of AWS and of this provider.
    Tags,
    /// Its lifecycle configuration.
    Lifecycle,
    /// Its default encryption.
    Encryption,
    /// Who owns its objects.
    Ownership,
    /// Its CORS configuration.
    Cors,
    /// Its public-access block.
    PublicAccessBlock,
    /// Its policy.
    Policy,
}

impl Setting {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Tags,
        Self::Lifecycle,
        Self::Encryption,
        Self::Ownership,
        Self::Cors,
        Self::PublicAccessBlock,
        Self::Policy,
    ];

    /// Its word in configurations and facets.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tags => "tags",
            Self::Lifecycle => "lifecycle",
            Self::Encryption => "encryption",
            Self::Ownership => "ownership",
            Self::Cors => "cors",
            Self::PublicAccessBlock => "public_access_block",
            Self::Policy => "policy",
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Setting {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let found = Self::ALL
            .into_iter()
            .find(|setting| setting.as_str() == text);
        found.ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join(", ");
            NameError(format!(
                "\"{text}\" is no setting that can be mirrored: {known}"
            ))
        })
    }
}

/// Why a setting's document could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {root}: {why}")]
pub struct SettingError {
    root: String,
    why: String,
}

impl SettingError {
    fn of(root: &str, why: String) -> Self {
        Self {
            root: root.to_owned(),
            why,
        }
    }
}

/// Which settings the destination is to have from the source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mirror {
    /// These.
    pub settings: BTreeSet<Setting>,
    /// Whether what the source lacks goes from the destination.
    pub exact: bool,
    /// Whether the destination may be opened to everybody as the source is.
    pub public: bool,
}

impl Mirror {
    /// Whether a setting is mirrored.
    pub fn has(&self, setting: Setting) -> bool {
        self.settings.contains(&setting)
    }

    /// The settings of one bucket that two mirrors of different sources would write over each other.
    ///
    /// Tags, lifecycle rules and statements of several sources stand beside each other, unless one is to stand alone.
    pub fn contends_with(&self, other: &Self) -> Vec<Setting> {
        let side_by_side = [Setting::Tags, Setting::Lifecycle, Setting::Policy];
        let both = self.settings.intersection(&other.settings);
        both.copied()
            .filter(|setting| self.exact || other.exact || !side_by_side.contains(setting))
            .collect()
    }
}

/// What is wanted of a setting that a bucket has or has not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Wanted<T> {
    /// Whatever it is.
    #[default]
    Anything,
    /// That the bucket has none.
    Nothing,
    /// This.
    This(T),
}

impl<T> Wanted<T> {
    /// Whether it says something.
    pub fn speaks(&self) -> bool {
        !matches!(self, Self::Anything)
    }

    /// What it says, where it does: this, or nothing.
    pub fn said(&self) -> Option<Option<&T>> {
        match self {
            Self::Anything => None,
            Self::Nothing => Some(None),
            Self::This(value) => Some(Some(value)),
        }
    }
}

/// Tags that the destination should have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MirroredTags {
    /// These.
    pub tags: BTreeMap<String, String>,
    /// And no others, but those of AWS, of this provider and of the pair.
    pub exact: bool,
}

/// Which of a bucket's tags are to be set, beside those that others set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnedTags {
    /// These.
    pub set: BTreeMap<String, String>,
    /// Whether all others go but those that belong to the bucket.
    pub alone: bool,
}

impl OwnedTags {
    /// A bucket's tags with these set.
    pub fn merged(&self, found: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut tags = found.clone();
        if self.alone {
            tags.retain(|key, _| belongs_to_its_bucket(key));
        }
        tags.extend(self.set.clone());
        tags
    }
}

/// Whether a tag is AWS's own or this provider's: it belongs to its bucket and is never mirrored.
pub(crate) fn belongs_to_its_bucket(key: &str) -> bool {
    key.starts_with("aws:") || key.starts_with("crr:")
}

/// What the destination should hold because the source does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DesiredMirror {
    /// Its tags.
    pub tags: Option<MirroredTags>,
    /// Its lifecycle configuration.
    pub lifecycle: Option<MirroredLifecycle>,
    /// Its CORS configuration, byte for byte: which rule decides depends on their order, so two sets cannot be merged.
    pub cors: Wanted<String>,
    /// Its default encryption. A bucket of AWS always has one.
    pub encryption: Option<Encryption>,
    /// Who owns its objects.
    pub ownership: Wanted<Ownership>,
    /// Its public-access block.
    pub public_access_block: Wanted<PublicAccessBlock>,
    /// The source's statements in its policy, rewritten to speak of it.
    pub policy: Option<OwnedStatements>,
    /// What it does not get since that would open it to everybody.
    pub withheld: Vec<String>,
}
