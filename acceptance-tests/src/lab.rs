//! A local AWS with several sites, for one test or for many.
//!
//! # Flow
//!
//! [`Lab::start`] starts the emulator, the gateway in front of it, and makes an operator in each account, who may do what
//! `lab/operator-policy.json` says and nothing else. Dropping the lab ends all of it.
//!
//! # Guarantees
//!
//! Nothing outlives the process that started the lab, also after a panic or kill -9. Two labs share nothing.

mod client;
mod control;
mod emulator;
pub mod function;
mod operator;
mod site;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use serde_json::{Value, json};

use self::emulator::Emulator;
pub(crate) use self::emulator::environment;
pub use self::emulator::python;
pub use self::site::{Keys, Site};
use crate::gateway::{Calls, Fault, Gateway, Injected};
use crate::{Because as _, LabError};

/// What the documentation tells an administrator to grant.
pub const OPERATOR_POLICY: &str = include_str!("../lab/operator-policy.json");

/// What an agent needs besides, to work on a trigger's queue.
pub const AGENT_POLICY: &str = include_str!("../lab/agent-policy.json");

/// A running lab.
#[derive(Debug)]
pub struct Lab {
    sites: Vec<Site>,
    gateway: Gateway,
    http: SharedHttpClient,
    names: AtomicU32,
    emulator: Emulator,
    _folder: tempfile::TempDir,
}

/// The account of the sites `east` and `west`.
pub const HOME: &str = "111111111111";
/// The account of the site `vault`.
pub const AWAY: &str = "222222222222";

impl Lab {
    /// A lab with the sites `east` (us-east-1) and `west` (us-west-2) in one account and `vault` (eu-central-1) in another.
    pub async fn start() -> Result<Self, LabError> {
        Self::with_sites(&[
            ("east", "us-east-1", HOME),
            ("west", "us-west-2", HOME),
            ("vault", "eu-central-1", AWAY),
        ])
        .await
    }

    /// A lab with these sites: name, region, account.
    pub async fn with_sites(sites: &[(&str, &str, &str)]) -> Result<Self, LabError> {
        let folder = tempfile::Builder::new()
            .prefix("crr-lab-")
            .tempdir()
            .because("the lab's folder cannot be made")?;
        let emulator = Emulator::start(folder.path()).await?;
        let gateway = Gateway::start(emulator.authority()).await?;
        let site = |(name, region, account): &(&str, &str, &str)| Site {
            name: (*name).to_owned(),
            region: (*region).to_owned(),
            account: (*account).to_owned(),
            endpoint: gateway.endpoint(),
            operator: Keys::root(account),
        };
        let sites = sites.iter().map(site).collect();
        let mut lab = Self {
            sites,
            gateway,
            http: client::http(),
            names: AtomicU32::new(0),
            emulator,
            _folder: folder,
        };
        lab.make_operators().await?;
        lab.reset_calls();
        Ok(lab)
    }

    async fn make_operators(&mut self) -> Result<(), LabError> {
        let accounts: BTreeSet<_> = self.sites.iter().map(|site| site.account.clone()).collect();
        for account in accounts {
            let Some(site) = self.sites.iter().find(|site| site.account == account) else {
                continue;
            };
            let iam = self.admin_iam(site);
            iam.create_user()
                .user_name("operator")
                .send()
                .await
                .because("the operator cannot be made")?;
            let policy = iam
                .create_policy()
                .policy_name("operator")
                .policy_document(operator::policy()?)
                .send()
                .await;
            let policy = policy.because("the operator's policy cannot be made")?;
            let arn = policy
                .policy()
                .and_then(|policy| policy.arn())
                .unwrap_or_default()
                .to_owned();
            let attached = iam
                .attach_user_policy()
                .user_name("operator")
                .policy_arn(arn)
                .send()
                .await;
            attached.because("the operator's policy cannot be attached")?;
            let made = iam
                .create_access_key()
                .user_name("operator")
                .send()
                .await
                .because("the operator's key cannot be made")?;
            let Some(key) = made.access_key() else {
                return Err(LabError::new("the operator has no key"));
            };
            let keys = Keys {
                access_key: key.access_key_id().to_owned(),
                secret_key: key.secret_access_key().to_owned(),
                session_token: None,
            };
            for site in self.sites.iter_mut().filter(|site| site.account == account) {
                site.operator = keys.clone();
            }
        }
        Ok(())
    }

    /// Lets the operators work on the queues of triggers, as an agent does. Terraform itself neither reads nor sends a message, so
    /// this is not in their own policy.
    pub async fn grant_queues(&self) -> Result<(), LabError> {
        let accounts: BTreeSet<_> = self.sites.iter().map(|site| &site.account).collect();
        for account in accounts {
            let Some(site) = self.sites.iter().find(|site| site.account == *account) else {
                continue;
            };
            let put = self
                .admin_iam(site)
                .put_user_policy()
                .user_name("operator")
                .policy_name("queues")
                .policy_document(AGENT_POLICY);
            put.send()
                .await
                .because("the operator cannot be let to the queues")?;
        }
        Ok(())
    }

    /// All sites.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// The site of this name.
    ///
    /// # Panics
    ///
    /// Where there is none: the test is wrong.
    #[allow(
        clippy::panic,
        reason = "a test that names no site of its lab is wrong"
    )]
    pub fn site(&self, name: &str) -> &Site {
        match self.sites.iter().find(|site| site.name == name) {
            Some(site) => site,
            None => panic!("the lab has no site named {name}"),
        }
    }

    /// Where all APIs answer: the gateway.
    pub fn endpoint(&self) -> String {
        self.gateway.endpoint()
    }

    /// The emulator's process, for those who check that nothing is left.
    pub fn emulator_process(&self) -> u32 {
        self.emulator.process()
    }

    /// The functions that run in this lab, by the numbers of their processes.
    pub fn function_processes(&self) -> Vec<u32> {
        self.emulator.function_processes()
    }

    /// A bucket name that no other test of this lab, or of another, has.
    pub fn bucket(&self, stem: &str) -> String {
        format!(
            "{stem}-{}-{}",
            std::process::id(),
            self.names.fetch_add(1, Ordering::SeqCst)
        )
    }

    /// The gateway.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// All calls since the last reset, in order.
    pub fn calls(&self) -> Calls {
        self.gateway.calls()
    }

    /// Forgets all calls.
    pub fn reset_calls(&self) {
        self.gateway.reset_calls();
    }

    /// Puts a fault in force.
    pub fn inject(&self, fault: Fault) -> Injected {
        self.gateway.inject(fault)
    }

    /// Adds this time to each call.
    pub fn set_latency(&self, latency: Duration) {
        self.gateway.set_latency(latency);
    }

    /// S3 as the operator.
    pub fn s3(&self, site: &Site) -> aws_sdk_s3::Client {
        client::s3(&self.http, site, &site.operator)
    }

    /// S3 as the account's root.
    pub fn admin_s3(&self, site: &Site) -> aws_sdk_s3::Client {
        client::s3(&self.http, site, &Keys::root(&site.account))
    }

    /// S3 with these keys.
    pub fn s3_as(&self, site: &Site, keys: &Keys) -> aws_sdk_s3::Client {
        client::s3(&self.http, site, keys)
    }

    /// IAM as the operator.
    pub fn iam(&self, site: &Site) -> aws_sdk_iam::Client {
        client::iam(&self.http, site, &site.operator)
    }

    /// IAM as the account's root.
    pub fn admin_iam(&self, site: &Site) -> aws_sdk_iam::Client {
        client::iam(&self.http, site, &Keys::root(&site.account))
    }

    /// IAM of an account as its root, also where the lab has no site.
    pub fn iam_of(&self, account: &str) -> aws_sdk_iam::Client {
        self.iam_of_any()(account)
    }

    /// IAM of whichever account, for what outlives a borrow of the lab.
    pub fn iam_of_any(&self) -> Box<dyn Fn(&str) -> aws_sdk_iam::Client + Send + Sync> {
        let (http, endpoint) = (self.http.clone(), self.endpoint());
        Box::new(move |account| {
            let site = Site {
                name: account.to_owned(),
                region: "us-east-1".to_owned(),
                account: account.to_owned(),
                endpoint: endpoint.clone(),
                operator: Keys::root(account),
            };
            client::iam(&http, &site, &site.operator)
        })
    }

    /// STS as the operator.
    pub fn sts(&self, site: &Site) -> aws_sdk_sts::Client {
        client::sts(&self.http, site, &site.operator)
    }

    /// STS as the account's root.
    pub fn admin_sts(&self, site: &Site) -> aws_sdk_sts::Client {
        client::sts(&self.http, site, &Keys::root(&site.account))
    }

    /// KMS as the operator.
    pub fn kms(&self, site: &Site) -> aws_sdk_kms::Client {
        client::kms(&self.http, site, &site.operator)
    }

    /// KMS as the account's root.
    pub fn admin_kms(&self, site: &Site) -> aws_sdk_kms::Client {
        client::kms(&self.http, site, &Keys::root(&site.account))
    }

    /// EventBridge as the account's root.
    pub fn admin_events(&self, site: &Site) -> aws_sdk_eventbridge::Client {
        client::events(&self.http, site, &Keys::root(&site.account))
    }

    /// SQS as the operator.
    pub fn sqs(&self, site: &Site) -> aws_sdk_sqs::Client {
        client::sqs(&self.http, site, &site.operator)
    }

    /// SQS as the account's root.
    pub fn admin_sqs(&self, site: &Site) -> aws_sdk_sqs::Client {
        client::sqs(&self.http, site, &Keys::root(&site.account))
    }

    /// Lambda as the account's root.
    pub fn admin_lambda(&self, site: &Site) -> aws_sdk_lambda::Client {
        client::lambda(&self.http, site, &Keys::root(&site.account))
    }

    /// The provider's `sites` as a value of a Terraform variable.
    pub fn terraform_sites(&self) -> Value {
        let site = |site: &Site| {
            let endpoint = &site.endpoint;
            let value = json!({
                "region": site.region,
                "access_key": site.operator.access_key,
                "secret_key": site.operator.secret_key,
                "path_style": true,
                "endpoints": { "s3": endpoint, "s3control": endpoint, "iam": endpoint, "sts": endpoint, "kms": endpoint, "events": endpoint, "sqs": endpoint, "lambda": endpoint },
            });
            (site.name.clone(), value)
        };
        self.sites
            .iter()
            .map(site)
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}
