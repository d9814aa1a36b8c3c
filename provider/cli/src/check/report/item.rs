//! One thing that was looked at, and its parts.

use serde::Serialize;

use super::{Declared, ItemKind, Place, Status};

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
