//! What is known to be otherwise, and until when: the ignore file.

use replication::glob;
use serde::{Deserialize, Deserializer};

use super::report::{Excuse, Facet, Ignore, IgnoreState, Item, Status};

/// The ignore file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    ignore: Vec<Entry>,
}

/// One entry of the ignore file. Patterns: `*` stands for any characters, `?` for one; one that is left out matches all.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    resource: Option<String>,
    bucket: Option<String>,
    facet: Option<String>,
    reason: String,
    #[serde(deserialize_with = "day")]
    expires: String,
}

/// A day as text, or as TOML's own date.
fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Day {
        Text(String),
        Date(toml::value::Datetime),
    }
    Ok(match Day::deserialize(deserializer)? {
        Day::Text(text) => text,
        Day::Date(date) => date.to_string(),
    })
}

/// The ignore file, and what has come of each entry so far.
#[derive(Debug, Default)]
pub struct Ignores {
    entries: Vec<(Entry, Ignore)>,
}

impl Ignores {
    /// Reads the file: JSON where it begins with a brace, else TOML.
    ///
    /// `today`: as `2026-12-31`, in UTC.
    ///
    /// # Errors
    ///
    /// Where it is neither, or an entry says too little.
    pub fn read(text: &str, today: &str) -> Result<Self, String> {
        let file: File = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| error.to_string())?
        } else {
            toml::from_str(text).map_err(|error| error.to_string())?
        };
        let mut entries = Vec::with_capacity(file.ignore.len());
        for (index, entry) in file.ignore.into_iter().enumerate() {
            let wrong = |what: &str| format!("entry {}: {what}", index + 1);
            if entry.resource.is_none() && entry.bucket.is_none() && entry.facet.is_none() {
                return Err(wrong(
                    "say what it is about with `resource`, `bucket` or `facet`; \"*\" is everything",
                ));
            }
            if entry.reason.trim().is_empty() {
                return Err(wrong("`reason` is empty. Say why this may be as it is"));
            }
            if !is_day(&entry.expires) {
                return Err(wrong(
                    "`expires` must be the last day on which it counts, such as \"2026-12-31\"",
                ));
            }
            let state = if entry.expires.as_str() < today {
                IgnoreState::Expired
            } else {
                IgnoreState::Unused
            };
            let ignore = Ignore {
                about: entry.about(),
                reason: entry.reason.clone(),
                expires: entry.expires.clone(),
                state,
                facets: 0,
            };
            entries.push((entry, ignore));
        }
        Ok(Self { entries })
    }

    /// Marks what of an item is ignored, and counts what an expired entry would have hidden.
    pub fn apply(&mut self, item: &mut Item) {
        if self.entries.is_empty() {
            return;
        }
        let buckets: Vec<String> = [&item.source, &item.target]
            .into_iter()
            .filter_map(|place| place.as_ref()?.bucket.clone())
            .collect();
        for facet in &mut item.facets {
            if !facet.status.is_amiss() {
                continue;
            }
            for (entry, ignore) in &mut self.entries {
                if !entry.is_about(&item.address, &buckets, facet) {
                    continue;
                }
                ignore.facets += 1;
                if ignore.state != IgnoreState::Expired {
                    ignore.state = IgnoreState::Used;
                    facet.ignored = Some(Excuse {
                        reason: entry.reason.clone(),
                        expires: entry.expires.clone(),
                        was: facet.status,
                    });
                    facet.status = Status::Ignored;
                    break;
                }
            }
        }
        item.settle();
    }

    /// What came of each entry.
    pub fn into_entries(self) -> Vec<Ignore> {
        self.entries.into_iter().map(|(_, ignore)| ignore).collect()
    }
}

impl Entry {
    fn is_about(&self, address: &str, buckets: &[String], facet: &Facet) -> bool {
        let matches = |pattern: &Option<String>, text: &str| {
            pattern
                .as_ref()
                .is_none_or(|pattern| glob::matches(pattern, text))
        };
        let bucket =
            self.bucket.is_none() || buckets.iter().any(|bucket| matches(&self.bucket, bucket));
        matches(&self.resource, address) && bucket && matches(&self.facet, &facet.name)
    }

    fn about(&self) -> String {
        [
            ("resource", &self.resource),
            ("bucket", &self.bucket),
            ("facet", &self.facet),
        ]
        .into_iter()
        .filter_map(|(name, pattern)| Some(format!("{name} {}", pattern.as_ref()?)))
        .collect::<Vec<_>>()
        .join(", ")
    }
}

/// Whether it is a day of the calendar, such as `2026-12-31`.
fn is_day(text: &str) -> bool {
    text.len() == 10 && humantime::parse_rfc3339_weak(&format!("{text} 00:00:00")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::report::{ItemKind, Place};
    use super::*;

    const TODAY: &str = "2026-11-21";

    fn item() -> Item {
        let mut item = Item::new(ItemKind::Pair, "module.a.crr_pair.orders", "id");
        item.source = Some(Place {
            site: "east".to_owned(),
            bucket: Some("orders".to_owned()),
        });
        item.facets = vec![
            Facet::of("source.tags", Status::Drifted),
            Facet::of("source.versioning", Status::Missing),
        ];
        item.settle();
        item
    }

    fn ignores(text: &str) -> Ignores {
        Ignores::read(text, TODAY).unwrap()
    }

    #[test]
    fn an_entry_hides_what_it_names_until_its_day_is_over() {
        for (expires, status, state) in [
            ("2026-11-21", Status::Ignored, IgnoreState::Used),
            ("2026-11-20", Status::Drifted, IgnoreState::Expired),
        ] {
            let mut ignores = ignores(&format!(
                "[[ignore]]\nresource = \"module.*.crr_pair.*\"\nbucket = \"ord?rs\"\nfacet = \"source.tags\"\nreason = \"a test\"\nexpires = \"{expires}\"\n"
            ));
            let mut item = item();
            ignores.apply(&mut item);
            assert_eq!(item.facets[0].status, status);
            assert_eq!(item.facets[1].status, Status::Missing, "another facet");
            assert_eq!(item.status, Status::Missing);
            let told = ignores.into_entries();
            assert_eq!((told[0].state, told[0].facets), (state, 1));
        }
    }

    #[test]
    fn a_day_may_be_a_date_of_toml() {
        let entry = |expires: &str| {
            format!("[[ignore]]\nfacet = \"*\"\nreason = \"r\"\nexpires = {expires}\n")
        };
        let told = ignores(&entry("2027-04-01")).into_entries();
        assert_eq!(told[0].expires, "2027-04-01");
        let wrong = Ignores::read(&entry("2027-04-01T07:32:00"), TODAY).unwrap_err();
        assert!(wrong.contains("last day"), "{wrong}");
    }

    #[test]
    fn an_entry_about_something_else_is_unused() {
        for about in [
            "\"resource\":\"crr_pair.*\"",
            "\"bucket\":\"other\"",
            "\"facet\":\"target.*\"",
        ] {
            let mut ignores = ignores(&format!(
                "{{\"ignore\":[{{{about},\"reason\":\"r\",\"expires\":\"2027-01-01\"}}]}}"
            ));
            let mut item = item();
            ignores.apply(&mut item);
            assert_eq!(item.status, Status::Missing, "{about}");
            assert_eq!(ignores.into_entries()[0].state, IgnoreState::Unused);
        }
    }

    #[test]
    fn reason_and_day_are_required() {
        for (text, says) in [
            ("[[ignore]]\nfacet = \"*\"\nreason = \"r\"\n", "expires"),
            (
                "[[ignore]]\nfacet = \"*\"\nexpires = \"2027-01-01\"\n",
                "reason",
            ),
            (
                "[[ignore]]\nfacet = \"*\"\nreason = \" \"\nexpires = \"2027-01-01\"\n",
                "`reason` is empty",
            ),
            (
                "[[ignore]]\nfacet = \"*\"\nreason = \"r\"\nexpires = \"2026-13-31\"\n",
                "last day",
            ),
            (
                "[[ignore]]\nreason = \"r\"\nexpires = \"2027-01-01\"\n",
                "`facet`",
            ),
            (
                "[[ignore]]\nfacets = \"*\"\nreason = \"r\"\nexpires = \"2027-01-01\"\n",
                "facets",
            ),
        ] {
            let wrong = Ignores::read(text, TODAY).unwrap_err();
            assert!(wrong.contains(says), "{text}: {wrong}");
        }
    }
}
