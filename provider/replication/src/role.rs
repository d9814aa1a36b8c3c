//! The policies that replication needs, and no more: no wildcard action, no resource beyond the pair's own.
//!
//! Source: "Setting up permissions for live replication" and "Replicating encrypted objects" in the S3 user guide.

use crate::arn::KeyArn;
use crate::name::{AccountId, Partition, Region, SiteName};
use crate::policy::{PolicyDocument, Principal, Statement};

/// The name of the one inline policy on the role of a site.
pub const SITE_POLICY: &str = "crr-replication";

/// The path of the roles that we make.
pub const PATH: &str = "/crr/";

/// What S3 reads of a bucket that replicates.
const SOURCE_BUCKET: [&str; 2] = ["s3:GetReplicationConfiguration", "s3:ListBucket"];
/// What S3 reads of its objects. `s3:GetObjectVersion` would not do: it does not serve SSE-KMS objects.
const SOURCE_OBJECTS: [&str; 3] = [
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionTagging",
];
/// What it reads besides where the source has Object Lock.
const LOCKED_OBJECTS: [&str; 2] = ["s3:GetObjectRetention", "s3:GetObjectLegalHold"];
/// What it writes at the destination.
const DESTINATION_OBJECTS: [&str; 3] = [
    "s3:ReplicateObject",
    "s3:ReplicateDelete",
    "s3:ReplicateTags",
];
/// What it writes besides where the destination's owner is to own the replicas.
const OWNER_OVERRIDE: &str = "s3:ObjectOwnerOverrideToBucketOwner";

/// The name of a whole site's role, where nobody gives it another.
pub fn name_for_site(site: &SiteName) -> String {
    format!("crr-site-{}", site.configured())
        .chars()
        .take(64)
        .collect()
}

/// Who may assume a replication role: S3, and only on behalf of these buckets of this account.
///
/// The two conditions guard against a confused deputy: another account's bucket that names our role.
pub fn trust_policy(account: &AccountId, source_arns: &[String]) -> PolicyDocument {
    let mut statement = Statement::allow("S3Replicates", ["sts:AssumeRole"], Vec::<String>::new())
        .for_principal(Principal::Service("s3.amazonaws.com".to_owned()))
        .when("StringEquals", "aws:SourceAccount", [account.as_str()]);
    if !source_arns.is_empty() {
        let operator = if source_arns.iter().any(|arn| arn.contains(['*', '?'])) {
            "ArnLike"
        } else {
            "ArnEquals"
        };
        statement = statement.when(
            operator,
            "aws:SourceArn",
            source_arns.iter().map(String::as_str),
        );
    }
    PolicyDocument {
        statements: vec![statement],
    }
}

/// A KMS key, and where it is used: on what objects, through S3 of which region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The key.
    pub key: KeyArn,
    /// The region whose S3 calls KMS.
    pub region: Region,
}

/// What a replication role is to be able to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// The partition of everything.
    pub partition: Partition,
    /// The ARNs of the buckets that it reads, perhaps patterns.
    pub sources: Vec<String>,
    /// The ARNs of the buckets that it writes, perhaps patterns.
    pub destinations: Vec<String>,
    /// Whether sources have Object Lock.
    pub object_lock: bool,
    /// Whether the destination's owner is to own the replicas.
    pub owner_override: bool,
    /// The keys that the sources' objects are encrypted with.
    pub decrypt: Vec<KeyUse>,
    /// The keys that replicas are to be encrypted with.
    pub encrypt: Vec<KeyUse>,
}

fn objects(bucket_arns: &[String]) -> Vec<String> {
    bucket_arns.iter().map(|arn| format!("{arn}/*")).collect()
}

impl Permissions {
    /// The policy that goes on the role.
    pub fn role_policy(&self) -> PolicyDocument {
        let source_objects = SOURCE_OBJECTS
            .iter()
            .chain(LOCKED_OBJECTS.iter().filter(|_| self.object_lock))
            .copied();
        let destination_objects = DESTINATION_OBJECTS
            .iter()
            .copied()
            .chain(self.owner_override.then_some(OWNER_OVERRIDE));
        let mut statements = vec![
            Statement::allow(
                "ReadSourceBucket",
                SOURCE_BUCKET,
                self.sources.iter().cloned(),
            ),
            Statement::allow("ReadSourceObjects", source_objects, objects(&self.sources)),
            Statement::allow(
                "WriteReplicas",
                destination_objects,
                objects(&self.destinations),
            ),
        ];
        for (sid, action, uses, arns) in [
            ("DecryptSource", "kms:Decrypt", &self.decrypt, &self.sources),
            (
                "EncryptReplicas",
                "kms:Encrypt",
                &self.encrypt,
                &self.destinations,
            ),
        ] {
            for (index, key_use) in uses.iter().enumerate() {
                // A statement for each key: the region that a key is used through belongs to it alone.
                let sid = if index == 0 {
                    sid.to_owned()
                } else {
                    format!("{sid}{}", index + 1)
                };
                statements.push(self.key_statement(&sid, action, key_use, arns));
            }
        }
        PolicyDocument { statements }
    }

    fn key_statement(
        &self,
        sid: &str,
        action: &str,
        key_use: &KeyUse,
        bucket_arns: &[String],
    ) -> Statement {
        // The encryption context is the object's ARN, or the bucket's where an S3 Bucket Key is on.
        let context = bucket_arns.iter().cloned().chain(objects(bucket_arns));
        let resource = match key_use.key.alias() {
            Some(_) => key_use.key.any_key_beside(),
            None => key_use.key.to_string(),
        };
        let via = format!("s3.{}.{}", key_use.region, self.partition.dns_suffix());
        let statement = Statement::allow(sid, [action], [resource])
            .when("StringEquals", "kms:ViaService", [via])
            .when("StringLike", "kms:EncryptionContext:aws:s3:arn", context);
        match key_use.key.alias() {
            // Policies cannot name an alias as a resource, only as a condition on the key's aliases.
            Some(alias) => {
                statement.when("ForAnyValue:StringEquals", "kms:ResourceAliases", [alias])
            }
            None => statement,
        }
    }
}

/// What a bucket in another account must let the role do.
pub fn destination_statement(
    sid: String,
    role: &str,
    bucket_arn: &str,
    owner_override: bool,
) -> Statement {
    let actions = DESTINATION_OBJECTS
        .iter()
        .copied()
        .chain(owner_override.then_some(OWNER_OVERRIDE));
    Statement::allow(sid, actions, [format!("{bucket_arn}/*")])
        .for_principal(Principal::Aws(role.to_owned()))
}

/// What a key in another account must let the role do. In a key policy `*` means this key.
pub fn key_statement(sid: String, role: &str) -> Statement {
    Statement::allow(sid, ["kms:Encrypt", "kms:GenerateDataKey"], ["*"])
        .for_principal(Principal::Aws(role.to_owned()))
}
