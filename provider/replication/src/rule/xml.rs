//! A rule to XML and back, element by element in the order of S3's API reference.

use std::fmt::Write;

use roxmltree::Node;

use super::{Filter, Rule, THRESHOLD_MINUTES};

/// Text as XML writes it.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // A bare carriage return would be read back as a line feed.
            '\r' => escaped.push_str("&#13;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

fn element(xml: &mut String, name: &str, text: &str) {
    // Writing to a String cannot fail.
    let _ = write!(xml, "<{name}>{}</{name}>", escape(text));
}

fn wrapped(xml: &mut String, name: &str, fill: impl FnOnce(&mut String)) {
    let _ = write!(xml, "<{name}>");
    fill(xml);
    let _ = write!(xml, "</{name}>");
}

fn status(xml: &mut String, on: bool) {
    element(xml, "Status", if on { "Enabled" } else { "Disabled" });
}

/// A V2 rule as S3 takes it.
pub fn print_rule(rule: &Rule) -> String {
    let mut xml = String::with_capacity(512);
    wrapped(&mut xml, "Rule", |xml| {
        // A rule without an ID gets one from S3; an empty one is refused.
        if !rule.id.is_empty() {
            element(xml, "ID", &rule.id);
        }
        element(xml, "Priority", &rule.priority.unwrap_or(0).to_string());
        wrapped(xml, "Filter", |xml| print_filter(xml, &rule.filter));
        status(xml, rule.enabled);
        if rule.kms_objects || rule.replica_modifications {
            wrapped(xml, "SourceSelectionCriteria", |xml| {
                if rule.kms_objects {
                    wrapped(xml, "SseKmsEncryptedObjects", |xml| status(xml, true));
                }
                if rule.replica_modifications {
                    wrapped(xml, "ReplicaModifications", |xml| status(xml, true));
                }
            });
        }
        wrapped(xml, "Destination", |xml| print_destination(xml, rule));
        wrapped(xml, "DeleteMarkerReplication", |xml| {
            status(xml, rule.delete_markers);
        });
    });
    xml
}

fn print_filter(xml: &mut String, filter: &Filter) {
    let tag = |xml: &mut String, key: &str, value: &str| {
        wrapped(xml, "Tag", |xml| {
            element(xml, "Key", key);
            element(xml, "Value", value);
        });
    };
    // `Filter` holds one predicate; only `And` holds several.
    match (filter.prefix.as_str(), filter.tags.len()) {
        (prefix, 0) => element(xml, "Prefix", prefix),
        ("", 1) => filter.tags.iter().for_each(|(k, v)| tag(xml, k, v)),
        (prefix, _) => wrapped(xml, "And", |xml| {
            if !prefix.is_empty() {
                element(xml, "Prefix", prefix);
            }
            filter.tags.iter().for_each(|(k, v)| tag(xml, k, v));
        }),
    }
}

fn print_destination(xml: &mut String, rule: &Rule) {
    element(xml, "Bucket", &rule.destination);
    if let Some(account) = &rule.account {
        element(xml, "Account", account);
    }
    if let Some(class) = &rule.storage_class {
        element(xml, "StorageClass", class);
    }
    if rule.owner_override {
        wrapped(xml, "AccessControlTranslation", |xml| {
            element(xml, "Owner", "Destination");
        });
    }
    if let Some(key) = &rule.replica_key {
        wrapped(xml, "EncryptionConfiguration", |xml| {
            element(xml, "ReplicaKmsKeyID", key);
        });
    }
    let minutes = THRESHOLD_MINUTES.to_string();
    if rule.rtc {
        wrapped(xml, "ReplicationTime", |xml| {
            status(xml, true);
            wrapped(xml, "Time", |xml| element(xml, "Minutes", &minutes));
        });
    }
    if rule.metrics {
        wrapped(xml, "Metrics", |xml| {
            status(xml, true);
            // The threshold belongs to RTC: without it S3 refuses one.
            if rule.rtc {
                wrapped(xml, "EventThreshold", |xml| {
                    element(xml, "Minutes", &minutes);
                });
            }
        });
    }
}

fn children<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    node.children().filter(Node::is_element)
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants()
        .filter(Node::is_text)
        .filter_map(|n| n.text())
        .collect()
}

fn enabled(node: Node<'_, '_>) -> bool {
    children(node).any(|n| n.tag_name().name() == "Status" && text(n) == "Enabled")
}

/// Reads a `Rule` element.
pub fn parse_rule(node: Node<'_, '_>) -> Rule {
    let mut rule = Rule::to("", "");
    rule.priority = None;
    rule.enabled = false;
    rule.v1 = true;
    for child in children(node) {
        match child.tag_name().name() {
            "ID" => rule.id = text(child),
            "Priority" => rule.priority = text(child).trim().parse().ok(),
            "Prefix" => rule.filter.prefix = text(child),
            "Filter" => {
                rule.v1 = false;
                parse_filter(child, &mut rule);
            }
            "Status" => rule.enabled = text(child) == "Enabled",
            "SourceSelectionCriteria" => {
                for criterion in children(child) {
                    match criterion.tag_name().name() {
                        "SseKmsEncryptedObjects" => rule.kms_objects = enabled(criterion),
                        "ReplicaModifications" => rule.replica_modifications = enabled(criterion),
                        other => rule
                            .unknown_elements
                            .push(format!("SourceSelectionCriteria.{other}")),
                    }
                }
            }
            "Destination" => parse_destination(child, &mut rule),
            "DeleteMarkerReplication" => rule.delete_markers = enabled(child),
            "ExistingObjectReplication" if !enabled(child) => {}
            other => rule.unknown_elements.push(other.to_owned()),
        }
    }
    // V1 has no such element and always replicates them: whoever takes the rule over must go on doing so.
    rule.delete_markers |= rule.v1;
    rule
}

fn parse_filter(node: Node<'_, '_>, rule: &mut Rule) {
    for child in children(node) {
        match child.tag_name().name() {
            "Prefix" => rule.filter.prefix = text(child),
            "Tag" => {
                let part = |name: &str| {
                    children(child)
                        .find(|n| n.tag_name().name() == name)
                        .map(text)
                        .unwrap_or_default()
                };
                rule.filter.tags.insert(part("Key"), part("Value"));
            }
            "And" => parse_filter(child, rule),
            other => rule.unknown_elements.push(format!("Filter.{other}")),
        }
    }
}

fn parse_destination(node: Node<'_, '_>, rule: &mut Rule) {
    for child in children(node) {
        match child.tag_name().name() {
            "Bucket" => rule.destination = text(child),
            "Account" => rule.account = Some(text(child)).filter(|t| !t.is_empty()),
            "StorageClass" => rule.storage_class = Some(text(child)).filter(|t| !t.is_empty()),
            "AccessControlTranslation" => rule.owner_override = true,
            "EncryptionConfiguration" => {
                rule.replica_key = Some(text(child).trim().to_owned()).filter(|t| !t.is_empty());
            }
            "ReplicationTime" => rule.rtc = enabled(child),
            "Metrics" => rule.metrics = enabled(child),
            other => rule.unknown_elements.push(format!("Destination.{other}")),
        }
    }
}
