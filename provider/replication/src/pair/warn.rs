//! What works, and may not be what the user meant; and keys that cannot work.

use std::collections::BTreeSet;

use super::lane::Lane;
use crate::desired::Desired;
use crate::observed::{Existence, Observed, Seen};
use crate::problem::Problem;

pub(super) fn warn(lane: &Lane<'_>, observed: &Observed, locked: bool, desired: &mut Desired) {
    if let Some(to) = observed.buckets.get(&lane.to.at())
        && to.existence == Existence::Exists
    {
        let created = desired
            .buckets
            .get(&lane.to.at())
            .is_some_and(|b| b.creation.is_some());
        if locked && to.object_lock.is_absent() && !created {
            desired.problems.push(Problem::warning(
                [lane.to_label, "bucket"],
                format!("Bucket {} has Object Lock, bucket {} has not", lane.from.at(), lane.to.at()),
                "S3 may take the rules and then fail every locked object with DstBucketObjectLockConfigMissing. Enable Object Lock on the destination, too.",
            ));
        }
    }
    for (side, label) in [(lane.from, lane.from_label), (lane.to, lane.to_label)] {
        let seen = side
            .key
            .as_ref()
            .and_then(|key| Some((key, observed.keys.get(key)?)));
        let Some((key, found)) = seen else { continue };
        let problem = match &found.key {
            Seen::Present(facts) if facts.state != "Enabled" => {
                Some(format!("KMS reports its state as {}.", facts.state))
            }
            Seen::Absent => Some("KMS answers NotFoundException.".to_owned()),
            _ => None,
        };
        if let Some(problem) = problem {
            desired.problems.push(Problem::error(
                [label, "kms_key_arn"],
                format!("KMS key {key} cannot be used"),
                format!("{problem} S3 would take the rules all the same and then fail every object. Enable the key, or name another."),
            ));
        }
    }
    keyless(lane, observed, desired);
    let Some(document) = lane.document(observed) else {
        return;
    };
    let owned = lane.ownership_of_rules();
    let beside: BTreeSet<&str> = document
        .foreign(&owned)
        .filter(|r| r.rule.enabled && r.rule.destination == lane.to.arn())
        .map(|r| r.rule.id.as_str())
        .collect();
    if !beside.is_empty() {
        let names: Vec<&str> = beside.into_iter().collect();
        desired.problems.push(Problem::warning(
            [lane.from_label, "bucket"],
            format!("Others already replicate {} to {}", lane.from.at(), lane.to.bucket),
            format!(
                "Rules {} have the same destination. They stay as they are; for an object that several rules match, the one of the highest priority decides. To give them to this pair, import it.",
                names.join(", ")
            ),
        ));
    }
}

/// S3 leaves objects that KMS has encrypted behind, without a word, where no rule says that they go, too.
fn keyless(lane: &Lane<'_>, observed: &Observed, desired: &mut Desired) {
    let at = lane.from.at();
    let made = desired
        .buckets
        .get(&at)
        .is_some_and(|bucket| bucket.encryption.is_some());
    let found = observed.buckets.get(&at);
    let found = found.and_then(|bucket| bucket.encryption.present());
    let Some(encryption) = found.filter(|found| found.algorithm.starts_with("aws:kms")) else {
        return;
    };
    if lane.from.key.is_some() || made {
        return;
    }
    desired.problems.push(Problem::error(
        [lane.from_label, "kms_key_arn"],
        format!("Bucket {at} encrypts with KMS by default, and no key is given"),
        format!(
            "Its default encryption is {encryption}. S3 replicates such objects only where the rules name keys; without, it leaves them behind and fails none. Give the bucket's key in `{}.kms_key_arn`, and the key of the other side in `{}.kms_key_arn`.",
            lane.from_label, lane.to_label
        ),
    ));
}
