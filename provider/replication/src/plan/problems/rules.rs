//! What the rules of others on a bucket leave no room for.

use crate::bucket::BucketRef;
use crate::desired::DesiredBucket;
use crate::document::ReplicationDocument;
use crate::observed::ObservedBucket;
use crate::problem::Problem;

pub(super) fn replication(
    at: &BucketRef,
    wanted: &DesiredBucket,
    found: &ObservedBucket,
    problems: &mut Vec<Problem>,
) {
    let (Some(owned), Some(xml)) = (&wanted.rules, found.replication.present()) else {
        return;
    };
    let label = wanted.label.as_str();
    let document = match ReplicationDocument::parse(xml) {
        Ok(document) => document,
        Err(error) => {
            problems.push(Problem::error(
                [label, "bucket"],
                format!("The replication configuration of bucket {at} cannot be read"),
                format!("{error}. It is left as it is."),
            ));
            return;
        }
    };
    let foreign: Vec<_> = document.foreign(owned).map(|r| &r.rule).collect();
    let v1: Vec<&str> = foreign
        .iter()
        .filter(|r| r.v1)
        .map(|r| r.id.as_str())
        .collect();
    if !v1.is_empty() && !owned.rewrite_v1 {
        problems.push(Problem::error(
            ["adopt"],
            format!("Bucket {at} has replication rules of version V1 that others made"),
            format!(
                "Rules without `Filter`: {}. S3 refuses to mix them with V2 rules, which this pair needs. Set `adopt = true` to have them rewritten as V2 with the same meaning (V1 replicates delete markers, so they will say so), or ask their owner to.",
                v1.join(", ")
            ),
        ));
    }
    if owned.rewrite_v1
        && let Some(rule) = foreign
            .iter()
            .find(|r| r.v1 && !r.unknown_elements.is_empty())
    {
        problems.push(Problem::error(
            ["adopt"],
            format!("V1 rule {} of bucket {at} cannot be rewritten", rule.id),
            format!(
                "It has elements that have no meaning known here: {}.",
                rule.unknown_elements.join(", ")
            ),
        ));
    }
    for ours in &owned.rules {
        if let Some(theirs) = foreign
            .iter()
            .find(|r| r.priority.is_some() && r.priority == ours.priority)
        {
            let name = ours.id.strip_prefix(&owned.prefix).unwrap_or(&ours.id);
            problems.push(Problem::error(
                ["rules", name, "priority"],
                format!("Priority {} is taken on bucket {at}", ours.priority.unwrap_or_default()),
                format!(
                    "Rule {} has it already, and S3 wants each priority once in a bucket. Choose another, or leave `priority` out to have a free one chosen.",
                    theirs.id
                ),
            ));
        }
    }
    let total = foreign.len() + owned.rules.len();
    if total > 1000 {
        problems.push(Problem::error(
            ["rules"],
            format!("Bucket {at} would have {total} replication rules"),
            "S3 takes at most 1,000 in one configuration, those of others included.",
        ));
    }
}
