//! A world of buckets, roles and keys: it refuses what S3, IAM and KMS refuse, and shows only what is asked for.

use std::collections::{BTreeMap, BTreeSet};

use replication::bucket::BucketRef;
use replication::document::ReplicationDocument;
use replication::observed::{Existence, KeyFacts, Reads, RoleFacts};
use replication::{
    Encryption, KeyArn, Lifecycle, Logging, ObjectLock, Observed, ObservedBucket, ObservedKey,
    ObservedRole, Ownership, PublicAccessBlock, Retention, RoleArn, Seen, Step, Versioning, policy,
};
use serde_json::Value;

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

    fn bucket(&mut self, at: &BucketRef) -> Result<&mut Bucket, String> {
        self.buckets
            .get_mut(at)
            .ok_or_else(|| format!("NoSuchBucket: {at}"))
    }

    fn role(&mut self, arn: &RoleArn) -> Result<&mut Role, String> {
        self.roles
            .get_mut(arn)
            .ok_or_else(|| format!("NoSuchEntity: {arn}"))
    }

    /// Takes one step, or refuses it as the service would.
    pub fn take(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::CreateBucket {
                at,
                object_lock,
                tags,
                ..
            } => {
                if self.buckets.keys().any(|other| other.bucket == at.bucket) {
                    return Err(format!("BucketAlreadyExists: {at}"));
                }
                let mut bucket = Bucket::new();
                bucket.object_lock = *object_lock;
                bucket.tags.clone_from(tags);
                if *object_lock {
                    bucket.versioning = Versioning::Enabled;
                }
                self.buckets.insert(at.clone(), bucket);
            }
            Step::PutVersioning { at } => self.bucket(at)?.versioning = Versioning::Enabled,
            Step::PutPublicAccessBlock { at, block } => {
                self.bucket(at)?.public_access_block = Some(*block);
            }
            Step::DeletePublicAccessBlock { at } => self.bucket(at)?.public_access_block = None,
            Step::PutOwnership { at, ownership } => self.bucket(at)?.ownership = Some(*ownership),
            Step::DeleteOwnership { at } => self.bucket(at)?.ownership = None,
            Step::PutLifecycle { at, lifecycle, .. } => {
                self.bucket(at)?.lifecycle.clone_from(lifecycle);
            }
            Step::PutCors { at, document } => self.bucket(at)?.cors.clone_from(document),
            Step::PutEncryption { at, encryption } => {
                self.bucket(at)?.encryption = encryption.clone();
            }
            Step::PutBucketTags { at, tags, .. } => self.bucket(at)?.tags = tags.clone(),
            Step::PutLogging { at, logging } => {
                let target = |other: &&BucketRef| {
                    other.site == at.site && other.bucket.as_str() == logging.bucket
                };
                if !self.buckets.keys().any(|other| target(&other)) {
                    return Err(format!("InvalidTargetBucketForLogging: {}", logging.bucket));
                }
                self.bucket(at)?.logging = Some(logging.clone());
            }
            Step::PutObjectLock { at, retention } => {
                let bucket = self.bucket(at)?;
                if bucket.versioning != Versioning::Enabled {
                    return Err(format!("InvalidBucketState: {at} is not versioned"));
                }
                bucket.object_lock = true;
                bucket.retention.clone_from(retention);
            }
            Step::PutBucketPolicy { at, policy, .. } => {
                if let Some(text) = policy {
                    self.check_principals(text)?;
                    if text.len() > 20 * 1024 {
                        return Err("PolicyTooLarge".to_owned());
                    }
                }
                self.bucket(at)?.policy.clone_from(policy);
            }
            Step::PutKeyPolicy { key, policy, .. } => {
                self.check_principals(policy)?;
                if !self.keys.contains_key(key) {
                    return Err(format!("NotFoundException: {key}"));
                }
                self.keys.insert(key.clone(), policy.clone());
            }
            Step::PutReplicationRules { at, document, .. } => {
                if let Some(xml) = document {
                    self.check_replication(at, xml)?;
                }
                self.bucket(at)?.replication.clone_from(document);
            }
            Step::EmptyBucket { at } => self.bucket(at)?.objects = 0,
            Step::DeleteBucket { at } => {
                if self.bucket(at)?.objects > 0 {
                    return Err(format!("BucketNotEmpty: {at}"));
                }
                self.buckets.remove(at);
            }
            step => self.take_of_role(step)?,
        }
        Ok(())
    }

    fn take_of_role(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::CreateRole {
                role,
                trust,
                boundary,
                tags,
                ..
            } => {
                if self.roles.contains_key(role) {
                    return Err(format!("EntityAlreadyExists: {role}"));
                }
                let made = Role {
                    trust: trust.clone(),
                    boundary: boundary.clone(),
                    tags: tags.clone(),
                    policies: BTreeMap::new(),
                };
                self.roles.insert(role.clone(), made);
            }
            Step::PutRoleTrust { role, trust, .. } => self.role(role)?.trust.clone_from(trust),
            Step::PutRoleBoundary { role, boundary, .. } => {
                self.role(role)?.boundary.clone_from(boundary);
            }
            Step::TagRole { role, tags, .. } => self.role(role)?.tags.extend(tags.clone()),
            Step::PutRolePolicy {
                role, name, policy, ..
            } => {
                let role = self.role(role)?;
                role.policies.insert(name.clone(), policy.clone());
                let size: usize = role.policies.values().map(String::len).sum();
                if size > 10_240 {
                    return Err("LimitExceeded".to_owned());
                }
            }
            Step::DeleteRolePolicy { role, name, .. } => {
                self.role(role)?
                    .policies
                    .remove(name)
                    .ok_or_else(|| format!("NoSuchEntity: {name}"))?;
            }
            Step::DeleteRole { role, policies, .. } => {
                let found = self.role(role)?;
                found.policies.retain(|name, _| !policies.contains(name));
                if !found.policies.is_empty() {
                    return Err(format!("DeleteConflict: {role}"));
                }
                self.roles.remove(role);
            }
            other => panic!("no step of a role: {other}"),
        }
        Ok(())
    }

    /// S3 and KMS refuse a policy that names a role which is not there.
    fn check_principals(&self, text: &str) -> Result<(), String> {
        let policy: Value =
            serde_json::from_str(text).map_err(|e| format!("MalformedPolicy: {e}"))?;
        for statement in policy["Statement"].as_array().into_iter().flatten() {
            let Some(principal) = statement["Principal"]["AWS"].as_str() else {
                continue;
            };
            if let Ok(role) = principal.parse::<RoleArn>()
                && !self.roles.contains_key(&role)
            {
                return Err(format!("MalformedPolicy: Invalid principal {role}"));
            }
        }
        Ok(())
    }

    fn check_replication(&self, at: &BucketRef, xml: &str) -> Result<(), String> {
        let document = ReplicationDocument::parse(xml).map_err(|e| format!("MalformedXML: {e}"))?;
        let from = self.buckets.get(at).ok_or("NoSuchBucket")?;
        if from.versioning != Versioning::Enabled {
            return Err(format!("Versioning must be 'Enabled' on {at}"));
        }
        if document.role.is_empty() {
            return Err("InvalidArgument: no role".to_owned());
        }
        if document.rules.is_empty() || document.rules.len() > 1000 {
            return Err("MalformedXML: 1 to 1,000 rules".to_owned());
        }
        let (mut ids, mut priorities) = (BTreeSet::new(), BTreeSet::new());
        let v1 = document.rules[0].rule.v1;
        for found in &document.rules {
            let rule = &found.rule;
            if rule.v1 != v1 {
                return Err("InvalidRequest: V1 and V2 mixed".to_owned());
            }
            if !ids.insert(&rule.id) || rule.id.len() > 255 {
                return Err(format!("InvalidArgument: ID {}", rule.id));
            }
            if !v1 {
                let priority = rule.priority.ok_or("InvalidRequest: no priority")?;
                if !priorities.insert(priority) || priority > 2_147_483_647 {
                    return Err(format!("InvalidRequest: priority {priority}"));
                }
                if !rule.filter.tags.is_empty() && rule.delete_markers {
                    return Err("InvalidRequest: tags and delete markers".to_owned());
                }
                if rule.rtc && !rule.metrics {
                    return Err("InvalidRequest: RTC without metrics".to_owned());
                }
                if !found.xml.contains("DeleteMarkerReplication>") {
                    return Err("InvalidRequest: no DeleteMarkerReplication".to_owned());
                }
            }
            if rule.kms_objects != rule.replica_key.is_some() {
                return Err("InvalidRequest: KMS criteria and key come together".to_owned());
            }
            if rule.owner_override && rule.account.is_none() {
                return Err("InvalidRequest: owner override without account".to_owned());
            }
            let to = self
                .buckets
                .iter()
                .find(|(other, _)| format!("arn:aws:s3:::{}", other.bucket) == rule.destination)
                .ok_or("InvalidRequest: Destination bucket must exist")?;
            if to.0 == at {
                return Err("InvalidRequest: destination is source".to_owned());
            }
            if to.1.versioning != Versioning::Enabled {
                return Err("Destination bucket must have versioning enabled".to_owned());
            }
        }
        Ok(())
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
