//! Whose copy a target is: every place that its objects have come through, in its tags.
//!
//! Echoes may form rings: each would make targets of the other's targets, for ever. A target that names all its ancestors'
//! places, and not the last one alone, ends any ring, whatever the templates are: no bucket gets a target in a place that it
//! has come through.

use std::collections::BTreeMap;

use super::Echo;
use crate::name::BucketName;
use crate::observed::{Existence, Observed, Seen};
use crate::pair::{Pair, Site};

/// The tag of a target: the places that its objects have come through, the first one first, with a space between.
pub const ECHO_OF: &str = "crr:echo-of";

/// The tag of a target: what the bucket is called that it is the copy of.
pub const COPY_OF: &str = "crr:copy-of";

/// How long the value of a tag may be.
const LONGEST: usize = 256;

/// A site's name is its configuration's own; where it is, all configurations know.
pub(super) fn place(site: &Site) -> String {
    let place = format!("{}/{}", site.account, site.region);
    match site.namespace.authority() {
        // In the characters that a tag takes.
        Some(authority) => {
            let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
            let authority = authority.replace(|c| !allowed(c), "_");
            format!("{place}@{authority}")
        }
        None => place,
    }
}

/// What a bucket's tags say of where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lineage<'a> {
    places: Vec<&'a str>,
    bucket: Option<&'a str>,
}

impl<'a> Lineage<'a> {
    /// Reads it off a bucket's tags. One that no echo made has none.
    pub fn of(tags: &'a BTreeMap<String, String>) -> Self {
        let places = tags.get(ECHO_OF).map(String::as_str).unwrap_or_default();
        Self {
            places: places.split_whitespace().collect(),
            bucket: tags.get(COPY_OF).map(String::as_str),
        }
    }

    /// Whether a tag is one of those that say it.
    pub fn is_said_by(key: &str) -> bool {
        key == ECHO_OF || key == COPY_OF
    }

    /// Whether no echo made the bucket.
    pub fn is_none(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether the bucket's objects have come through a site.
    pub fn has_been_at(&self, site: &Site) -> bool {
        self.places.contains(&place(site).as_str())
    }

    /// Whether the bucket is the copy of this one.
    pub fn is_copy_of(&self, site: &Site, bucket: &BucketName) -> bool {
        self.places.last() == Some(&place(site).as_str())
            && self.bucket.is_none_or(|name| name == bucket.as_str())
    }

    /// Whether the bucket is the copy of this one, and says so of the very bucket.
    pub fn names(&self, site: &Site, bucket: &BucketName) -> bool {
        self.bucket.is_some() && self.is_copy_of(site, bucket)
    }

    /// The tags of a copy of the bucket, which is called `name` and is at `site`. `already`: what the copy says so far; places
    /// are only ever added. None where a tag is too short for all of them.
    pub fn of_a_copy(
        &self,
        site: &Site,
        name: &BucketName,
        already: &Self,
    ) -> Option<[(String, String); 2]> {
        let here = place(site);
        let mut places: Vec<&str> = already.places.clone();
        places.retain(|place| !self.places.contains(place) && *place != here);
        places.extend(self.places.iter().filter(|place| **place != here));
        places.push(&here);
        let places = places.join(" ");
        (places.chars().count() <= LONGEST).then(|| {
            [
                (ECHO_OF.to_owned(), places),
                (COPY_OF.to_owned(), name.to_string()),
            ]
        })
    }
}

impl Echo {
    /// Whether a target stands that an echo has set up for the pair's source, as its tags say.
    pub fn standing_target(&self, pair: &Pair, observed: &Observed) -> Seen<()> {
        let Some(found) = observed.buckets.get(&pair.destination.at()) else {
            return Seen::NotLooked;
        };
        if found.existence != Existence::Exists {
            return Seen::Absent;
        }
        match &found.tags {
            Seen::Present(tags) => {
                let source = &pair.source;
                if Lineage::of(tags).is_copy_of(&source.site, &source.bucket) {
                    Seen::Present(())
                } else {
                    Seen::Absent
                }
            }
            Seen::Denied { action, message } => Seen::Denied {
                action: action.clone(),
                message: message.clone(),
            },
            Seen::Absent => Seen::Absent,
            Seen::NotLooked => Seen::NotLooked,
        }
    }
}
