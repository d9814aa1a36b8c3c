//! What S3 refuses in a replication configuration by looking at the document alone.

use std::collections::HashSet;

use roxmltree::{Document, Node};

use super::answer::Refusal;

/// What the gateway reads in a document that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The role's ARN.
    pub role: String,
    /// The destinations' bucket names.
    pub destinations: Vec<String>,
}

/// The words of S3 for what the older schema does not have.
fn not_in_this_version(what: &str) -> Refusal {
    Refusal::invalid_request(format!(
        "{what} cannot be used for this version of the Cross Region Replication configuration schema. \
         Please refer to S3 Developer Guide for more information."
    ))
}

/// The words of S3 for what the newer schema must have.
fn needed_in_this_version(what: &str) -> Refusal {
    Refusal::invalid_request(format!(
        "{what} must be specified for this version of Cross Region Replication configuration schema. \
         Please refer to S3 Developer Guide for more information."
    ))
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children()
        .find(|child| child.is_element() && child.tag_name().name() == name)
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Vec<Node<'a, 'i>> {
    node.children()
        .filter(|child| child.is_element() && child.tag_name().name() == name)
        .collect()
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name).map(|found| found.text().unwrap_or_default().trim())
}

/// Reads a document as S3 does on `PutBucketReplication`.
pub fn read(body: &[u8], source: &str) -> Result<Read, Refusal> {
    let body = std::str::from_utf8(body).map_err(|_| Refusal::malformed_xml())?;
    let document = Document::parse(body).map_err(|_| Refusal::malformed_xml())?;
    let root = document.root_element();
    if root.tag_name().name() != "ReplicationConfiguration" {
        return Err(Refusal::malformed_xml());
    }
    let role = text(root, "Role").ok_or_else(Refusal::malformed_xml)?;
    check_role(role)?;
    let rules = children(root, "Rule");
    if rules.is_empty() {
        return Err(Refusal::malformed_xml());
    }
    if rules.len() > 1_000 {
        return Err(Refusal::invalid_request(
            "The number of replication rules must not exceed the allowed limit of 1000 rules.",
        ));
    }
    let newer = rules.iter().any(|rule| child(*rule, "Filter").is_some());
    let mut ids = HashSet::new();
    let mut priorities = HashSet::new();
    let mut destinations = Vec::new();
    for rule in &rules {
        check_shape(*rule)?;
        check_version(*rule, newer)?;
        if newer && let Some(priority) = text(*rule, "Priority") {
            let number: u32 = priority.parse().map_err(|_| Refusal::malformed_xml())?;
            if number > 2_147_483_647 {
                return Err(Refusal::malformed_xml());
            }
            if !priorities.insert(number) {
                return Err(Refusal::invalid_request(format!(
                    "Found duplicate priority '{number}' in the replication rules."
                )));
            }
        }
        if let Some(id) = text(*rule, "ID").filter(|id| !id.is_empty()) {
            if id.chars().count() > 255 {
                return Err(Refusal::invalid_argument(
                    "Rule Id length should not exceed allowed limit of 255",
                ));
            }
            if !ids.insert(id) {
                return Err(Refusal::invalid_argument(format!(
                    "Rule Id must be unique. Found same Id '{id}' for more than one rule."
                )));
            }
        }
        if let Some(filter) = child(*rule, "Filter") {
            check_filter(filter, *rule)?;
        }
        check_prefix(text(*rule, "Prefix"))?;
        destinations.push(check_destination(*rule, source)?);
    }
    if !newer
        && destinations
            .iter()
            .any(|name| Some(name) != destinations.first())
    {
        return Err(Refusal::invalid_request(
            "Number of distinct destination bucket ARNs cannot exceed 1",
        ));
    }
    Ok(Read {
        role: role.to_owned(),
        destinations,
    })
}

fn check_role(role: &str) -> Result<(), Refusal> {
    let parts: Vec<_> = role.splitn(6, ':').collect();
    let [prefix, partition, service, region, account, resource] = parts.as_slice() else {
        return Err(Refusal::invalid_argument(
            "Invalid Role specified in replication configuration: it is no ARN.",
        ));
    };
    let named = resource
        .strip_prefix("role/")
        .is_some_and(|name| !name.is_empty() && !name.contains(','));
    let numbered = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    if *prefix != "arn"
        || !partition.starts_with("aws")
        || *service != "iam"
        || !region.is_empty()
        || !numbered
        || !named
    {
        return Err(Refusal::invalid_argument(
            "Invalid Role specified in replication configuration: it is no role's ARN.",
        ));
    }
    Ok(())
}

/// The parts that a rule may and must have.
fn check_shape(rule: Node<'_, '_>) -> Result<(), Refusal> {
    let known = [
        "ID",
        "Priority",
        "Prefix",
        "Filter",
        "Status",
        "SourceSelectionCriteria",
        "Destination",
        "DeleteMarkerReplication",
    ];
    for part in rule.children().filter(Node::is_element) {
        // ExistingObjectReplication is in the API's model, and S3 refuses it.
        if !known.contains(&part.tag_name().name()) {
            return Err(Refusal::malformed_xml());
        }
    }
    if !matches!(text(rule, "Status"), Some("Enabled" | "Disabled")) {
        return Err(Refusal::malformed_xml());
    }
    match child(rule, "DeleteMarkerReplication").map(|setting| text(setting, "Status")) {
        None | Some(Some("Enabled" | "Disabled")) => Ok(()),
        Some(_) => Err(Refusal::malformed_xml()),
    }
}

/// One rule with a filter makes the whole configuration of the newer schema.
fn check_version(rule: Node<'_, '_>, newer: bool) -> Result<(), Refusal> {
    let has = |name: &str| child(rule, name).is_some();
    if newer {
        if has("Prefix") {
            return Err(not_in_this_version("Prefix"));
        }
        for needed in ["Filter", "Priority", "DeleteMarkerReplication"] {
            if !has(needed) {
                return Err(needed_in_this_version(needed));
            }
        }
        return Ok(());
    }
    for foreign in ["Priority", "DeleteMarkerReplication"] {
        if has(foreign) {
            return Err(not_in_this_version(foreign));
        }
    }
    if !has("Prefix") {
        return Err(Refusal::malformed_xml());
    }
    Ok(())
}

fn check_prefix(prefix: Option<&str>) -> Result<(), Refusal> {
    if prefix.is_some_and(|prefix| prefix.len() > 1_024) {
        return Err(Refusal::invalid_request(
            "The maximum size of a prefix is 1024.",
        ));
    }
    Ok(())
}

fn check_filter(filter: Node<'_, '_>, rule: Node<'_, '_>) -> Result<(), Refusal> {
    let parts: Vec<_> = filter.children().filter(Node::is_element).collect();
    if parts.len() > 1 {
        return Err(Refusal::malformed_xml());
    }
    let Some(part) = parts.first() else {
        return Ok(());
    };
    let tags: Vec<_> = match part.tag_name().name() {
        "Prefix" => Vec::new(),
        "Tag" => vec![*part],
        "And" => {
            let tags = children(*part, "Tag");
            if tags.len() + children(*part, "Prefix").len() < 2 {
                return Err(Refusal::malformed_xml());
            }
            check_prefix(text(*part, "Prefix"))?;
            tags
        }
        _ => return Err(Refusal::malformed_xml()),
    };
    check_prefix(text(filter, "Prefix"))?;
    let mut keys = HashSet::new();
    for tag in &tags {
        let key = text(*tag, "Key")
            .filter(|key| !key.is_empty())
            .ok_or_else(Refusal::malformed_xml)?;
        text(*tag, "Value").ok_or_else(Refusal::malformed_xml)?;
        if !keys.insert(key) {
            return Err(Refusal::invalid_request(
                "Duplicate Tag Keys are not allowed.",
            ));
        }
    }
    let markers =
        child(rule, "DeleteMarkerReplication").and_then(|setting| text(setting, "Status"));
    if !tags.is_empty() && markers == Some("Enabled") {
        return Err(Refusal::invalid_request(
            "Delete marker replication is not supported if any Tag filter is specified. \
             Please refer to S3 Developer Guide for more information.",
        ));
    }
    Ok(())
}

fn status<'a>(node: Option<Node<'a, '_>>) -> Option<&'a str> {
    node.and_then(|node| text(node, "Status"))
}

/// Checks one rule's destination and returns the bucket's name.
fn check_destination(rule: Node<'_, '_>, source: &str) -> Result<String, Refusal> {
    let destination = child(rule, "Destination").ok_or_else(Refusal::malformed_xml)?;
    let bucket = text(destination, "Bucket").ok_or_else(Refusal::malformed_xml)?;
    let Some((_, name)) = bucket
        .split_once(":s3:::")
        .filter(|(front, name)| front.starts_with("arn:") && !name.is_empty())
    else {
        return Err(Refusal::invalid_argument("Invalid bucket ARN."));
    };
    if name == source {
        return Err(Refusal::invalid_request(
            "Destination bucket cannot be the same as the source bucket.",
        ));
    }
    if child(destination, "AccessControlTranslation").is_some() {
        if text(destination, "Account").is_none_or(str::is_empty) {
            return Err(Refusal::invalid_request(
                "Account is missing: it must be specified with AccessControlTranslation.",
            ));
        }
        if child(destination, "AccessControlTranslation").and_then(|node| text(node, "Owner"))
            != Some("Destination")
        {
            return Err(Refusal::malformed_xml());
        }
    }
    check_encryption(rule, destination)?;
    check_metrics(destination)?;
    Ok(name.to_owned())
}

fn check_encryption(rule: Node<'_, '_>, destination: Node<'_, '_>) -> Result<(), Refusal> {
    let selected = child(rule, "SourceSelectionCriteria")
        .and_then(|criteria| child(criteria, "SseKmsEncryptedObjects"));
    let key = child(destination, "EncryptionConfiguration")
        .map(|node| text(node, "ReplicaKmsKeyID").unwrap_or_default());
    match (status(selected), key) {
        (Some("Enabled"), None | Some("")) => Err(Refusal::invalid_request(
            "ReplicaKmsKeyID must be specified if SseKmsEncryptedObjects tag is present.",
        )),
        (None, Some(_)) => Err(Refusal::invalid_request(
            "SseKmsEncryptedObjects must be specified if EncryptionConfiguration is present.",
        )),
        _ => Ok(()),
    }
}

fn check_metrics(destination: Node<'_, '_>) -> Result<(), Refusal> {
    let (time, metrics) = (
        child(destination, "ReplicationTime"),
        child(destination, "Metrics"),
    );
    let minutes = |node: Option<Node<'_, '_>>, name: &str| {
        node.and_then(|node| child(node, name))
            .map(|value| text(value, "Minutes").unwrap_or_default().to_owned())
    };
    let threshold = minutes(metrics, "EventThreshold");
    if status(time) == Some("Enabled") {
        if minutes(time, "Time").as_deref() != Some("15") {
            return Err(Refusal::invalid_argument("Invalid time minute value"));
        }
        if status(metrics) != Some("Enabled") {
            return Err(Refusal::invalid_request(
                "Replication destination must contain both ReplicationTime and Metrics or neither.",
            ));
        }
        if threshold.as_deref() != Some("15") {
            return Err(Refusal::invalid_argument(
                "ReplicationMetrics must contain an event threshold of 15 minutes",
            ));
        }
    } else if threshold.is_some() {
        return Err(Refusal::invalid_argument(
            "Metrics cannot contain an event threshold when ReplicationTime is not specified or Disabled",
        ));
    }
    Ok(())
}
