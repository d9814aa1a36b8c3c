//! SDK clients for a site, as the operator or as the account's root.

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::site::{Keys, Site};

/// One plain HTTP client for all: the lab has no TLS.
pub fn http() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().build_http()
}

macro_rules! client {
    ($(#[$doc:meta])* $name:ident, $sdk:ident $(, $set:ident($value:expr))*) => {
        $(#[$doc])*
        pub fn $name(http: &SharedHttpClient, site: &Site, keys: &Keys) -> $sdk::Client {
            let config = $sdk::Config::builder()
                .behavior_version($sdk::config::BehaviorVersion::latest())
                .region($sdk::config::Region::new(site.region.clone()))
                .endpoint_url(&site.endpoint)
                .http_client(http.clone())
                .credentials_provider(Credentials::from_keys(&keys.access_key, &keys.secret_key, keys.session_token.clone()))
                // A test wants to see each answer as it is.
                .retry_config($sdk::config::retry::RetryConfig::disabled())
                $(.$set($value))*
                .build();
            $sdk::Client::from_conf(config)
        }
    };
}

client!(
    /// S3, with the bucket in the path.
    s3, aws_sdk_s3, force_path_style(true)
);
client!(
    /// IAM.
    iam, aws_sdk_iam
);
client!(
    /// STS.
    sts, aws_sdk_sts
);
client!(
    /// KMS.
    kms, aws_sdk_kms
);
client!(
    /// EventBridge.
    events, aws_sdk_eventbridge
);
client!(
    /// SQS.
    sqs, aws_sdk_sqs
);
client!(
    /// Lambda.
    lambda, aws_sdk_lambda
);
