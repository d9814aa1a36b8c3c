//! Which sites of a report are one and the same: two inputs may call different sites by one name.

use std::collections::{BTreeMap, BTreeSet};

use super::super::super::report::{Item, Report, SiteFacts};

/// The sites of a report, by the keys under which the page shows them.
pub(super) struct Sites<'a> {
    by_name: BTreeMap<&'a str, Vec<&'a SiteFacts>>,
}

impl<'a> Sites<'a> {
    /// Of a report.
    pub fn of(report: &'a Report) -> Self {
        let mut by_name: BTreeMap<&str, Vec<&SiteFacts>> = BTreeMap::new();
        for facts in &report.sites {
            by_name.entry(&facts.name).or_default().push(facts);
        }
        Self { by_name }
    }

    /// The key of a site that an item names: its name, unless that stands for several.
    pub fn key(&self, item: &Item, name: &str) -> String {
        let known = self
            .by_name
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let places: BTreeSet<(&str, &str)> = known
            .iter()
            .map(|facts| (facts.account.as_str(), facts.region.as_str()))
            .collect();
        if places.len() < 2 {
            return name.to_owned();
        }
        match (self.facts(item, name), &item.input) {
            (Some(facts), _) => format!("{name} ({}, {})", facts.account, facts.region),
            (None, Some(input)) => format!("{name} ({input})"),
            (None, None) => name.to_owned(),
        }
    }

    /// What is known of a site that an item names.
    pub fn facts(&self, item: &Item, name: &str) -> Option<&'a SiteFacts> {
        let known = self.by_name.get(name)?;
        known
            .iter()
            .find(|facts| facts.input == item.input)
            .or(match known.as_slice() {
                [only] => Some(only),
                _ => None,
            })
            .copied()
    }
}
