//! What a check found, in the form in which it is written as JSON. The form is documented: docs/guides/check-report.md.

use serde::Serialize;

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

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// The input that says that it should be, where several are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
    /// The resource's address in Terraform; of an agent's configuration its file.
    pub address: String,
    /// Its name: a site's, a pair's id, an echo's, a bucket's with its site.
    pub id: String,
    /// Where objects come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Place>,
    /// Where they go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Place>,
    /// Whether they go back as well.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub two_way: bool,
    /// Where it is declared, if that could be found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<Declared>,
    /// The worst status of its facets that are not ignored.
    pub status: Status,
    /// Every part that was looked at.
    pub facets: Vec<Facet>,
    /// What is worth knowing and is nothing amiss.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// One part of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Facet {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub status: Status,
    /// What it should be, unless it is in sync.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub should: Option<String>,
    /// What it is, unless it is in sync.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The action that is not allowed, where that is why it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lacks: Option<String>,
    /// The entry of the ignore file that speaks of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignored: Option<Excuse>,
}

/// Why something is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Excuse {
    /// In the words of the ignore file.
    pub reason: String,
    /// The last day.
    pub expires: String,
    /// How it would stand otherwise.
    pub was: Status,
}

impl Facet {
    /// A part that is as it should be.
    pub fn in_sync(name: impl Into<String>) -> Self {
        Self::of(name, Status::InSync)
    }

    /// A part of which nothing more is said.
    pub fn of(name: impl Into<String>, status: Status) -> Self {
        Self {
            name: name.into(),
            status,
            should: None,
            is: None,
            remedy: None,
            lacks: None,
            ignored: None,
        }
    }
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

impl Item {
    /// An item of which nothing is known yet.
    pub fn new(kind: ItemKind, address: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            kind,
            input: None,
            address: address.into(),
            id: id.into(),
            source: None,
            target: None,
            two_way: false,
            declared: None,
            status: Status::InSync,
            facets: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Sets the status to the worst of its facets'.
    pub fn settle(&mut self) {
        let worst = self.facets.iter().map(|facet| facet.status).max();
        self.status = worst.unwrap_or(Status::InSync);
    }

    /// How it stands: in each way in which a part of it is amiss, or else as one whole.
    pub fn standings(&self) -> Vec<Status> {
        if !self.status.is_amiss() {
            return vec![self.status];
        }
        Status::ALL
            .into_iter()
            .filter(|status| self.amiss().any(|facet| facet.status == *status))
            .collect()
    }

    /// Its facets that are not as they should be, ignored ones left out.
    pub fn amiss(&self) -> impl Iterator<Item = &Facet> {
        self.facets.iter().filter(|facet| facet.status.is_amiss())
    }

    /// What may be named to ask for it: its address, its id, its buckets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let buckets = [&self.source, &self.target]
            .into_iter()
            .filter_map(|place| place.as_ref()?.bucket.as_deref());
        buckets.chain([self.address.as_str(), self.id.as_str()])
    }

    /// `east:orders -> west:orders-dr`, or its name.
    pub fn way(&self) -> String {
        let place = |place: &Place| match &place.bucket {
            Some(bucket) => format!("{}:{bucket}", place.site),
            None => place.site.clone(),
        };
        match (&self.source, &self.target) {
            (Some(source), Some(target)) => format!("{} -> {}", place(source), place(target)),
            (Some(source), None) => place(source),
            _ => self.id.clone(),
        }
    }
}
