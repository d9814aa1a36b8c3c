//! The crate at the SDK's wire: a script answers in place of the network, and fails on a call that is missing or too many.

use std::collections::BTreeMap;

use replication::bucket::BucketRef;
use replication::step::PlannedStep;
use replication::{Plan, RoleArn, SiteName, Stage, Step};

use crate::{Cloud, CloudConfig, ExecuteError, Job, Retry, Secret, SiteConfig};

mod bucket_steps;
mod creating;
mod emptying;
mod endings;
mod findings;
mod identities;
mod key_renewal;
mod listing;
mod locks;
mod looking;
mod messages;
mod mirrored;
mod order;
mod role_steps;
mod script;
mod shared_documents;
mod slots;
mod trigger;

use script::{Script, answer};

pub(crate) const EAST: &str = "111122223333";
pub(crate) const WEST: &str = "444455556666";
const SECRET: &str = "wJalrXUtnFEMI-not-to-be-printed";

/// A cloud of two sites in two accounts, whose every call the script answers.
fn cloud(script: &Script) -> Cloud {
    cloud_calling(script, CloudConfig::default().max_concurrency)
}

/// The same with so many calls at once.
fn cloud_calling(script: &Script, max_concurrency: usize) -> Cloud {
    cloud_of(script, |config| config.max_concurrency = max_concurrency)
}

/// The same of a configuration that is changed so.
fn cloud_of(script: &Script, change: impl FnOnce(&mut CloudConfig)) -> Cloud {
    let site = |name: &str, region: &str| SiteConfig {
        region: Some(region.to_owned()),
        endpoints: ["s3", "iam", "sts", "kms", "events", "sqs", "lambda"]
            .map(|service| (service.to_owned(), format!("http://{service}.{name}.test")))
            .into(),
        path_style: true,
        access_key: Some(Secret::new("AKIDEXAMPLE")),
        secret_key: Some(Secret::new(SECRET)),
        session_token: Some(Secret::new(SECRET)),
        ..SiteConfig::default()
    };
    let mut config = CloudConfig {
        sites: [
            (site_name("east"), site("east", "us-east-1")),
            (site_name("west"), site("west", "us-west-2")),
        ]
        .into(),
        retry: Retry {
            attempts: 3,
            adaptive: false,
        },
        ..CloudConfig::default()
    };
    change(&mut config);
    Cloud::with_http(config, Some(script.client())).unwrap()
}

fn site_name(name: &str) -> SiteName {
    name.parse().unwrap()
}

fn at(site: &str, bucket: &str) -> BucketRef {
    BucketRef {
        site: site_name(site),
        bucket: bucket.parse().unwrap(),
    }
}

fn role() -> RoleArn {
    format!("arn:aws:iam::{EAST}:role/crr/crr-orders")
        .parse()
        .unwrap()
}

fn made_by() -> BTreeMap<String, String> {
    let (key, value) = replication::desired::MADE_BY;
    [(key.to_owned(), value.to_owned())].into()
}

/// What STS says at a site.
fn caller(script: &Script, site: &str, account: &str) {
    script.expect(
        &format!("{site} sts GetCallerIdentity"),
        answer(200).xml(&format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/ops</Arn><UserId>A</UserId><Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        )),
    );
}

fn plan(stages: Vec<Vec<Step>>) -> Plan {
    let planned = |step| PlannedStep {
        step,
        because: vec!["test".to_owned()],
    };
    Plan {
        stages: stages
            .into_iter()
            .map(|steps| Stage {
                steps: steps.into_iter().map(planned).collect(),
            })
            .collect(),
        problems: Vec::new(),
    }
}

async fn execute(cloud: &Cloud, step: Step) -> Result<(), ExecuteError> {
    cloud
        .execute(&plan(vec![vec![step]]), &Job::default())
        .await
}
