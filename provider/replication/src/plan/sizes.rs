//! How large policies may be: known before they are written, so refused before anything is touched.

use crate::desired::Desired;
use crate::observed::{Observed, Seen};
use crate::problem::Problem;
use crate::step::Step;

/// The largest bucket policy that S3 takes, in bytes.
const BUCKET_POLICY: usize = 20 * 1024;
/// How many tags S3 lets a bucket have.
const BUCKET_TAGS: usize = 50;
/// The largest key policy that KMS takes, in bytes.
const KEY_POLICY: usize = 32 * 1024;
/// What all inline policies of one role may have together; IAM does not count white space.
const ROLE_POLICIES: usize = 10_240;

/// What the steps would write and the services refuse. Of a role we know only the policies that were read.
pub(super) fn problems<'a>(
    desired: &Desired,
    observed: &Observed,
    steps: impl Iterator<Item = &'a Step>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for step in steps {
        match step {
            Step::PutBucketPolicy {
                at,
                policy: Some(policy),
                ..
            } if policy.len() > BUCKET_POLICY => {
                let label = desired.buckets.get(at).map_or("", |b| b.label.as_str());
                problems.push(Problem::error(
                    [label, "bucket"],
                    format!("The policy of bucket {at} would have {} bytes", policy.len()),
                    format!(
                        "S3 takes at most {BUCKET_POLICY}, and each source bucket with a role of its own adds a statement. Let the source buckets share one role: make it with `replication_role` of their site, allow that role in the bucket's policy, and name it in `role`."
                    ),
                ));
            }
            Step::PutKeyPolicy { key, policy, .. } if policy.len() > KEY_POLICY => {
                let label = desired.keys.get(key).map_or("", |k| k.label.as_str());
                problems.push(Problem::error(
                    [label, "kms_key_arn"],
                    format!("The policy of {key} would have {} bytes", policy.len()),
                    format!(
                        "KMS takes at most {KEY_POLICY}. Let the source buckets share one role: make it with `replication_role` of their site, allow that role in the key's policy, and name it in `role`."
                    ),
                ));
            }
            Step::CreateBucket { at, tags, .. } | Step::PutBucketTags { at, tags, .. }
                if tags.len() > BUCKET_TAGS =>
            {
                problems.push(Problem::error(
                    ["mirror_settings"],
                    format!("Bucket {at} would have {} tags", tags.len()),
                    format!(
                        "S3 takes at most {BUCKET_TAGS}, those of the source and those that the bucket has together. Take some away, or \"tags\" out of `mirror_settings`."
                    ),
                ));
            }
            _ => {}
        }
    }
    for (arn, wanted) in &desired.roles {
        let unchanged = observed
            .roles
            .get(arn)
            .into_iter()
            .flat_map(|role| &role.policies)
            .filter(|(name, _)| !wanted.policies.contains_key(*name))
            .filter_map(|(_, policy)| Seen::present(policy));
        let ours: Vec<String> = wanted
            .policies
            .values()
            .map(|policy| policy.document.to_json())
            .collect();
        let counted = |text: &String| text.chars().filter(|c| !c.is_whitespace()).count();
        let total: usize = ours.iter().chain(unchanged).map(counted).sum();
        if total > ROLE_POLICIES {
            problems.push(Problem::error(
                [wanted.label.as_str(), "role"],
                format!("The inline policies of {arn} would have {total} characters"),
                format!(
                    "IAM takes at most {ROLE_POLICIES} for one role. Make one role for the site with `replication_role`, and name it in `role`."
                ),
            ));
        }
    }
    problems
}
