//! The access log of a side: a bucket that S3's log delivery may write to, and the switch that makes it.

use super::{AccessLog, Pair, Side, short_hash};
use crate::arn::bucket_arn;
use crate::bucket::{BucketRef, Logging};
use crate::desired::{Desired, OwnedStatements};
use crate::observed::{BucketReads, Observed, Reads};
use crate::policy::{Principal, Statement};
use crate::problem::Problem;

/// Who writes access logs.
const DELIVERY: &str = "logging.s3.amazonaws.com";

impl Side {
    /// The bucket that takes the log, as the site sees it: S3 delivers within one region and account.
    pub fn log_bucket(&self, log: &AccessLog) -> BucketRef {
        BucketRef {
            site: self.site.name.clone(),
            bucket: log.bucket.clone(),
        }
    }
}

impl Pair {
    fn logs(&self) -> impl Iterator<Item = (&Side, &AccessLog, &'static str)> {
        let sides = [(&self.source, "source"), (&self.destination, "destination")];
        sides
            .into_iter()
            .filter_map(|(side, label)| Some((side, side.access_log.as_ref()?, label)))
    }

    /// What to look at for the logs.
    pub(super) fn log_reads(&self, reads: &mut Reads) {
        for (side, log, _) in self.logs() {
            reads.buckets.entry(side.at()).or_default().logging = true;
            let bucket = reads.buckets.entry(side.log_bucket(log)).or_default();
            bucket.policy = true;
            if log.create {
                made(bucket);
            }
        }
    }

    /// What should be of the logs.
    pub(super) fn desire_logs(&self, observed: &Observed, desired: &mut Desired) {
        for (side, log, label) in self.logs() {
            if let Some(bucket) = desired.buckets.get_mut(&side.at()) {
                bucket.logging = Some(Logging {
                    bucket: log.bucket.to_string(),
                    prefix: log.prefix.clone(),
                });
            }
            let at = side.log_bucket(log);
            let label = format!("{label}.access_log");
            let made = log.create.then_some(side.site.region.clone());
            // S3 delivers to no bucket whose default encryption is SSE-KMS with a key of its own policy unless that lets
            // it in, so a bucket of ours has S3's own keys.
            let mut wanted =
                self.made_bucket(&at, &label, made, None, observed, &mut desired.problems);
            let target = bucket_arn(&side.site.partition, &log.bucket);
            let prefix = format!("CrrLog{}", short_hash(&side.arn()));
            let statement = Statement::allow(
                format!("{prefix}Delivery"),
                ["s3:PutObject"],
                [format!("{target}/{}*", log.prefix)],
            )
            .for_principal(Principal::Service(DELIVERY.to_owned()))
            .when("ArnLike", "aws:SourceArn", [side.arn()])
            .when(
                "StringEquals",
                "aws:SourceAccount",
                [side.site.account.to_string()],
            );
            wanted.policy = Some(OwnedStatements {
                prefix,
                statements: vec![statement],
                alone: false,
                // The log goes on when the pair is gone: it is the bucket's own by then.
                stays: true,
            });
            desired.buckets.insert(at, wanted);
        }
    }

    /// A log has a bucket to itself, as far as this pair is concerned.
    pub(super) fn check_logs(&self, problems: &mut Vec<Problem>) {
        let mut taken = vec![self.source.at(), self.destination.at()];
        for (side, log, label) in self.logs() {
            let at = side.log_bucket(log);
            if taken.contains(&at) {
                problems.push(Problem::error(
                    [label, "access_log", "bucket"],
                    format!("The access log of bucket {} cannot go to {at}", side.at()),
                    "That bucket is the pair's own, where each line of the log would make another, or takes the log of the other side. Name a bucket that nothing else of this pair is in.",
                ));
            }
            taken.push(at);
        }
    }
}

/// What is looked at in a bucket that we make.
fn made(bucket: &mut BucketReads) {
    bucket.public_access_block = true;
    bucket.ownership = true;
    bucket.encryption = true;
    bucket.tags = true;
}
