//! Whose replication stands on a bucket that is to be deleted with every object.
//!
//! What nothing on the bucket tells is not known here: rules of a source in the same account need no statement in its policy.

use crate::bucket::BucketRef;
use crate::desired::{DesiredBucket, SID_PREFIX};
use crate::document::ReplicationDocument;
use crate::echo::{COPY_OF, ECHO_OF};
use crate::observed::{ObservedBucket, Seen};
use crate::pair::FROM_PREFIX;
use crate::policy::ResourcePolicy;
use crate::problem::Problem;

/// What replicates into a bucket of another account is allowed.
const REPLICATE: &str = "s3:ReplicateObject";
/// How many of them a message names.
const NAMED: usize = 10;

/// What others have on the bucket, in words; and what of it cannot be known, which is as good a reason to keep it.
pub(super) fn on_bucket(wanted: &DesiredBucket, found: &ObservedBucket) -> Vec<String> {
    let mut others = Vec::new();
    match &found.replication {
        Seen::Absent => {}
        Seen::Present(xml) => match ReplicationDocument::parse(xml) {
            Ok(document) => {
                let ours = wanted.rules.as_ref();
                let rules = document.rules.iter().map(|found| &found.rule);
                let others_rules = rules.filter(|rule| !ours.is_some_and(|owned| owned.owns(rule)));
                others.extend(
                    others_rules
                        .map(|rule| format!("rule \"{}\" to {}", rule.id, rule.destination)),
                );
            }
            Err(error) => others.push(format!("its replication configuration is {error}")),
        },
        unseen => others.push(unknown("replication configuration", unseen)),
    }
    match &found.policy {
        Seen::Absent => {}
        Seen::Present(text) => match ResourcePolicy::parse(text) {
            Ok(policy) => {
                let ours = wanted.policy.as_slice();
                let statements = policy.foreign_by_sid(ours);
                others.extend(statements.filter_map(|(sid, json)| lets_in(sid, json)));
            }
            Err(error) => others.push(format!("its policy is {error}")),
        },
        unseen => others.push(unknown("policy", unseen)),
    }
    others.extend(of_an_echo(wanted, found));
    others
}

/// The tags by which the bucket is the target of an echo, unless they are the pair's own. Rules within an account leave nothing
/// else on it.
fn of_an_echo(wanted: &DesiredBucket, found: &ObservedBucket) -> Option<String> {
    let tags = found.tags.present()?;
    let own = |key: &str| wanted.creation.as_ref()?.tags.get(key);
    let told: Vec<String> = [ECHO_OF, COPY_OF]
        .into_iter()
        .filter_map(|key| tags.get(key).map(|value| (key, value)))
        .filter(|(key, value)| own(key) != Some(value))
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    (!told.is_empty()).then(|| {
        format!(
            "an echo, whose target it is, or was, as its tags say: {}",
            told.join(", ")
        )
    })
}

/// A statement that lets another source replicate into the bucket.
fn lets_in(sid: Option<&str>, json: &str) -> Option<String> {
    let sid = sid.unwrap_or_default();
    let of_a_pair = sid.starts_with(FROM_PREFIX);
    let of_a_stranger = !sid.starts_with(SID_PREFIX) && json.contains(REPLICATE);
    (of_a_pair || of_a_stranger).then(|| match sid {
        "" => format!("a statement without Sid in its policy that allows {REPLICATE}"),
        sid => format!("statement \"{sid}\" of its policy, for a source in another account"),
    })
}

fn unknown(part: &str, seen: &Seen<String>) -> String {
    match seen {
        Seen::Denied { action, message } => {
            format!("its {part} may not be read, so nobody knows (allow {action}): {message}")
        }
        _ => format!("its {part} was not looked at, so nobody knows"),
    }
}

/// Says that the bucket stays, and because of whom.
pub(super) fn keep(at: &BucketRef, wanted: &DesiredBucket, others: &[String]) -> Problem {
    let mut named: Vec<String> = others
        .iter()
        .take(NAMED)
        .map(|other| format!("  - {other}"))
        .collect();
    if others.len() > NAMED {
        named.push(format!("  - and {} more", others.len() - NAMED));
    }
    Problem::warning(
        [wanted.label.as_str(), "bucket"],
        format!("Bucket {at} stays"),
        format!(
            "Replication of others stands on it, so it is neither emptied nor deleted, although `force_destroy` is set:\n{}\n\nWhere that belongs to pairs that this same run destroys, the bucket goes with the last of them. Otherwise it stays, and Terraform knows it no more: once nothing stands on it and it is not wanted, delete it by hand.",
            named.join("\n")
        ),
    )
}
