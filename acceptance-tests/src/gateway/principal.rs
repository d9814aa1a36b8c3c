//! Who is calling, and whether they may pass a role: the one permission of `PutBucketReplication` that the emulator does not check.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::Digest as _;

use super::answer::Refusal;
use super::call::{Call, Service, decode};
use super::upstream::{Upstream, element, elements};
use crate::LabError;
use crate::permissions::{Context, Document};

/// A caller as IAM sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// An account's root.
    Root {
        /// The account.
        account: String,
    },
    /// A user with keys.
    User {
        /// The account.
        account: String,
        /// The user.
        name: String,
    },
    /// A session of a role.
    Role {
        /// The account.
        account: String,
        /// The role.
        name: String,
        /// The session's ARN.
        session: String,
    },
}

impl Caller {
    /// The account.
    pub fn account(&self) -> &str {
        match self {
            Self::Root { account } | Self::User { account, .. } | Self::Role { account, .. } => {
                account
            }
        }
    }

    /// The ARN that a record of the call shows.
    pub fn arn(&self) -> String {
        match self {
            Self::Root { account } => format!("arn:aws:iam::{account}:root"),
            Self::User { account, name } => format!("arn:aws:iam::{account}:user/{name}"),
            Self::Role { session, .. } => session.clone(),
        }
    }
}

/// Sessions that were handed out, and policies already read.
#[derive(Debug, Default)]
pub struct Principals {
    /// The assumed role's ARN, by the session's access key.
    sessions: Mutex<HashMap<String, String>>,
    /// The user whose key it is, by access key.
    users: Mutex<HashMap<String, String>>,
    /// A caller's policies, by access key, until IAM is written.
    policies: Mutex<HashMap<String, (Caller, Vec<Document>)>>,
}

impl Principals {
    /// Takes note of what a call changed about callers.
    pub fn learn(&self, call: &Call, answer: &str) {
        if call.service == Service::Sts && call.operation.starts_with("AssumeRole") {
            let assumed = roxmltree::Document::parse(answer)
                .ok()
                .and_then(|document| {
                    let user = document
                        .descendants()
                        .find(|node| node.tag_name().name() == "AssumedRoleUser")?;
                    user.children()
                        .find(|node| node.tag_name().name() == "Arn")?
                        .text()
                        .map(str::to_owned)
                });
            if let (Some(key), Some(arn)) = (element(answer, "AccessKeyId"), assumed) {
                self.sessions
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(key, arn);
            }
        }
        if call.service == Service::Lambda {
            self.learn_function(answer);
        }
        let policies = call.operation.contains("UserPolicy")
            || call.operation.contains("RolePolicy")
            || call.operation.contains("PolicyVersion");
        if call.service == Service::Iam && policies && !call.reads_configuration() {
            self.policies
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clear();
        }
    }

    /// The emulator gives each function a session of its role under a key that it derives from both names, and no call shows it.
    fn learn_function(&self, answer: &str) {
        let Ok(function) = serde_json::from_str::<serde_json::Value>(answer) else {
            return;
        };
        let function = function.get("Configuration").unwrap_or(&function);
        let text = |name: &str| function.get(name).and_then(serde_json::Value::as_str);
        let (Some(arn), Some(role), Some(name)) =
            (text("FunctionArn"), text("Role"), text("FunctionName"))
        else {
            return;
        };
        let digest = sha2::Sha256::digest(format!("{arn}:{role}"));
        let digest: String = digest.iter().take(8).fold(String::new(), |mut text, byte| {
            let _ = std::fmt::Write::write_fmt(&mut text, format_args!("{byte:02X}"));
            text
        });
        let account = role.split(':').nth(4).unwrap_or_default();
        let role = role.rsplit('/').next().unwrap_or_default();
        let session = format!("arn:aws:sts::{account}:assumed-role/{role}/{name}");
        self.sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(format!("ASIA{digest}"), session);
    }

    /// The role session that this access key is of.
    pub fn session(&self, key: &str) -> Option<String> {
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(key).cloned()
    }

    /// Who has this access key; `None` where nobody does.
    pub async fn caller(&self, upstream: &Upstream, key: &str) -> Result<Option<Caller>, LabError> {
        if key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Some(Caller::Root {
                account: key.to_owned(),
            }));
        }
        let session = self
            .sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned();
        if let Some(session) = session {
            let mut parts = session.split([':', '/']);
            let account = parts.nth(4).unwrap_or_default().to_owned();
            let name = parts.nth(1).unwrap_or_default().to_owned();
            return Ok(Some(Caller::Role {
                account,
                name,
                session,
            }));
        }
        let account = upstream.account_of(key).await?;
        if account.is_empty() {
            return Ok(None);
        }
        let known = self
            .users
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned();
        if let Some(name) = known {
            return Ok(Some(Caller::User { account, name }));
        }
        let asked = upstream
            .ask(
                "iam",
                &account,
                &[("Action", "GetAccessKeyLastUsed"), ("AccessKeyId", key)],
            )
            .await?;
        let Some(name) = element(&asked.text(), "UserName") else {
            return Ok(None);
        };
        self.users
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.to_owned(), name.clone());
        Ok(Some(Caller::User { account, name }))
    }

    async fn read_policies(
        &self,
        upstream: &Upstream,
        caller: &Caller,
    ) -> Result<Vec<Document>, LabError> {
        let (kind, name) = match caller {
            Caller::Root { .. } => return Ok(Vec::new()),
            Caller::User { name, .. } => ("User", name),
            Caller::Role { name, .. } => ("Role", name),
        };
        let account = caller.account();
        let named = format!("{kind}Name");
        let mut policies = Vec::new();
        let listed = upstream
            .ask(
                "iam",
                account,
                &[("Action", &format!("List{kind}Policies")), (&named, name)],
            )
            .await?;
        for policy in elements(&listed.text(), "member") {
            let action = format!("Get{kind}Policy");
            let form = [
                ("Action", action.as_str()),
                (named.as_str(), name.as_str()),
                ("PolicyName", policy.as_str()),
            ];
            let answer = upstream.ask("iam", account, &form).await?;
            policies.extend(element(&answer.text(), "PolicyDocument"));
        }
        let listed = upstream
            .ask(
                "iam",
                account,
                &[
                    ("Action", &format!("ListAttached{kind}Policies")),
                    (&named, name),
                ],
            )
            .await?;
        for arn in elements(&listed.text(), "PolicyArn") {
            let answer = upstream
                .ask(
                    "iam",
                    account,
                    &[("Action", "GetPolicy"), ("PolicyArn", &arn)],
                )
                .await?;
            let version = element(&answer.text(), "DefaultVersionId").unwrap_or_default();
            let form = [
                ("Action", "GetPolicyVersion"),
                ("PolicyArn", arn.as_str()),
                ("VersionId", version.as_str()),
            ];
            policies.extend(element(
                &upstream.ask("iam", account, &form).await?.text(),
                "Document",
            ));
        }
        policies
            .iter()
            .map(|policy| Document::parse(&readable(policy)))
            .collect()
    }

    /// Refuses as S3 does when the caller may not pass the role to S3.
    pub async fn check_pass_role(
        &self,
        upstream: &Upstream,
        call: &Call,
        role: &str,
    ) -> Result<Option<Refusal>, LabError> {
        let kept = self
            .policies
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&call.access_key)
            .cloned();
        let (caller, policies) = if let Some(kept) = kept {
            kept
        } else {
            // A key that nobody has: the emulator says so, in its own words.
            let Some(caller) = self.caller(upstream, &call.access_key).await? else {
                return Ok(None);
            };
            let policies = self.read_policies(upstream, &caller).await?;
            let read = (caller, policies);
            self.policies
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(call.access_key.clone(), read.clone());
            read
        };
        if role.split(':').nth(4) != Some(caller.account()) {
            return Ok(Some(Refusal::new(
                403,
                "AccessDenied",
                "Cross-account pass role is not allowed.",
            )));
        }
        if matches!(caller, Caller::Root { .. }) {
            return Ok(None);
        }
        let context = Context::from([("iam:PassedToService", "s3.amazonaws.com".to_owned())]);
        let mut form = vec![
            ("Action".to_owned(), "SimulateCustomPolicy".to_owned()),
            ("ActionNames.member.1".to_owned(), "iam:PassRole".to_owned()),
            ("ResourceArns.member.1".to_owned(), role.to_owned()),
        ];
        for (index, policy) in policies.iter().enumerate() {
            form.push((
                format!("PolicyInputList.member.{}", index + 1),
                policy.under(&context).to_string(),
            ));
        }
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let answer = upstream.ask("iam", caller.account(), &form).await?;
        if element(&answer.text(), "EvalDecision").as_deref() == Some("allowed") {
            return Ok(None);
        }
        Ok(Some(Refusal::new(
            403,
            "AccessDenied",
            format!(
                "User: {} is not authorized to perform: iam:PassRole on resource: {role} because no identity-based policy allows the iam:PassRole action",
                caller.arn()
            ),
        )))
    }
}

/// IAM gives documents percent-encoded.
pub fn readable(document: &str) -> String {
    if document.trim_start().starts_with('{') {
        document.to_owned()
    } else {
        decode(document)
    }
}
