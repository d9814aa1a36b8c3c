//! What the configuration calls sensitive: nothing of it stands in a report.
//!
//! Terraform tells of each resource which of its attributes come from sensitive values. Where some do, what should be and what
//! is are made of them in forms that differ by part, and what is may be an older secret: so neither is shown of such a resource.
//! In words, such as a service's message, the values themselves are blotted out. Names of sites and buckets stay: an item is
//! found by them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::finding::BY_A_STEP;
use super::report::Item;
use super::terraform::Resource;

/// What stands instead.
const INSTEAD: &str = "(sensitive)";

/// The sensitive texts of each resource that has some, by address.
#[derive(Debug, Default)]
pub struct Sensitive(BTreeMap<String, Vec<String>>);

impl Sensitive {
    /// Of resources, as far as their document says what is sensitive.
    pub fn of(resources: &[Resource]) -> Self {
        let of_each = resources.iter().filter_map(|resource| {
            let mut texts = Vec::new();
            let marked = resource.sensitive.as_ref()?;
            if !collect(marked, &resource.values, &mut texts) {
                return None;
            }
            // What is in another text is blotted out with that.
            texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
            Some((resource.address.clone(), texts))
        });
        Self(of_each.collect())
    }

    /// Takes it out of an item.
    pub fn hide(&self, item: &mut Item) {
        let Some(texts) = self.0.get(&item.address) else {
            return;
        };
        for facet in &mut item.facets {
            // Only what is compared is made of values; the rest is in words.
            let by_a_step = |remedy: &String| remedy.starts_with(BY_A_STEP);
            let is_compared =
                facet.should.is_some() || facet.remedy.as_ref().is_some_and(by_a_step);
            for text in [&mut facet.should, &mut facet.is].into_iter().flatten() {
                *text = if is_compared {
                    INSTEAD.to_owned()
                } else {
                    blotted(text, texts)
                };
            }
            if let Some(remedy) = &mut facet.remedy {
                *remedy = blotted(remedy, texts);
            }
        }
        for note in &mut item.notes {
            *note = blotted(note, texts);
        }
    }
}

/// Collects the texts that are marked. Answers whether anything is.
fn collect(marked: &Value, value: &Value, texts: &mut Vec<String>) -> bool {
    match marked {
        Value::Bool(true) => {
            all_texts(value, texts);
            true
        }
        Value::Object(members) => {
            let mut some = false;
            for (name, inner) in members {
                some |= collect(inner, value.get(name).unwrap_or(&Value::Null), texts);
            }
            some
        }
        Value::Array(elements) => {
            let mut some = false;
            for (index, inner) in elements.iter().enumerate() {
                some |= collect(inner, value.get(index).unwrap_or(&Value::Null), texts);
            }
            some
        }
        _ => false,
    }
}

fn all_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => {
            // As it stands in JSON, too.
            let quoted = value.to_string();
            let inner = quoted.trim_matches('"');
            if inner != text {
                texts.push(inner.to_owned());
            }
            texts.push(text.clone());
        }
        Value::Array(elements) => elements.iter().for_each(|inner| all_texts(inner, texts)),
        Value::Object(members) => members.values().for_each(|inner| all_texts(inner, texts)),
        _ => {}
    }
}

fn blotted(text: &str, secrets: &[String]) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let secret = secrets.iter().find(|secret| rest.starts_with(*secret));
        let length = if let Some(secret) = secret {
            whole.push_str(INSTEAD);
            secret.len()
        } else {
            whole.push(letter);
            letter.len_utf8()
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    whole
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use terraform_provider_crr::stated::Kind;

    use super::*;
    use crate::check::report::{Facet, ItemKind, Status};

    fn shown(sensitive: Value) -> String {
        let resource = Resource {
            kind: Kind::Pair,
            address: "crr_pair.a".to_owned(),
            values: json!({ "tags": { "token": "s3cr\"3t", "team": "storage" }, "rules": ["x"] }),
            unknown: None,
            sensitive: Some(sensitive),
            schema_version: None,
            block: None,
        };
        let mut item = Item::new(ItemKind::Pair, "crr_pair.a", "id");
        item.notes = vec!["It says s3cr\"3t.".to_owned()];
        item.facets = vec![
            Facet {
                should: Some("{\"token\":\"s3cr\\\"3t\"}".to_owned()),
                is: Some("{\"token\":\"older\"}".to_owned()),
                remedy: Some("`terraform apply` would tag.".to_owned()),
                ..Facet::of("source.tags", Status::Drifted)
            },
            Facet {
                is: Some("the service says s3cr\"3t and {\"s3cr\\\"3t\"}".to_owned()),
                ..Facet::of("look", Status::Unknown)
            },
        ];
        Sensitive::of(&[resource]).hide(&mut item);
        serde_json::to_string(&item).unwrap()
    }

    #[test]
    fn nothing_sensitive_is_shown_nor_what_stands_in_its_place() {
        for sensitive in [
            json!({ "tags": { "token": true } }),
            json!({ "tags": true }),
        ] {
            let said = shown(sensitive);
            for secret in ["s3cr", "older"] {
                assert!(!said.contains(secret), "{said}");
            }
            assert!(said.contains("the service says (sensitive) and"), "{said}");
            assert!(said.contains("would t"), "the remedy stays: {said}");
        }
        // Terraform marks the structure of what holds nothing sensitive, too.
        let said = shown(json!({ "tags": {}, "rules": [false] }));
        assert!(said.contains("older") && said.contains("s3cr"), "{said}");
    }
}
