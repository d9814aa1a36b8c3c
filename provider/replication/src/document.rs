//! A bucket's replication configuration: one document that many may write rules into.

use roxmltree::Document;

use crate::desired::OwnedRules;
use crate::rule::escape;
use crate::rule::{Rule, parse_rule, print_rule};

/// The namespace of S3's documents.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// Why a replication configuration could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a replication configuration: {0}")]
pub struct DocumentError(pub String);

/// A rule as it stands in a document: what it means, and the very bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRule {
    /// What it means.
    pub rule: Rule,
    /// The bytes.
    pub xml: String,
}

/// A whole replication configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicationDocument {
    /// The one role that all of its rules run under. S3-compatible systems may have two ARNs here.
    pub role: String,
    /// Its rules, in their order.
    pub rules: Vec<DocumentRule>,
    /// The root element's namespace declarations: raw rules may lean on a prefix declared there.
    namespaces: String,
}

impl ReplicationDocument {
    /// A document without a rule.
    pub fn empty(role: impl Into<String>) -> Self {
        Self {
            role: role.into(),
            rules: Vec::new(),
            namespaces: format!(" xmlns=\"{NAMESPACE}\""),
        }
    }

    /// Reads a document.
    ///
    /// # Errors
    ///
    /// Where the text is no XML or its root is no `ReplicationConfiguration`.
    pub fn parse(xml: &str) -> Result<Self, DocumentError> {
        let tree = Document::parse(xml).map_err(|e| DocumentError(e.to_string()))?;
        let root = tree.root_element();
        if root.tag_name().name() != "ReplicationConfiguration" {
            return Err(DocumentError(format!(
                "its root is <{}>",
                root.tag_name().name()
            )));
        }
        let mut document = Self::empty("");
        let declared: Vec<String> = root
            .namespaces()
            .filter(|n| n.name() != Some("xml"))
            .map(|n| match n.name() {
                Some(prefix) => format!(" xmlns:{prefix}=\"{}\"", escape(n.uri())),
                None => format!(" xmlns=\"{}\"", escape(n.uri())),
            })
            .collect();
        // Rules of our own have no prefix, so the document needs a default namespace even where it had none.
        if root.default_namespace().is_some() {
            document.namespaces = declared.concat();
        } else {
            document.namespaces.push_str(&declared.concat());
        }
        for child in root.children().filter(roxmltree::Node::is_element) {
            match child.tag_name().name() {
                "Role" => child
                    .text()
                    .unwrap_or_default()
                    .trim()
                    .clone_into(&mut document.role),
                "Rule" => document.rules.push(DocumentRule {
                    rule: parse_rule(child),
                    xml: xml.get(child.range()).unwrap_or_default().to_owned(),
                }),
                _ => {}
            }
        }
        Ok(document)
    }

    /// The document as S3 takes it.
    pub fn to_xml(&self) -> String {
        let rules: String = self.rules.iter().map(|r| r.xml.as_str()).collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ReplicationConfiguration{}><Role>{}</Role>{rules}</ReplicationConfiguration>",
            self.namespaces,
            escape(&self.role)
        )
    }

    /// Whether S3 reads this document as V1: one rule without `Filter` is enough.
    pub fn is_v1(&self) -> bool {
        self.rules.iter().any(|r| r.rule.v1)
    }

    /// The rules that are not `owned`.
    pub fn foreign<'a>(&'a self, owned: &'a OwnedRules) -> impl Iterator<Item = &'a DocumentRule> {
        self.rules.iter().filter(|r| !owned.owns(&r.rule))
    }

    /// This document with our rules as they should be, and all others as they are.
    ///
    /// None where no rule is left: the configuration is then to be deleted, since S3 refuses an empty one.
    #[must_use]
    pub fn merged(&self, owned: &OwnedRules) -> Option<Self> {
        let mut rules: Vec<DocumentRule> = self.foreign(owned).cloned().collect();
        if owned.rewrite_v1 {
            rewrite_v1(&mut rules, &owned.rules);
        }
        rules.extend(owned.rules.iter().map(|rule| DocumentRule {
            rule: rule.clone(),
            xml: print_rule(rule),
        }));
        // The namespace of our own rules is the document's default one.
        let role = owned
            .role
            .as_ref()
            .map_or_else(|| self.role.clone(), ToString::to_string);
        (!rules.is_empty()).then(|| Self {
            role,
            rules,
            namespaces: self.namespaces.clone(),
        })
    }
}

/// Writes V1 rules as V2 rules of the same meaning.
///
/// V1 replicates delete markers and lets no two rules overlap, so any distinct priorities keep the meaning.
fn rewrite_v1(rules: &mut [DocumentRule], ours: &[Rule]) {
    let mut taken: Vec<u32> = rules
        .iter()
        .map(|r| &r.rule)
        .chain(ours)
        .filter_map(|r| r.priority)
        .collect();
    for rule in rules.iter_mut().filter(|r| r.rule.v1) {
        let priority = (1..=u32::MAX)
            .find(|p| !taken.contains(p))
            .unwrap_or_default();
        taken.push(priority);
        rule.rule.v1 = false;
        rule.rule.priority = Some(priority);
        rule.rule.delete_markers = true;
        rule.xml = print_rule(&rule.rule);
    }
}

#[cfg(test)]
mod tests;
