//! Where a bucket is, whatever its site is called: two sites may be two ways to one bucket.

use replication::bucket::BucketRef;
use replication::{AccountId, BucketName, Namespace, Pair, Region, Side, Site};

/// A bucket. Not its name alone: systems that speak S3, and partitions, have each their own names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Within what its name is unique.
    pub namespace: Namespace,
    /// Whose it is.
    pub account: AccountId,
    /// Where it is.
    pub region: Region,
    /// Its name.
    pub bucket: BucketName,
}

impl Place {
    /// That of a bucket at a site.
    pub fn at(site: &Site, bucket: &BucketName) -> Self {
        Self {
            namespace: site.namespace.clone(),
            account: site.account.clone(),
            region: site.region.clone(),
            bucket: bucket.clone(),
        }
    }

    /// That of a side's bucket.
    pub fn of(side: &Side) -> Self {
        Self::at(&side.site, &side.bucket)
    }
}

/// A bucket that a pair has to do with.
pub struct Ground {
    /// The side that it belongs to: `source` or `destination`.
    pub side: &'static str,
    /// Whether it takes the side's access log.
    pub is_log: bool,
    /// The bucket as the pair's site sees it.
    pub at: BucketRef,
    /// Where it is.
    pub place: Place,
    /// Whether the pair makes it where it is missing.
    pub create: bool,
}

/// The buckets that a pair has to do with.
pub fn grounds(pair: &Pair) -> Vec<Ground> {
    let mut grounds = Vec::new();
    for (label, side) in [("source", &pair.source), ("destination", &pair.destination)] {
        grounds.push(Ground {
            side: label,
            is_log: false,
            at: side.at(),
            place: Place::of(side),
            create: side.create,
        });
        if let Some(log) = &side.access_log {
            grounds.push(Ground {
                side: label,
                is_log: true,
                at: side.log_bucket(log),
                place: Place::at(&side.site, &log.bucket),
                create: log.create,
            });
        }
    }
    grounds
}
