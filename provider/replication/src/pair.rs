//! A pair: two buckets, and what replicates from the one to the other.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::arn::{KeyArn, RoleArn, bucket_arn};
use crate::bucket::{BucketRef, ObjectLock};
use crate::mirror::Mirror;
use crate::name::{
    AccountId, BucketName, Namespace, PairId, Partition, Region, RuleName, SiteName,
};
use crate::role;
use crate::rule::Filter;

mod check;
mod desired;
mod lane;
mod log;
mod reads;
mod rules;
mod warn;

pub use check::STORAGE_CLASSES;
pub use lane::own_role;

/// A site as far as the model cares: who answers there, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// What the user calls it.
    pub name: SiteName,
    /// Whose credentials it uses.
    pub account: AccountId,
    /// The partition of that account.
    pub partition: Partition,
    /// The region that it speaks to.
    pub region: Region,
    /// Within what the names of its buckets are unique.
    pub namespace: Namespace,
}

impl Site {
    /// The role of the whole site, where nobody gives it another name.
    pub fn default_role(&self) -> RoleArn {
        let name = role::name_for_site(&self.name);
        RoleArn::of(&self.partition, &self.account, role::PATH, &name)
    }
}

/// Which role a bucket's rules run under. S3 knows one role a bucket, so all pairs on a bucket share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleChoice {
    /// One of our own for each source bucket, with one inline policy for each pair.
    Own,
    /// One that is there, with the permissions that it has.
    Existing(RoleArn),
}

/// One bucket of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// Where it is.
    pub site: Site,
    /// Its name.
    pub bucket: BucketName,
    /// Whether to make it where it is missing.
    pub create: bool,
    /// Whether state remembers that we made it.
    pub created: bool,
    /// The storage class of replicas that arrive here; none: as the source object's.
    pub storage_class: Option<String>,
    /// The KMS key of the objects here.
    pub key: Option<KeyArn>,
    /// The role that rules on this bucket run under.
    pub role: RoleChoice,
    /// Whether a bucket that we make has Object Lock, and what locks new objects; none: as the other bucket has it.
    pub object_lock: Option<ObjectLock>,
    /// Where its access log goes.
    pub access_log: Option<AccessLog>,
}

/// Where the access log of a side goes: a bucket at the same site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessLog {
    /// The bucket.
    pub bucket: BucketName,
    /// What the keys begin with.
    pub prefix: String,
    /// Whether to make the bucket where it is missing.
    pub create: bool,
}

impl Side {
    /// The bucket as its site sees it.
    pub fn at(&self) -> BucketRef {
        BucketRef {
            site: self.site.name.clone(),
            bucket: self.bucket.clone(),
        }
    }

    /// The bucket's ARN.
    pub fn arn(&self) -> String {
        bucket_arn(&self.site.partition, &self.bucket)
    }
}

/// Which way objects go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From source to destination.
    OneWay,
    /// Both ways.
    TwoWay,
}

/// One rule of a pair, with the pair's options already in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "S3's rule has these switches"
)]
pub struct PairRule {
    /// Its name.
    pub name: RuleName,
    /// The S3 rule's `ID`, where it is not the one that we would give it.
    pub id: Option<String>,
    /// Which objects it is for.
    pub filter: Filter,
    /// Whether it works.
    pub enabled: bool,
    /// The highest wins; none: one is allotted.
    pub priority: Option<u32>,
    /// Whether delete markers go too.
    pub delete_markers: bool,
    /// Whether changes of a replica's metadata go back.
    pub replica_modifications: bool,
    /// Replication Time Control.
    pub rtc: bool,
    /// Replication metrics.
    pub metrics: bool,
    /// The storage class of its replicas, where it is not the side's.
    pub storage_class: Option<String>,
}

/// A pair whose every value is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Where objects come from.
    pub source: Side,
    /// Where they go.
    pub destination: Side,
    /// Which way.
    pub direction: Direction,
    /// Its rules; never empty.
    pub rules: Vec<PairRule>,
    /// Whether the destination's owner is to own the replicas; none: where it is needed.
    pub owner_override: Option<bool>,
    /// Which settings of the source the destination is to have, too.
    pub mirror: Mirror,
    /// The permissions boundary of roles of our own.
    pub boundary: Option<String>,
    /// Tags of roles and buckets that we make.
    pub tags: BTreeMap<String, String>,
    /// Whether V1 rules of others may be rewritten.
    pub adopt: bool,
    /// IDs of rules that were once given to us, so that taking one out of the configuration removes it.
    pub remembered_ids: BTreeSet<String>,
    /// The accounts that objects may go to; none: any.
    pub trusted_accounts: Option<BTreeSet<AccountId>>,
}

impl Pair {
    /// Its name.
    pub fn id(&self) -> PairId {
        PairId {
            source_site: self.source.site.name.clone(),
            source_bucket: self.source.bucket.clone(),
            destination_site: self.destination.site.name.clone(),
            destination_bucket: self.destination.bucket.clone(),
        }
    }
}

/// Eight hexadecimal digits that stand for a text.
pub(crate) fn short_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let head = digest.iter().take(4);
    let number = head.fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    format!("{number:08x}")
}
