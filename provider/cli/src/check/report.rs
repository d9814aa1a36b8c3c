//! What a check found, in the form in which it is written as JSON. The form is documented: docs/guides/check-report.md.

use serde::Serialize;

mod item;

pub use item::{Excuse, Facet, Item};

/// The version of the form. Its first number changes when a reader of the old form would be misled.
pub const FORMAT_VERSION: &str = "1.0";

/// How something stands, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Left out by an echo's selection.
    Excluded,
    /// As it should be.
    InSync,
    /// A bucket that is not replicated since its echo is paused.
    Paused,
    /// Not as it should be, and an entry of the ignore file says that this is known.
    Ignored,
    /// Something else than it should be.
    Drifted,
    /// Not there.
    Missing,
    /// A bucket that should be replicated and is not.
    Unprotected,
    /// It could not be looked at.
    Unknown,
}

impl Status {
    /// All of them, in order.
    pub const ALL: [Self; 8] = [
        Self::Excluded,
        Self::InSync,
        Self::Paused,
        Self::Ignored,
        Self::Drifted,
        Self::Missing,
        Self::Unprotected,
        Self::Unknown,
    ];

    /// Its name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Excluded => "excluded",
            Self::InSync => "in_sync",
            Self::Paused => "paused",
            Self::Ignored => "ignored",
            Self::Drifted => "drifted",
            Self::Missing => "missing",
            Self::Unprotected => "unprotected",
            Self::Unknown => "unknown",
        }
    }

    /// Its name for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::InSync => "in sync",
            other => other.name(),
        }
    }

    /// Whether somebody should look at it.
    pub fn is_amiss(self) -> bool {
        self >= Self::Drifted
    }
}

/// Everything that a check found.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// [`FORMAT_VERSION`]
    pub format_version: &'static str,
    /// Who made it.
    pub program: Program,
    /// When, in UTC.
    pub checked_at: String,
    /// What it was told should be.
    pub inputs: Vec<Input>,
    /// The worst status of all items.
    pub verdict: Status,
    /// What the program ends with.
    pub exit_code: u8,
    /// How many items stand how.
    pub counts: Counts,
    /// The sites that answered.
    pub sites: Vec<SiteFacts>,
    /// Everything that was looked at, by address and id.
    pub items: Vec<Item>,
    /// The entries of the ignore file.
    pub ignores: Vec<Ignore>,
    /// What is worth knowing of the whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Report {
    /// The items with nothing amiss of which something is worth knowing. Why a bucket is left out is not: there may be many.
    pub fn noted(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| {
            let calm = !item.status.is_amiss() && item.status != Status::Excluded;
            calm && !item.notes.is_empty()
        })
    }
}

/// The program that made a report.
#[derive(Debug, Clone, Serialize)]
pub struct Program {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// Where what should be comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Input {
    /// `state`, `plan` or `config`.
    pub kind: &'static str,
    /// The file, or `-`.
    pub file: String,
}

/// How many items stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "each is the status of its name")]
pub struct Counts {
    pub items: usize,
    pub in_sync: usize,
    pub excluded: usize,
    pub paused: usize,
    pub ignored: usize,
    pub drifted: usize,
    pub missing: usize,
    pub unprotected: usize,
    pub unknown: usize,
}

impl Counts {
    /// Counts one item: in each way in which a part of it is amiss, so that none hides another, or else as what it is.
    pub fn add(&mut self, item: &Item) {
        self.items += 1;
        for status in item.standings() {
            *match status {
                Status::Excluded => &mut self.excluded,
                Status::InSync => &mut self.in_sync,
                Status::Paused => &mut self.paused,
                Status::Ignored => &mut self.ignored,
                Status::Drifted => &mut self.drifted,
                Status::Missing => &mut self.missing,
                Status::Unprotected => &mut self.unprotected,
                Status::Unknown => &mut self.unknown,
            } += 1;
        }
    }

    /// How many stand so.
    pub fn of(&self, status: Status) -> usize {
        match status {
            Status::Excluded => self.excluded,
            Status::InSync => self.in_sync,
            Status::Paused => self.paused,
            Status::Ignored => self.ignored,
            Status::Drifted => self.drifted,
            Status::Missing => self.missing,
            Status::Unprotected => self.unprotected,
            Status::Unknown => self.unknown,
        }
    }

    /// In words, the worst first, those that are none left out.
    pub fn describe(&self) -> String {
        let parts: Vec<String> = Status::ALL
            .into_iter()
            .rev()
            .filter(|status| self.of(*status) > 0)
            .map(|status| format!("{} {}", self.of(status), status.words()))
            .collect();
        if parts.is_empty() {
            "nothing to look at".to_owned()
        } else {
            parts.join(", ")
        }
    }
}

/// A site that answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SiteFacts {
    /// The input that has it, where several are given: two may call different sites the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// Its name.
    pub name: String,
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
}

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A site, with its replication role.
    Site,
    /// A pair.
    Pair,
    /// An echo: what it needs that is no bucket's.
    Echo,
    /// One bucket of an echo.
    Bucket,
}

impl ItemKind {
    /// Its name for people and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Pair => "pair",
            Self::Echo => "echo",
            Self::Bucket => "bucket",
        }
    }
}

/// A bucket at a site. Of an echo, or of a target whose name is not known, the site alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The site.
    pub site: String,
    /// The bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket: Option<String>,
}

/// A line of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Declared {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// An entry of the ignore file, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ignore {
    /// What it speaks of, in words.
    pub about: String,
    /// Why.
    pub reason: String,
    /// The last day.
    pub expires: String,
    /// What came of it.
    pub state: IgnoreState,
    /// How many facets it speaks of.
    pub facets: usize,
}

/// What came of an entry of the ignore file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoreState {
    /// It hid something.
    Used,
    /// Nothing is amiss that it speaks of.
    Unused,
    /// Its day is over: what it speaks of counts again.
    Expired,
}
