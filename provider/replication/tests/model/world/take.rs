//! What the services do with a step, and what they refuse.

use std::collections::{BTreeMap, BTreeSet};

use replication::bucket::BucketRef;
use replication::document::ReplicationDocument;
use replication::{RoleArn, Step, Versioning};
use serde_json::Value;

use super::{Bucket, Role, World};

impl World {
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
}
