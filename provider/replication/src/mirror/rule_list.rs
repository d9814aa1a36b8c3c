//! A configuration that is a list of rules in XML: what it means, and the very bytes.

use std::collections::{BTreeMap, BTreeSet};

use roxmltree::{Document, Node};
use serde_json::{Map, Value, json};

use super::SettingError;
use crate::rule::escape;

/// A rule of the list.
#[derive(Debug, Clone)]
pub(super) struct ListedRule {
    /// Its `ID`, where it has one.
    pub id: Option<String>,
    /// What it means, without its `ID`.
    pub meaning: Value,
    /// The bytes.
    pub xml: String,
}

/// The rules of a document in their order.
#[derive(Debug, Clone)]
pub(super) struct RuleList {
    pub rules: Vec<ListedRule>,
    /// The root's namespace declarations by prefix: raw rules may lean on them.
    namespaces: BTreeMap<Option<String>, String>,
}

impl RuleList {
    /// Reads the rules, elements named `rule`, of a document whose root is `root`.
    ///
    /// # Errors
    ///
    /// Where the text is no XML, or its root is another.
    pub fn parse(xml: &str, root: &str, rule: &str) -> Result<Self, SettingError> {
        let tree = Document::parse(xml).map_err(|e| SettingError::of(root, e.to_string()))?;
        let element = tree.root_element();
        let found = element.tag_name().name();
        if found != root {
            return Err(SettingError::of(root, format!("its root is <{found}>")));
        }
        let namespaces = element
            .namespaces()
            .filter(|namespace| namespace.name() != Some("xml"))
            .map(|namespace| {
                (
                    namespace.name().map(str::to_owned),
                    namespace.uri().to_owned(),
                )
            })
            .collect();
        let rules = element
            .children()
            .filter(|child| child.is_element() && child.tag_name().name() == rule)
            .map(|child| ListedRule {
                id: id_of(child),
                meaning: meaning(child),
                xml: xml.get(child.range()).unwrap_or_default().to_owned(),
            })
            .collect();
        Ok(Self { rules, namespaces })
    }

    /// A document of these rules and those of `other` whose bytes are given.
    pub fn with(&self, root: &str, other: &Self, rules: Vec<&str>) -> String {
        let mut namespaces = other.namespaces.clone();
        namespaces.extend(self.namespaces.clone());
        let declared: String = namespaces
            .iter()
            .map(|(prefix, uri)| match prefix {
                Some(prefix) => format!(" xmlns:{prefix}=\"{}\"", escape(uri)),
                None => format!(" xmlns=\"{}\"", escape(uri)),
            })
            .collect();
        let ours = self.rules.iter().map(|rule| rule.xml.as_str());
        let rules: String = ours.chain(rules).collect();
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root}{declared}>{rules}</{root}>")
    }
}

fn id_of(rule: Node<'_, '_>) -> Option<String> {
    let id = rule
        .children()
        .find(|child| child.is_element() && child.tag_name().name() == "ID")?;
    let text = id.text().unwrap_or_default().trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// What an element says, whatever the order of its children: S3 documents none.
fn meaning(node: Node<'_, '_>) -> Value {
    let children: Vec<Node<'_, '_>> = node.children().filter(Node::is_element).collect();
    if children.is_empty() {
        // An element answers with its first text, too, which would count twice.
        let texts = node.descendants().filter(Node::is_text);
        let text: String = texts.filter_map(|part| part.text()).collect();
        return Value::String(text.trim().to_owned());
    }
    let names: BTreeSet<&str> = children
        .iter()
        .map(|child| child.tag_name().name())
        .collect();
    let mut object = Map::new();
    for name in names {
        if name == "ID" {
            continue;
        }
        let same = children
            .iter()
            .filter(|child| child.tag_name().name() == name);
        let mut values: Vec<Value> = same.map(|child| meaning(*child)).collect();
        values.sort_by_cached_key(Value::to_string);
        let value = match <[Value; 1]>::try_from(values) {
            Ok([one]) => one,
            Err(many) => Value::Array(many),
        };
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

/// A CORS configuration as a facet shows it: its rules in their order, since the first that matches decides.
///
/// # Errors
///
/// Where it cannot be read.
pub(crate) fn canonical_cors(xml: &str) -> Result<String, SettingError> {
    let list = RuleList::parse(xml, "CORSConfiguration", "CORSRule")?;
    let rules: Vec<Value> = list.rules.into_iter().map(|rule| rule.meaning).collect();
    Ok(json!(rules).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_facet_shows_a_text_once() {
        let cors = "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>a &amp; <!-- and --> b</AllowedOrigin></CORSRule></CORSConfiguration>";
        assert_eq!(
            canonical_cors(cors).unwrap(),
            r#"[{"AllowedMethod":"GET","AllowedOrigin":"a &  b"}]"#
        );
    }
}
