//! A world of buckets, roles and keys: it refuses what S3, IAM and KMS refuse, and shows only what is asked for.

mod take;

use std::collections::BTreeMap;

use replication::bucket::BucketRef;
use replication::document::ReplicationDocument;
use replication::observed::{Existence, KeyFacts, Reads, RoleFacts};
use replication::{
    Encryption, KeyArn, Lifecycle, Logging, ObjectLock, Observed, ObservedBucket, ObservedKey,
    ObservedRole, Ownership, PublicAccessBlock, Retention, RoleArn, Seen, Versioning, policy,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    pub versioning: Versioning,
    pub replication: Option<String>,
    pub policy: Option<String>,
    pub encryption: Encryption,
    pub ownership: Option<Ownership>,
    pub public_access_block: Option<PublicAccessBlock>,
    pub tags: BTreeMap<String, String>,
    pub object_lock: bool,
    pub retention: Option<Retention>,
    pub logging: Option<Logging>,
    pub lifecycle: Option<Lifecycle>,
    pub cors: Option<String>,
    /// How many objects it holds.
    pub objects: usize,
}

impl Bucket {
    pub fn new() -> Self {
        Self {
            versioning: Versioning::Never,
            replication: None,
            policy: None,
            encryption: Encryption::with_key(None),
            ownership: Some(Ownership::BucketOwnerEnforced),
            public_access_block: Some(PublicAccessBlock::ALL),
            tags: BTreeMap::new(),
            object_lock: false,
            retention: None,
            logging: None,
            lifecycle: None,
            cors: None,
            objects: 0,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub trust: String,
    pub boundary: Option<String>,
    pub tags: BTreeMap<String, String>,
    pub policies: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct World {
    pub buckets: BTreeMap<BucketRef, Bucket>,
    pub roles: BTreeMap<RoleArn, Role>,
    /// The policies of keys.
    pub keys: BTreeMap<KeyArn, String>,
}

impl World {
    /// What a look shows: nothing that was not asked for.
    pub fn look(&self, reads: &Reads) -> Observed {
        let mut observed = Observed::default();
        for (at, read) in &reads.buckets {
            let seen = match self.buckets.get(at) {
                None => ObservedBucket::of(Existence::Missing),
                Some(found) => ObservedBucket {
                    existence: Existence::Exists,
                    versioning: asked(read.versioning, Some(found.versioning)),
                    replication: asked(read.replication, found.replication.clone()),
                    policy: asked(read.policy, found.policy.clone()),
                    encryption: asked(read.encryption, Some(found.encryption.clone())),
                    ownership: asked(read.ownership, found.ownership),
                    public_access_block: asked(read.public_access_block, found.public_access_block),
                    tags: asked(
                        read.tags,
                        Some(found.tags.clone()).filter(|tags| !tags.is_empty()),
                    ),
                    object_lock: asked(
                        read.object_lock,
                        found.object_lock.then(|| ObjectLock {
                            retention: found.retention.clone(),
                        }),
                    ),
                    logging: asked(read.logging, found.logging.clone()),
                    lifecycle: asked(read.lifecycle, found.lifecycle.clone()),
                    cors: asked(read.cors, found.cors.clone()),
                    contents: asked(read.contents, None),
                },
            };
            observed.buckets.insert(at.clone(), seen);
        }
        for (arn, read) in &reads.roles {
            let found = self.roles.get(arn);
            let policy = |name: &String| found.and_then(|role| role.policies.get(name)).cloned();
            let seen = ObservedRole {
                role: asked(
                    true,
                    found.map(|role| RoleFacts {
                        trust: role.trust.clone(),
                        boundary: role.boundary.clone(),
                        tags: role.tags.clone(),
                    }),
                ),
                policies: read
                    .policies
                    .iter()
                    .map(|name| (name.clone(), asked(true, policy(name))))
                    .collect(),
                policy_names: asked(
                    read.policy_names,
                    found.map(|role| role.policies.keys().cloned().collect()),
                ),
            };
            observed.roles.insert(arn.clone(), seen);
        }
        for (key, read) in &reads.keys {
            let found = self.keys.get(key);
            let facts = found.map(|_| KeyFacts {
                arn: key.to_string(),
                state: "Enabled".to_owned(),
            });
            observed.keys.insert(
                key.clone(),
                ObservedKey {
                    key: asked(true, facts),
                    policy: asked(read.policy, found.cloned()),
                },
            );
        }
        observed
    }

    /// Everything of ours: by tag, by ID, by Sid, by name.
    pub fn ours(&self) -> Vec<String> {
        let mut ours = Vec::new();
        for (at, bucket) in &self.buckets {
            for rule in self.rules(at) {
                if rule.rule.id.starts_with("crr/") {
                    ours.push(format!("{at} rule {}", rule.rule.id));
                }
            }
            if bucket
                .policy
                .as_ref()
                // What was mirrored is the bucket's own by then.
                .is_some_and(|text| text.replace("\"CrrMirror", "\"").contains("\"Crr"))
            {
                ours.push(format!("{at} policy"));
            }
        }
        for (arn, role) in &self.roles {
            if role.tags.contains_key("crr:made-by") {
                ours.push(arn.to_string());
            }
            for name in role.policies.keys().filter(|name| name.starts_with("crr-")) {
                ours.push(format!("{name} on {arn}"));
            }
        }
        for (key, text) in &self.keys {
            if text.contains("\"Crr") {
                ours.push(key.to_string());
            }
        }
        ours
    }

    /// The rules that stand on a bucket.
    pub fn rules(&self, at: &BucketRef) -> Vec<replication::document::DocumentRule> {
        let document = self.buckets.get(at).and_then(|b| b.replication.as_ref());
        document.map_or_else(Vec::new, |xml| {
            ReplicationDocument::parse(xml).unwrap().rules
        })
    }

    /// The world without what has no meaning: how a list of one is written, in what order statements stand.
    pub fn settled(&self) -> Self {
        let mut world = self.clone();
        for bucket in world.buckets.values_mut() {
            if let Some(text) = &bucket.policy {
                bucket.policy = Some(policy::canonical(text).unwrap());
            }
        }
        for text in world.keys.values_mut() {
            *text = policy::canonical(text).unwrap();
        }
        world
    }
}

fn asked<T>(asked: bool, value: Option<T>) -> Seen<T> {
    match (asked, value) {
        (false, _) => Seen::NotLooked,
        (true, None) => Seen::Absent,
        (true, Some(value)) => Seen::Present(value),
    }
}
