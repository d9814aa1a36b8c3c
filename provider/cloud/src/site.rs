//! One site as it is spoken to: its region, its endpoints, its clients.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::meta::region::ProvideRegion as _;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::profile::region::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, FrameworkMetadata, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use futures::FutureExt;
use replication::{Region, SiteName};
use tokio::sync::Semaphore;

use crate::accounts::keys;
use crate::accounts::vault::REGION;
use crate::cloud::Enter;
use crate::config::{AssumeRole, CloudConfig, Retry, SiteConfig};
use crate::connection::{CONNECT_TIMEOUT, READ_TIMEOUT};
use crate::credentials::profile::OfProfile;
use crate::credentials::{Memory, Renewed};
use crate::error::{CloudError, ErrorFacts, ErrorKind};
use crate::pace::{Turns, paced};
use crate::slots::bounded;

/// A site and its clients.
pub(crate) struct Site {
    pub name: SiteName,
    pub region: Region,
    /// The credentials in use.
    pub credentials: Memory,
    /// The endpoints in force by service, where they are not the SDK's own.
    pub endpoints: BTreeMap<String, String>,
    pub s3: aws_sdk_s3::Client,
    pub iam: aws_sdk_iam::Client,
    pub sts: aws_sdk_sts::Client,
    pub kms: aws_sdk_kms::Client,
    /// Scality Vault, by the credentials of its administrator; none where the site has no endpoint of it.
    pub vault: Option<aws_sdk_iam::Client>,
    pub organizations: aws_sdk_organizations::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub events: aws_sdk_eventbridge::Client,
    pub lambda: aws_sdk_lambda::Client,
}

/// The services that we speak to, and the names by which the SDK's configuration knows their endpoints.
const SERVICES: [(&str, &str); 9] = [
    ("s3", "S3"),
    ("iam", "IAM"),
    ("sts", "STS"),
    ("kms", "KMS"),
    ("organizations", "Organizations"),
    ("s3control", "S3 Control"),
    ("sqs", "SQS"),
    ("events", "EventBridge"),
    ("lambda", "Lambda"),
];

impl Site {
    /// Resolves a site's configuration and makes its clients.
    pub(crate) async fn make(
        name: SiteName,
        config: SiteConfig,
        enter: Option<&Enter>,
        all: &CloudConfig,
        http: SharedHttpClient,
        slots: Arc<Semaphore>,
    ) -> Result<Self, CloudError> {
        let turns = config.calls_per_second.map(Turns::new);
        let paced = |http: SharedHttpClient| match &turns {
            Some(turns) => paced(http, turns.clone()),
            None => http,
        };
        // A call to a queue waits there for something to happen: it takes no slot from those that work.
        let unbounded = paced(http.clone());
        let http = paced(bounded(http, slots));
        let credentials = Memory::default();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http.clone())
            .identity_cache(credentials.clone())
            .retry_config(retry_config(all.retry))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_TIMEOUT)
                    .read_timeout(READ_TIMEOUT)
                    .build(),
            );
        for metadata in user_agent(all) {
            loader = loader.framework_metadata(metadata);
        }
        if let Some(profile) = &config.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &config.region {
            loader = loader.region(aws_config::Region::new(region.clone()));
        }
        let mut of_environment = false;
        if let Some(Enter::Keys(keys)) = enter {
            loader = loader.credentials_provider(keys::Provider(keys.clone()));
        } else if let (Some(key), Some(secret)) = (&config.access_key, &config.secret_key) {
            loader = loader.credentials_provider(Credentials::new(
                key.reveal(),
                secret.reveal(),
                config.session_token.as_ref().map(|t| t.reveal().to_owned()),
                None,
                "site",
            ));
        } else if let Some(profile) = &config.profile {
            loader = loader.credentials_provider(of_profile(profile, &config, http.clone()).await);
        } else {
            of_environment = true;
        }
        let mut sdk = loader.load().await;
        if of_environment {
            let renewed = SharedCredentialsProvider::new(self::of_environment(&sdk, http.clone()));
            sdk = sdk.into_builder().credentials_provider(renewed).build();
        }
        let region = region(&name, &sdk)?;
        let endpoints = endpoints(&config, &sdk);
        let roles = match enter {
            None => config.assume_role.iter().chain(None),
            Some(Enter::Role(role)) => config.assume_role.iter().chain(Some(role)),
            Some(Enter::Keys(_)) => None.iter().chain(None),
        };
        for role in roles {
            sdk = assume(role, sdk, endpoints.get("sts")).await;
        }
        // What the environment says of endpoints is in `endpoints` already.
        let given = |service: &str| endpoints.get(service).cloned();
        let mut s3 = aws_sdk_s3::config::Builder::from(&sdk).force_path_style(config.path_style);
        s3.set_endpoint_url(given("s3"));
        let mut iam = aws_sdk_iam::config::Builder::from(&sdk);
        iam.set_endpoint_url(given("iam"));
        let mut sts = aws_sdk_sts::config::Builder::from(&sdk);
        sts.set_endpoint_url(given("sts"));
        let mut kms = aws_sdk_kms::config::Builder::from(&sdk);
        kms.set_endpoint_url(given("kms"));
        let vault = match given("vault") {
            Some(url) => Some(vault(&config, &sdk, url, http).await),
            None => None,
        };
        let mut organizations = aws_sdk_organizations::config::Builder::from(&sdk);
        organizations.set_endpoint_url(given("organizations"));
        let mut sqs = aws_sdk_sqs::config::Builder::from(&sdk);
        sqs.set_endpoint_url(given("sqs"));
        sqs.set_http_client(Some(unbounded));
        let mut events = aws_sdk_eventbridge::config::Builder::from(&sdk);
        events.set_endpoint_url(given("events"));
        let mut lambda = aws_sdk_lambda::config::Builder::from(&sdk);
        lambda.set_endpoint_url(given("lambda"));
        Ok(Self {
            name,
            region,
            credentials,
            endpoints,
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            iam: aws_sdk_iam::Client::from_conf(iam.build()),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            kms: aws_sdk_kms::Client::from_conf(kms.build()),
            vault,
            organizations: aws_sdk_organizations::Client::from_conf(organizations.build()),
            sqs: aws_sdk_sqs::Client::from_conf(sqs.build()),
            events: aws_sdk_eventbridge::Client::from_conf(events.build()),
            lambda: aws_sdk_lambda::Client::from_conf(lambda.build()),
        })
    }

    /// Where a service of the site is, for people.
    pub(crate) fn endpoint(&self, service: &str) -> String {
        self.endpoints
            .get(service)
            .cloned()
            .unwrap_or_else(|| format!("the AWS endpoint of {service} for region {}", self.region))
    }

    /// Whether S3 here is somebody else's, or reached in a way of the user's own.
    pub(crate) fn has_own_s3(&self) -> bool {
        self.endpoints.contains_key("s3")
    }
}

/// The credentials of a profile that the user named. The SDK's chain would ask the environment first, and keys there would
/// silently stand for every site.
async fn of_profile(profile: &str, config: &SiteConfig, http: SharedHttpClient) -> Renewed {
    let region = match &config.region {
        Some(region) => Some(aws_config::Region::new(region.clone())),
        None => {
            ProfileFileRegionProvider::builder()
                .profile_name(profile)
                .build()
                .region()
                .await
        }
    };
    let profile = profile.to_owned();
    Renewed::new(move || {
        // What it has read it keeps, and its clones with it: each chain needs one of its own.
        let settings = ProviderConfig::without_region()
            .with_http_client(http.clone())
            .with_region(region.clone());
        let chain = ProfileFileCredentialsProvider::builder()
            .configure(&settings)
            .profile_name(&profile)
            .build();
        let name = profile.clone();
        async { SharedCredentialsProvider::new(OfProfile { name, chain }) }.boxed()
    })
}

/// The credentials of the SDK's usual chain, for a site that says nothing of its own.
fn of_environment(sdk: &SdkConfig, http: SharedHttpClient) -> Renewed {
    let (region, fips, dual_stack) = (sdk.region().cloned(), sdk.use_fips(), sdk.use_dual_stack());
    let (retry, timeouts) = (sdk.retry_config().cloned(), sdk.timeout_config().cloned());
    Renewed::new(move || {
        let mut settings = ProviderConfig::without_region()
            .with_http_client(http.clone())
            .with_region(region.clone())
            .with_use_fips(fips)
            .with_use_dual_stack(dual_stack);
        if let Some(retry) = &retry {
            settings = settings.with_retry_config(retry.clone());
        }
        if let Some(timeouts) = &timeouts {
            settings = settings.with_timeout_config(timeouts.clone());
        }
        let chain = DefaultCredentialsChain::builder()
            .configure(settings)
            .region(region.clone());
        async { SharedCredentialsProvider::new(chain.build().await) }.boxed()
    })
}

/// Vault speaks as IAM does, whatever the site's region.
async fn vault(
    config: &SiteConfig,
    sdk: &SdkConfig,
    url: String,
    http: SharedHttpClient,
) -> aws_sdk_iam::Client {
    let mut vault = aws_sdk_iam::config::Builder::from(sdk)
        .endpoint_url(url)
        .region(aws_config::Region::new(REGION));
    if let Some(profile) = &config.admin_profile {
        vault = vault.credentials_provider(of_profile(profile, config, http).await);
    }
    aws_sdk_iam::Client::from_conf(vault.build())
}

/// Us, and after us who drives us. What cannot stand in a user agent is left out.
fn user_agent(all: &CloudConfig) -> impl Iterator<Item = FrameworkMetadata> {
    let us = ("crr".to_owned(), Some(env!("CARGO_PKG_VERSION").to_owned()));
    std::iter::once(us)
        .chain(all.user_agent.iter().cloned())
        .filter_map(|(name, version)| FrameworkMetadata::new(name, version).ok())
}

fn retry_config(retry: Retry) -> RetryConfig {
    let config = if retry.adaptive {
        RetryConfig::adaptive()
    } else {
        RetryConfig::standard()
    };
    config.with_max_attempts(retry.attempts.max(1))
}

fn region(name: &SiteName, sdk: &SdkConfig) -> Result<Region, CloudError> {
    let configuration = |message: String, remedy: String| {
        let what = format!("reach site \"{name}\"");
        let mut facts = ErrorFacts::of(ErrorKind::Configuration, what, message);
        facts.site = Some(name.clone());
        facts.remedy = Some(remedy);
        CloudError::from(facts)
    };
    let remedy = format!("Set region of site \"{name}\" in the provider's sites.");
    let Some(region) = sdk.region() else {
        let message =
            "it has no region, and neither its profile nor the environment names one".to_owned();
        return Err(configuration(message, remedy));
    };
    region
        .as_ref()
        .parse()
        .map_err(|e: replication::NameError| configuration(e.to_string(), remedy))
}

/// The site's endpoints, else those of the environment and the profile, for one service or for all.
fn endpoints(config: &SiteConfig, sdk: &SdkConfig) -> BTreeMap<String, String> {
    let mut endpoints = config.endpoints.clone();
    for (service, id) in SERVICES {
        if endpoints.contains_key(service) {
            continue;
        }
        let key = aws_types::service_config::ServiceConfigKey::builder()
            .service_id(id)
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .build();
        let of_service = key
            .ok()
            .and_then(|key| sdk.service_config().and_then(|c| c.load_config(key)));
        if let Some(url) = of_service.or_else(|| sdk.endpoint_url().map(str::to_owned)) {
            endpoints.insert(service.to_owned(), url);
        }
    }
    endpoints
}

/// The same configuration with the credentials of a role, which STS gives for the credentials that it has.
async fn assume(role: &AssumeRole, sdk: SdkConfig, sts: Option<&String>) -> SdkConfig {
    let mut base = sdk.clone().into_builder();
    base.set_endpoint_url(sts.cloned());
    let mut provider = AssumeRoleProvider::builder(&role.role_arn)
        .session_name(role.session_name.as_deref().unwrap_or("crr"))
        .configure(&base.build());
    if let Some(id) = &role.external_id {
        provider = provider.external_id(id);
    }
    if let Some(duration) = role.duration {
        provider = provider.session_length(duration);
    }
    if !role.tags.is_empty() {
        provider = provider.tags(role.tags.clone());
    }
    let credentials = SharedCredentialsProvider::new(provider.build().await);
    sdk.into_builder().credentials_provider(credentials).build()
}
