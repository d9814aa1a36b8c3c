//! The documents of a replication as they stand, and what they allow.

use std::collections::BTreeMap;

use super::required::{On, Options, Requirement, Subject, required_actions};
use super::{Context, Document};
use crate::gateway::readable;
use crate::lab::{Lab, Site};
use crate::{Because as _, LabError};

/// One direction of a replication: who, from where, to where.
#[derive(Debug, Clone)]
pub struct Simulation<'a> {
    /// The replication role's ARN.
    pub role: String,
    /// The source's site.
    pub source: &'a Site,
    /// The source bucket.
    pub source_bucket: String,
    /// The destination's site.
    pub destination: &'a Site,
    /// The destination bucket.
    pub destination_bucket: String,
    /// The key ARN of the source's objects.
    pub source_key: Option<String>,
    /// The key ARN of the replicas.
    pub destination_key: Option<String>,
    /// What the replication does.
    pub options: Options,
}

/// The documents that stand.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The role's trust.
    pub trust: Document,
    /// The role's policies, inline and attached, by name.
    pub policies: BTreeMap<String, Document>,
    /// The destination bucket's policy.
    pub bucket_policy: Document,
    /// The destination key's policy.
    pub key_policy: Document,
}

/// Something that is needed and not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding(pub String);

impl Simulation<'_> {
    /// Reads the documents back from the lab.
    pub async fn standing(&self, lab: &Lab) -> Result<Standing, LabError> {
        let iam = lab.admin_iam(self.source);
        let name = self.role.rsplit('/').next().unwrap_or_default();
        let role = iam
            .get_role()
            .role_name(name)
            .send()
            .await
            .because("the role cannot be read")?;
        let trust = role
            .role()
            .and_then(|role| role.assume_role_policy_document())
            .unwrap_or("{}");
        Ok(Standing {
            trust: Document::parse(&readable(trust))?,
            policies: role_policies(&iam, name).await?,
            bucket_policy: self.bucket_policy(lab).await?,
            key_policy: self.key_policy(lab).await?,
        })
    }

    async fn bucket_policy(&self, lab: &Lab) -> Result<Document, LabError> {
        let s3 = lab.admin_s3(self.destination);
        match s3
            .get_bucket_policy()
            .bucket(&self.destination_bucket)
            .send()
            .await
        {
            Ok(read) => Document::parse(read.policy().unwrap_or("{}")),
            Err(error)
                if error
                    .raw_response()
                    .is_some_and(|answer| answer.status().as_u16() == 404) =>
            {
                Ok(Document::empty())
            }
            Err(error) => Err(LabError::new(format!(
                "the destination's bucket policy cannot be read: {error:?}"
            ))),
        }
    }

    async fn key_policy(&self, lab: &Lab) -> Result<Document, LabError> {
        let Some(key) = &self.destination_key else {
            return Ok(Document::empty());
        };
        let read = lab
            .admin_kms(self.destination)
            .get_key_policy()
            .key_id(key)
            .policy_name("default")
            .send()
            .await;
        Document::parse(
            read.because("the destination key's policy cannot be read")?
                .policy()
                .unwrap_or("{}"),
        )
    }

    /// What is needed and not allowed; empty is right.
    pub async fn missing(&self, lab: &Lab, standing: &Standing) -> Result<Vec<Finding>, LabError> {
        let mut findings = Vec::new();
        let source_arn = format!("arn:aws:s3:::{}", self.source_bucket);
        let account = self.source.account.clone();
        // S3 assumes the role for this bucket of this account, and for nobody else's.
        let assumes = standing.trust.of_principal("Service", "s3.amazonaws.com");
        let as_us = values(&[
            ("aws:SourceAccount", &account),
            ("aws:SourceArn", &source_arn),
        ]);
        if !self
            .allows(lab, &[assumes.under(&as_us)], "sts:AssumeRole", "*")
            .await?
        {
            findings.push(Finding(format!(
                "trust of {}: S3 may not assume it for {source_arn}",
                self.role
            )));
        }
        let stranger = values(&[
            ("aws:SourceAccount", "999999999999"),
            ("aws:SourceArn", "arn:aws:s3:::somebody-elses"),
        ]);
        if self
            .allows(lab, &[assumes.under(&stranger)], "sts:AssumeRole", "*")
            .await?
        {
            findings.push(Finding(format!(
                "trust of {}: S3 may assume it for another account's bucket",
                self.role
            )));
        }
        for requirement in required_actions(self.options) {
            let resource = self.resource(requirement.on)?;
            let (documents, context) = self.documents(standing, requirement);
            let documents: Vec<_> = documents
                .iter()
                .map(|document| document.under(&context))
                .collect();
            if !self
                .allows(lab, &documents, requirement.action, &resource)
                .await?
            {
                findings.push(Finding(format!(
                    "{:?} does not allow {} on {resource}",
                    requirement.subject, requirement.action
                )));
            }
        }
        Ok(findings)
    }

    /// Each way of taking one statement away, and those after which the check still passes: there must be none.
    pub async fn needless_statements(
        &self,
        lab: &Lab,
        standing: &Standing,
    ) -> Result<Vec<String>, LabError> {
        let mut needless = Vec::new();
        for (name, mutant) in standing.mutants() {
            if self.missing(lab, &mutant).await?.is_empty() {
                needless.push(name);
            }
        }
        Ok(needless)
    }

    fn documents(&self, standing: &Standing, requirement: Requirement) -> (Vec<Document>, Context) {
        let through = |site: &Site, bucket: &str| {
            values(&[
                (
                    "kms:ViaService",
                    &format!("s3.{}.amazonaws.com", site.region),
                ),
                (
                    "kms:EncryptionContext:aws:s3:arn",
                    &format!("arn:aws:s3:::{bucket}/some/key"),
                ),
            ])
        };
        let context = match requirement.on {
            On::SourceKey => through(self.source, &self.source_bucket),
            On::DestinationKey => through(self.destination, &self.destination_bucket),
            _ => values(&[
                ("aws:PrincipalArn", &self.role),
                ("aws:ResourceAccount", &self.account_of(requirement.on)),
            ]),
        };
        let documents = match requirement.subject {
            Subject::Role => standing.policies.values().cloned().collect(),
            Subject::DestinationBucket => {
                vec![standing.bucket_policy.of_principal("AWS", &self.role)]
            }
            Subject::DestinationKey => vec![standing.key_policy.of_principal("AWS", &self.role)],
        };
        (documents, context)
    }

    fn account_of(&self, on: On) -> String {
        match on {
            On::SourceBucket | On::SourceObjects | On::SourceKey => self.source.account.clone(),
            On::DestinationObjects | On::DestinationKey => self.destination.account.clone(),
        }
    }

    fn resource(&self, on: On) -> Result<String, LabError> {
        let key = |key: &Option<String>| {
            key.clone()
                .ok_or_else(|| LabError::new("a check with KMS needs both keys"))
        };
        Ok(match on {
            On::SourceBucket => format!("arn:aws:s3:::{}", self.source_bucket),
            On::SourceObjects => format!("arn:aws:s3:::{}/some/key", self.source_bucket),
            On::DestinationObjects => format!("arn:aws:s3:::{}/some/key", self.destination_bucket),
            On::SourceKey => key(&self.source_key)?,
            On::DestinationKey => key(&self.destination_key)?,
        })
    }

    async fn allows(
        &self,
        lab: &Lab,
        documents: &[Document],
        action: &str,
        resource: &str,
    ) -> Result<bool, LabError> {
        let texts: Vec<_> = documents
            .iter()
            .filter(|document| !document.statements().is_empty())
            .map(ToString::to_string)
            .collect();
        if texts.is_empty() {
            return Ok(false);
        }
        let asked = lab
            .admin_iam(self.source)
            .simulate_custom_policy()
            .set_policy_input_list(Some(texts));
        let answer = asked
            .action_names(action)
            .resource_arns(resource)
            .send()
            .await
            .because("the policies cannot be simulated")?;
        Ok(answer
            .evaluation_results()
            .first()
            .is_some_and(|result| result.eval_decision().as_str() == "allowed"))
    }
}

/// A role's policies, inline and attached, by name.
async fn role_policies(
    iam: &aws_sdk_iam::Client,
    role: &str,
) -> Result<BTreeMap<String, Document>, LabError> {
    let mut policies = BTreeMap::new();
    let listed = iam
        .list_role_policies()
        .role_name(role)
        .send()
        .await
        .because("the role's policies cannot be listed")?;
    for policy in listed.policy_names() {
        let read = iam
            .get_role_policy()
            .role_name(role)
            .policy_name(policy)
            .send()
            .await;
        let read = read.because("a policy of the role cannot be read")?;
        policies.insert(
            policy.clone(),
            Document::parse(&readable(read.policy_document()))?,
        );
    }
    let attached = iam
        .list_attached_role_policies()
        .role_name(role)
        .send()
        .await;
    for policy in attached
        .because("the role's attached policies cannot be listed")?
        .attached_policies()
    {
        let arn = policy.policy_arn().unwrap_or_default();
        let read = iam
            .get_policy()
            .policy_arn(arn)
            .send()
            .await
            .because("an attached policy cannot be read")?;
        let version = read
            .policy()
            .and_then(|policy| policy.default_version_id())
            .unwrap_or("v1")
            .to_owned();
        let read = iam
            .get_policy_version()
            .policy_arn(arn)
            .version_id(version)
            .send()
            .await;
        let read = read.because("an attached policy's version cannot be read")?;
        let text = read
            .policy_version()
            .and_then(|version| version.document())
            .unwrap_or("{}");
        policies.insert(arn.to_owned(), Document::parse(&readable(text))?);
    }
    Ok(policies)
}

impl Standing {
    /// Each way of taking one statement of the role or the bucket away.
    pub fn mutants(&self) -> Vec<(String, Standing)> {
        let mut mutants = Vec::new();
        for index in 0..self.trust.statements().len() {
            let trust = self.trust.without_statement(index);
            mutants.push((
                format!("trust statement {index}"),
                Standing {
                    trust,
                    ..self.clone()
                },
            ));
        }
        for (name, document) in &self.policies {
            for index in 0..document.statements().len() {
                let mut mutant = self.clone();
                mutant
                    .policies
                    .insert(name.clone(), document.without_statement(index));
                mutants.push((format!("{name} statement {index}"), mutant));
            }
            for (action, document) in document.without_each_action() {
                let mut mutant = self.clone();
                mutant.policies.insert(name.clone(), document);
                mutants.push((format!("{name} action {action}"), mutant));
            }
        }
        for index in 0..self.bucket_policy.statements().len() {
            let bucket_policy = self.bucket_policy.without_statement(index);
            mutants.push((
                format!("bucket policy statement {index}"),
                Standing {
                    bucket_policy,
                    ..self.clone()
                },
            ));
        }
        mutants
    }
}

fn values(pairs: &[(&'static str, &str)]) -> Context {
    pairs
        .iter()
        .map(|(key, value)| (*key, (*value).to_owned()))
        .collect()
}
