//! Lifecycle configurations: the source's rules beside those that only the destination has.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::SettingError;
use super::rule_list::{ListedRule, RuleList};

use crate::pair::short_hash;

const ROOT: &str = "LifecycleConfiguration";

/// A bucket's lifecycle configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lifecycle {
    /// Its XML.
    pub xml: String,
    /// From which size on objects make a transition, which S3 keeps beside the rules:
    /// `varies_by_storage_class` or `all_storage_classes_128K`.
    pub minimum_size: Option<String>,
}

impl Lifecycle {
    /// The first rule in force that deletes objects after a time, or at a day; none: it has no such rule.
    ///
    /// # Errors
    ///
    /// Where the document cannot be read.
    pub(crate) fn expires(&self) -> Result<Option<String>, SettingError> {
        let in_force = |rule: &ListedRule| {
            let expiration = rule.meaning.get("Expiration");
            let deletes = ["Days", "Date"]
                .iter()
                .any(|when| expiration.is_some_and(|expiration| expiration.get(when).is_some()));
            deletes && rule.meaning.get("Status").and_then(Value::as_str) == Some("Enabled")
        };
        Ok(self
            .rules()?
            .rules
            .iter()
            .find(|rule| in_force(rule))
            .map(name))
    }

    fn rules(&self) -> Result<RuleList, SettingError> {
        RuleList::parse(&self.xml, ROOT, "Rule")
    }
}

/// The source's lifecycle configuration, as the destination should have it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MirroredLifecycle {
    /// What the source has; none: nothing.
    pub source: Option<Lifecycle>,
    /// Whether rules that the source lacks go.
    pub exact: bool,
}

/// By what a rule is known on both sides. One without an ID is known by what it says.
fn name(rule: &ListedRule) -> String {
    rule.id
        .clone()
        .unwrap_or_else(|| format!("(without ID, {})", short_hash(&rule.meaning.to_string())))
}

fn by_name(list: RuleList) -> BTreeMap<String, Value> {
    let named = list.rules.into_iter();
    named.map(|rule| (name(&rule), rule.meaning)).collect()
}

impl MirroredLifecycle {
    /// The rules that should be there and those that are, as a facet shows them; none where there are none.
    ///
    /// # Errors
    ///
    /// Where a document cannot be read.
    pub(crate) fn beside(
        &self,
        found: Option<&Lifecycle>,
    ) -> Result<(Option<String>, Option<String>), SettingError> {
        let should = self.source.as_ref().map(Lifecycle::rules).transpose()?;
        let should = should.map(by_name).unwrap_or_default();
        let is = found.map(Lifecycle::rules).transpose()?;
        let mut is = is.map(by_name).unwrap_or_default();
        if !self.exact {
            is.retain(|name, _| should.contains_key(name));
        }
        let text = |rules: &BTreeMap<String, Value>| {
            (!rules.is_empty()).then(|| serde_json::json!(rules).to_string())
        };
        Ok((text(&should), text(&is)))
    }

    /// What to write where this is found: the source's very bytes, and the rules that only the destination has unless the
    /// mirror is exact. None where no rule is left.
    ///
    /// # Errors
    ///
    /// Where a document cannot be read.
    pub fn merged(&self, found: Option<&Lifecycle>) -> Result<Option<Lifecycle>, SettingError> {
        let Some(source) = &self.source else {
            return Ok(found.filter(|_| !self.exact).cloned());
        };
        let minimum_size = source
            .minimum_size
            .clone()
            .or_else(|| found?.minimum_size.clone());
        let whole = |xml: String| {
            Ok(Some(Lifecycle {
                xml,
                minimum_size: minimum_size.clone(),
            }))
        };
        let Some(found) = found.filter(|_| !self.exact) else {
            return whole(source.xml.clone());
        };
        let (ours, theirs) = (source.rules()?, found.rules()?);
        let mirrored: BTreeSet<String> = ours.rules.iter().map(name).collect();
        let kept: Vec<&str> = theirs
            .rules
            .iter()
            .filter(|rule| !mirrored.contains(&name(rule)))
            .map(|rule| rule.xml.as_str())
            .collect();
        if kept.is_empty() {
            return whole(source.xml.clone());
        }
        whole(ours.with(ROOT, &theirs, kept))
    }

    /// How many rules a document has.
    pub(crate) fn count(lifecycle: &Lifecycle) -> usize {
        lifecycle.rules().map_or(0, |list| list.rules.len())
    }
}
