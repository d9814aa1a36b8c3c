//! The source's policy, rewritten to speak of the destination.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Mirror;
use super::public::is_public;
use crate::arn::bucket_arn;
use crate::desired::{OwnedStatements, SID_PREFIX};
use crate::name::BucketName;
use crate::pair::{Side, short_hash};
use crate::policy::{ResourcePolicy, Statement};
use crate::problem::Problem;

/// What IAM takes a policy for that names no version.
const OLDEST_VERSION: &str = "2008-10-17";

/// The source's statements as the destination's policy should have them, each under a `Sid` that says whose it is.
///
/// `theirs` is the destination's policy as it is: one policy has one version, and it decides whether `${…}` is a variable.
pub(super) fn statements(
    mirror: &Mirror,
    source: &Side,
    destination: &Side,
    policy: &ResourcePolicy,
    theirs: Option<&ResourcePolicy>,
    withheld: &mut Vec<String>,
    problems: &mut Vec<Problem>,
) -> OwnedStatements {
    let mut owned = OwnedStatements {
        prefix: format!("{SID_PREFIX}Mirror{}", short_hash(&source.arn())),
        statements: Vec::new(),
        alone: mirror.exact,
        stays: false,
    };
    let ours = OwnedStatements {
        prefix: SID_PREFIX.to_owned(),
        ..OwnedStatements::default()
    };
    let theirs = theirs.map_or("2012-10-17".to_owned(), version);
    let mut taken = BTreeSet::new();
    for raw in policy.foreign(std::slice::from_ref(&ours)) {
        let Ok(mut value) = serde_json::from_str::<Value>(raw) else {
            continue;
        };
        let hash = short_hash(&value.to_string());
        let sid = value.get("Sid").and_then(Value::as_str);
        let sid = sid.unwrap_or_default().to_owned();
        if !mirror.public && is_public(&value) {
            withheld.push(format!("statement \"{sid}\" of the policy"));
            continue;
        }
        let mut named = format!("{}{sid}", owned.prefix);
        if sid.is_empty() || taken.contains(&named) {
            named.push_str(&hash);
        }
        if !taken.insert(named.clone()) {
            continue;
        }
        rewrite(&mut value, source, destination);
        if raw.contains("${") && version(policy) != theirs {
            problems.push(Problem::error(
                ["mirror_settings"],
                format!("Statement \"{sid}\" of the policy of {} cannot be mirrored", source.at()),
                format!(
                    "It has a policy variable (`${{…}}`), and the policies of the two buckets are of different versions, {} and {theirs}, which read it differently. Give both the version 2012-10-17.",
                    version(policy)
                ),
            ));
        }
        for stranger in strangers(&value, &destination.bucket) {
            problems.push(Problem::error(
                ["mirror_settings"],
                format!("Statement \"{sid}\" of the policy of {} cannot be mirrored", source.at()),
                format!(
                    "It speaks of {stranger}, which is neither the source bucket nor a pattern that fits {}. S3 refuses it in the destination's policy. Name the source bucket in it, or take \"policy\" out of `mirror_settings`.",
                    destination.bucket
                ),
            ));
        }
        owned.statements.push(Statement::taken_over(named, value));
    }
    owned
}

fn version(policy: &ResourcePolicy) -> String {
    policy
        .version()
        .unwrap_or_else(|| OLDEST_VERSION.to_owned())
}

/// Puts the destination's ARNs in place of the source's, everywhere but in who a statement speaks of.
fn rewrite(statement: &mut Value, source: &Side, destination: &Side) {
    let Value::Object(elements) = statement else {
        return;
    };
    let (from, to) = (
        source.arn(),
        bucket_arn(&source.site.partition, &destination.bucket),
    );
    for (name, element) in elements.iter_mut() {
        if !matches!(name.as_str(), "Sid" | "Principal" | "NotPrincipal") {
            each_text(element, &mut |text| {
                let rest = text.strip_prefix(&from);
                if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('/')) {
                    *text = format!("{to}{rest}");
                }
            });
        }
    }
}

fn each_text(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(list) => list.iter_mut().for_each(|one| each_text(one, change)),
        Value::Object(object) => object.values_mut().for_each(|one| each_text(one, change)),
        _ => {}
    }
}

/// The S3 resources of a statement that are not in the bucket.
fn strangers(statement: &Value, bucket: &BucketName) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["Resource", "NotResource"] {
        let Some(mut element) = statement.get(name).cloned() else {
            continue;
        };
        each_text(&mut element, &mut |text| {
            let resource = text.splitn(6, ':').nth(5).filter(|_| text.contains(":s3:"));
            let named = resource.map(|resource| resource.split('/').next().unwrap_or_default());
            if named.is_some_and(|pattern| !fits(pattern.as_bytes(), bucket.as_str().as_bytes())) {
                found.push(text.clone());
            }
        });
    }
    found
}

/// Whether a pattern of IAM's, with `*` and `?`, fits a text.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    // The places in the text that the pattern so far may have come to.
    let mut reached = BTreeSet::from([0]);
    for part in pattern {
        reached = match part {
            b'*' => reached
                .first()
                .map_or_else(BTreeSet::new, |first| (*first..=text.len()).collect()),
            _ => reached
                .into_iter()
                .filter(|at| {
                    text.get(*at)
                        .is_some_and(|byte| *part == b'?' || part == byte)
                })
                .map(|at| at + 1)
                .collect(),
        };
    }
    reached.contains(&text.len())
}
