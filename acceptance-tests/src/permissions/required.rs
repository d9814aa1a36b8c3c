//! What S3 replication needs, by option: a table of its own, from AWS's documents.

/// What a replication does beyond copying.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "five independent switches of S3's"
)]
pub struct Options {
    /// The destination belongs to another account.
    pub other_account: bool,
    /// Replicas belong to the destination's owner by the rule's own word.
    pub owner_override: bool,
    /// The source's objects are encrypted with a KMS key, and the replicas with another.
    pub kms: bool,
    /// The source has Object Lock.
    pub object_lock: bool,
}

/// Which documents must allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The role's own policies.
    Role,
    /// The destination bucket's policy, for the role.
    DestinationBucket,
    /// The destination key's policy, for the role.
    DestinationKey,
}

/// What the action is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// The source bucket.
    SourceBucket,
    /// Its objects.
    SourceObjects,
    /// The destination's objects.
    DestinationObjects,
    /// The key of the source's objects.
    SourceKey,
    /// The key of the replicas.
    DestinationKey,
}

/// One thing that must be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// By whom.
    pub subject: Subject,
    /// What.
    pub action: &'static str,
    /// On what.
    pub on: On,
}

const fn need(subject: Subject, action: &'static str, on: On) -> Requirement {
    Requirement {
        subject,
        action,
        on,
    }
}

const PLAIN: [Requirement; 8] = [
    need(
        Subject::Role,
        "s3:GetReplicationConfiguration",
        On::SourceBucket,
    ),
    need(Subject::Role, "s3:ListBucket", On::SourceBucket),
    need(
        Subject::Role,
        "s3:GetObjectVersionForReplication",
        On::SourceObjects,
    ),
    need(Subject::Role, "s3:GetObjectVersionAcl", On::SourceObjects),
    need(
        Subject::Role,
        "s3:GetObjectVersionTagging",
        On::SourceObjects,
    ),
    need(Subject::Role, "s3:ReplicateObject", On::DestinationObjects),
    need(Subject::Role, "s3:ReplicateDelete", On::DestinationObjects),
    need(Subject::Role, "s3:ReplicateTags", On::DestinationObjects),
];

const OTHER_ACCOUNT: [Requirement; 3] = [
    need(
        Subject::DestinationBucket,
        "s3:ReplicateObject",
        On::DestinationObjects,
    ),
    need(
        Subject::DestinationBucket,
        "s3:ReplicateDelete",
        On::DestinationObjects,
    ),
    need(
        Subject::DestinationBucket,
        "s3:ReplicateTags",
        On::DestinationObjects,
    ),
];

/// All that a replication with these options needs.
pub fn required_actions(options: Options) -> Vec<Requirement> {
    let mut all = PLAIN.to_vec();
    if options.other_account {
        all.extend(OTHER_ACCOUNT);
    }
    if options.owner_override {
        let action = "s3:ObjectOwnerOverrideToBucketOwner";
        all.push(need(Subject::Role, action, On::DestinationObjects));
        if options.other_account {
            all.push(need(
                Subject::DestinationBucket,
                action,
                On::DestinationObjects,
            ));
        }
    }
    if options.kms {
        all.push(need(Subject::Role, "kms:Decrypt", On::SourceKey));
        all.push(need(Subject::Role, "kms:Encrypt", On::DestinationKey));
        if options.other_account {
            all.push(need(
                Subject::DestinationKey,
                "kms:Encrypt",
                On::DestinationKey,
            ));
            all.push(need(
                Subject::DestinationKey,
                "kms:GenerateDataKey",
                On::DestinationKey,
            ));
        }
    }
    if options.object_lock {
        all.push(need(
            Subject::Role,
            "s3:GetObjectRetention",
            On::SourceObjects,
        ));
        all.push(need(
            Subject::Role,
            "s3:GetObjectLegalHold",
            On::SourceObjects,
        ));
    }
    all
}
